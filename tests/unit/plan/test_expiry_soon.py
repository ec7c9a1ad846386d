"""An end is pointed out on the last day."""

from datetime import UTC, datetime, timedelta

import pytest

from tools.expiry import SOON, is_soon

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "soon"),
    [
        ((NOW + SOON).isoformat(), True),
        ((NOW + SOON + timedelta(minutes=1)).isoformat(), False),
        ((NOW - SOON).isoformat(), True),
        ("2026-11-24T18:00:00", True),
        ("2026-11-25T18:00:00+07:00", True),
        ("next week", False),
        (None, False),
    ],
)
def test_less_than_a_day_ahead_is_soon(text, soon) -> None:
    assert is_soon(text, NOW) is soon
