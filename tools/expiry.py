"""When an endpoint is to go by itself: the tag that says so, and moments as people write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tools.errors import InvalidInputError

#: ISO 8601 in UTC; read by `sagepilot endpoints` and by everyone who looks at the tags.
EXPIRES_TAG = "sagepilot:expires-at"
LONGEST = timedelta(days=366)
#: How long before its end an endpoint's end is pointed out.
SOON = timedelta(days=1)


def expiry_moment(text: str, now: datetime, timezone: str | None = None) -> datetime:
    """Read a moment: ISO 8601, or a clock time, which means the next such time.

    Args:
        text: For example "2026-12-01T20:00", "2026-12-01T20:00+07:00" or "20:00".
        now: Aware.
        timezone: IANA name that a text without an offset is in; the zone of `now` when None.

    Returns:
        Aware, in UTC, whole minutes (EventBridge Scheduler fires to the minute).

    Raises:
        InvalidInputError: It is no moment, is past, or is more than a year off.
    """
    zone = _zone(timezone) if timezone else now.tzinfo or UTC
    local = now.astimezone(zone)
    plain = text.strip()
    try:
        if len(plain) <= len("20:00"):
            clock = datetime.strptime(plain, "%H:%M").time()  # noqa: DTZ007 - only its clock time
            moment = datetime.combine(local.date(), clock, zone)
            moment += timedelta(days=moment <= local)
        else:
            moment = datetime.fromisoformat(plain)
    except ValueError as error:
        raise InvalidInputError(
            f"{text[:60]!r} is no moment.",
            remedy="Write a clock time such as 20:00, or a date and time such as "
            "2026-12-01T20:00+07:00.",
        ) from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    aware = aware.astimezone(UTC).replace(second=0, microsecond=0)
    if not now < aware <= now + LONGEST:
        raise InvalidInputError(
            f"{aware.isoformat()} is {'past' if aware <= now else 'more than a year off'}.",
            remedy="Name a moment within the next year.",
        )
    return aware


def is_soon(text: str | None, now: datetime) -> bool:
    """Say whether the moment that a tag holds is less than a day ahead, or past.

    Args:
        text: The tag's value; None, or anything that is no moment, is never soon.
        now: Aware.
    """
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return False
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware <= now + SOON


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInputError(
            f"There is no time zone {name!r}.", remedy="Name one such as Asia/Ho_Chi_Minh."
        ) from error
