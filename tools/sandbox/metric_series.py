"""The last data points of every metric, summed up in slots of ten (scaled) seconds.

CloudWatch's periods are multiples of ten seconds, so any period is a number of whole slots.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

SLOT_AWS_S = 10
#: One day of AWS: the longest that an alarm may look back.
_KEPT_SLOTS = 8640
_KEPT_VALUES = 500

Dimensions = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class SeriesKey:
    """What tells one metric from another; dimensions must match exactly, as in CloudWatch."""

    region: str
    namespace: str
    name: str
    dimensions: Dimensions


@dataclass(frozen=True)
class Point:
    """One data point: a value, or statistics of several.

    Attributes:
        at_s: Seconds since the epoch.
    """

    key: SeriesKey
    at_s: float
    total: float
    low: float
    high: float
    count: float = 1.0


@dataclass
class _Slot:
    total: float = 0.0
    count: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    values: list[float] = field(default_factory=list)

    def add(self, point: Point) -> None:
        self.total += point.total
        self.count += point.count
        self.low, self.high = min(self.low, point.low), max(self.high, point.high)
        if point.count == 1 and len(self.values) < _KEPT_VALUES:
            self.values.append(point.total)


class MetricSeries:
    """Takes data points and answers a statistic for periods that are over."""

    def __init__(self, slot_s: float) -> None:
        """Take the length of a slot in seconds here."""
        self._slot_s = slot_s
        self._series: dict[SeriesKey, dict[int, _Slot]] = {}

    def add(self, points: Iterable[Point]) -> None:
        """Take data points in."""
        for point in points:
            slots = self._series.setdefault(point.key, {})
            number = int(point.at_s // self._slot_s)
            slots.setdefault(number, _Slot()).add(point)
            if len(slots) > _KEPT_SLOTS:
                del slots[min(slots)]

    def period(self, at_s: float, slots: int) -> int:
        """The number of the period of so many slots that holds a moment."""
        return int(at_s // (self._slot_s * slots))

    def values(
        self, key: SeriesKey, statistic: str, *, slots: int, last: int, count: int
    ) -> list[float | None]:
        """A statistic in `count` periods up to the one with the number `last`, oldest first.

        Args:
            key: The metric.
            statistic: `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile, `p99`.
            slots: Length of a period.
            last: Number of the newest period, as `period` counts them.
            count: How many periods.

        Returns:
            None for a period without a data point.
        """
        held = self._series.get(key, {})
        return [
            _statistic([held[n] for n in range(p * slots, (p + 1) * slots) if n in held], statistic)
            for p in range(last - count + 1, last + 1)
        ]


def _statistic(slots: list[_Slot], statistic: str) -> float | None:
    if not slots:
        return None
    count, total = sum(slot.count for slot in slots), sum(slot.total for slot in slots)
    plain = {
        "Sum": total,
        "SampleCount": count,
        "Minimum": min(slot.low for slot in slots),
        "Maximum": max(slot.high for slot in slots),
        "Average": total / count if count else None,
    }
    if statistic in plain:
        return plain[statistic]
    return percentile([value for slot in slots for value in slot.values], statistic)


def percentile(values: list[float], statistic: str) -> float | None:
    """Return a percentile such as `p99` by the nearest rank; None without values."""
    if not values or not statistic.startswith("p"):
        return None
    ordered = sorted(values)
    rank = math.ceil(float(statistic[1:]) / 100.0 * len(ordered)) - 1
    return ordered[max(rank, 0)]
