"""Units as people write them, in English and Vietnamese, and their physics (by pint).

Prefixes are decimal: 1 KB = 1000 bytes, 1 MB = 10^6; KiB, MiB, GiB are binary (IEC 80000-13).
"Mb" and "kb" are read as bytes, which is what people mean by them here. A month is 730 hours, as in
AWS's
price examples (https://aws.amazon.com/calculator/); a year is twelve of them.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pint import UnitRegistry


class Dimension(StrEnum):
    """What a measure measures."""

    BYTES = "bytes"
    DURATION = "duration"
    RATE = "rate"
    MONEY = "money"
    SHARE = "share"
    SHARE_RATE = "share_rate"
    PARAMETERS = "parameters"
    PLAIN = "plain"


_DEFINITIONS = (
    "second = [time]", "millisecond = 0.001 * second", "microsecond = 0.000001 * second",
    "minute = 60 * second", "hour = 60 * minute", "day = 24 * hour", "week = 7 * day",
    "month = 730 * hour", "year = 12 * month",
    "byte = [information]", "kilobyte = 1000 * byte", "megabyte = 1000 * kilobyte",
    "gigabyte = 1000 * megabyte", "terabyte = 1000 * gigabyte", "petabyte = 1000 * terabyte",
    "kibibyte = 1024 * byte", "mebibyte = 1024 * kibibyte", "gibibyte = 1024 * mebibyte",
    "tebibyte = 1024 * gibibyte",
    "request = [request]", "usd = [money]",
)  # fmt: skip

#: Unit -> the ways to write it (patterns over folded text).
BYTE_UNITS = {
    "kibibyte": r"kib|kibibytes?",
    "mebibyte": r"mib|mebibytes?",
    "gibibyte": r"gib|gibibytes?",
    "tebibyte": r"tib|tebibytes?",
    "kilobyte": r"kb|kbs|kbytes?|kilo\s?bytes?|kilobaits?",
    "megabyte": r"mb|mbs|mbytes?|mega\s?bytes?|megs?|mega",
    "gigabyte": r"gb|gbs|gbytes?|giga\s?bytes?|gigs?|giga",
    "terabyte": r"tb|tbs|tera\s?bytes?",
    "petabyte": r"pb|petabytes?",
    "byte": r"bytes?",
}
TIME_UNITS = {
    "microsecond": r"us|usec|microseconds?|micro\s?giay",
    "millisecond": (
        r"ms|msec|msecs|mils?ec(?:onds?)?|milliseconds?|milisecs?|millis|milli\s?seconds?"
        r"|mili\s?-?giay|phan nghin giay|mili"
    ),
    "second": r"s|sec|secs|seconds?|giay",
    "minute": r"min|mins|minutes?|phut",
    "hour": r"h|hr|hrs|hours?|gio|tieng(?: dong ho)?",
    "day": r"days?|ngay",
    "week": r"weeks?|tuan",
    "month": r"months?|mo|mth|thang",
    "year": r"years?|yr|yrs|nam",
}


@lru_cache(maxsize=1)
def _registry() -> "UnitRegistry[float]":
    """A registry of these units alone: pint's own file takes a tenth of a second to read."""
    import pint

    registry: UnitRegistry[float] = pint.UnitRegistry(None)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


@lru_cache(maxsize=256)
def factor(unit: str, base: str) -> float:
    """How many `base` one `unit` is; both are pint expressions such as "request / minute"."""
    return float(_registry().Quantity(1, unit).to(base).magnitude)


def named(units: dict[str, str], group: str) -> str:
    """One pattern for all `units`, its match in group `group`, longest spelling first."""
    spellings = sorted((s for p in units.values() for s in p.split("|")), key=len, reverse=True)
    return rf"(?P<{group}>{'|'.join(spellings)})(?![a-z0-9])"


@lru_cache(maxsize=512)
def unit_of(written: str, *, duration: bool) -> str:
    """The unit that `written` (a match of `named`) stands for."""
    units = TIME_UNITS if duration else BYTE_UNITS
    return next(unit for unit, pattern in units.items() if re.fullmatch(pattern, written))
