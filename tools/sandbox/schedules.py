"""When a scheduled action is due: `at(..)`, `rate(..)` and `cron(..)` of Application Auto Scaling.

Source: the user guide, scheduled-scaling-using-cron-expressions. Six fields: minutes, hours, day of
month, month, day of week (1 is Sunday), year; `?` in one of the two day fields.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, _MONTHS), (1, 7, _DAYS), (1970, 2199, ()))
_SEARCH_DAYS = 366 * 5


class ScheduleError(ValueError):
    """The expression is none."""


def check_schedule(expression: str, timezone: str | None) -> None:
    """Refuse an expression or a zone that means nothing.

    Raises:
        ScheduleError: With the reason.
    """
    zone = _zone(timezone)
    if expression.startswith("cron("):
        _cron_fields(expression)
    elif expression.startswith("at("):
        _moment(expression, zone)
    elif _rate_aws_s(expression) is None:
        raise ScheduleError(f"Schedule expression {expression} is not valid.")


def next_due(
    expression: str,
    timezone: str | None,
    *,
    after: datetime,
    created: datetime,
    scaled: Callable[[float], float],
) -> datetime | None:
    """The first moment after `after` at which the action runs; None when there is none.

    Args:
        expression: As given to PutScheduledAction.
        timezone: IANA name; None is UTC.
        after: Aware.
        created: From when a rate counts.
        scaled: Seconds of AWS to seconds here; rates are shortened, wall-clock times are not.
    """
    zone = _zone(timezone)
    if expression.startswith("at("):
        moment = _moment(expression, zone)
        return moment if moment > after else None
    every = _rate_aws_s(expression)
    if every is not None:
        length = timedelta(seconds=scaled(every))
        return created + length * (max((after - created) // length, 0) + 1)
    return _next_cron(_cron_fields(expression), after.astimezone(zone))


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleError(f"Timezone {name} is not valid.") from error


def _moment(expression: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(expression[3:-1]).replace(tzinfo=zone).astimezone(UTC)
    except ValueError as error:
        raise ScheduleError(f"Schedule expression {expression} is not valid.") from error


def _rate_aws_s(expression: str) -> float | None:
    match = _RATE.fullmatch(expression)
    if match is None or int(match[1]) < 1:
        return None
    return float(int(match[1]) * _SECONDS[match[2]])


def _cron_fields(expression: str) -> list[set[int] | None]:
    """The values that each field allows; None for `?`."""
    parts = expression[5:-1].split()
    if not expression.endswith(")") or len(parts) != len(_FIELDS):
        raise ScheduleError(f"Schedule expression {expression} is not valid: it has six fields.")
    if "?" not in (parts[2], parts[4]):
        raise ScheduleError("One of day-of-month and day-of-week must be a question mark (?).")
    try:
        return [_allowed(part, *field) for part, field in zip(parts, _FIELDS, strict=True)]
    except ValueError as error:
        raise ScheduleError(f"Schedule expression {expression} is not valid.") from error


def _allowed(part: str, low: int, high: int, names: tuple[str, ...]) -> set[int] | None:
    if part == "?":
        return None
    found: set[int] = set()
    for piece in part.split(","):
        span, _, step = piece.partition("/")
        first, _, last = span.partition("-")
        begin = low if first == "*" else _number(first, names)
        end = _number(last, names) if last else (high if step or first == "*" else begin)
        if not low <= begin <= end <= high:
            raise ValueError(piece)
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


def _number(text: str, names: tuple[str, ...]) -> int:
    return names.index(text.upper()) + 1 if text.upper() in names else int(text)


def _next_cron(fields: list[set[int] | None], local: datetime) -> datetime | None:
    minutes, hours, days, months, weekdays, years = fields
    moment = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for offset in range(_SEARCH_DAYS):
        day = (moment + timedelta(days=offset)).replace(fold=0)
        if offset:
            day = day.replace(hour=0, minute=0)
        wanted = (
            _has(months, day.month) and _has(years, day.year) and _has(days, day.day)
            and _has(weekdays, day.isoweekday() % 7 + 1)
        )  # fmt: skip
        if not wanted:
            continue
        for hour in sorted(hours or ()):
            for minute in sorted(minutes or ()):
                if (hour, minute) >= (day.hour, day.minute):
                    return day.replace(hour=hour, minute=minute).astimezone(UTC)
    return None


def _has(allowed: set[int] | None, value: int) -> bool:
    return allowed is None or value in allowed
