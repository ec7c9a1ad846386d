"""When a CloudWatch alarm rings: M out of N periods, and what missing periods count as.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tools.sandbox.metric_series import SeriesKey

AlarmState = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
#: Periods that are looked at beyond N, so that a late or missing one does not blind the alarm.
_FURTHER_PERIODS = 2
_COMPARISONS = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


@dataclass(frozen=True)
class Alarm:
    """A metric alarm as CloudWatch holds it.

    Attributes:
        metric: The metric; None when the alarm is on metric maths, which is not evaluated here.
        period_s: In seconds of AWS.
        state: What CloudWatch shows now.
        actions: ARNs by the state that they belong to.
    """

    region: str
    name: str
    arn: str
    metric: SeriesKey | None
    statistic: str
    period_s: int
    evaluation_periods: int
    datapoints_to_alarm: int
    comparison: str
    threshold: float
    treat_missing: str
    state: AlarmState
    actions_enabled: bool
    actions: dict[AlarmState, tuple[str, ...]]

    @property
    def evaluation_range(self) -> int:
        """Periods that are looked at."""
        return self.evaluation_periods + _FURTHER_PERIODS


def breaches(alarm: Alarm, value: float) -> bool:
    """Whether a value is beyond the alarm's threshold."""
    compare = _COMPARISONS.get(alarm.comparison)
    return compare is not None and compare(value, alarm.threshold)


def evaluate(alarm: Alarm, values: Sequence[float | None]) -> AlarmState:
    """The state that the data points make.

    Args:
        alarm: Its rule, and the present state, which `ignore` keeps.
        values: One for each period of the evaluation range, oldest first; None is missing.
    """
    real = [value for value in values if value is not None][-alarm.evaluation_periods :]
    if not real:
        return _without_data(alarm)
    if len(real) == alarm.evaluation_periods or alarm.treat_missing == "missing":
        return _with_data(alarm, real, values)
    missing = alarm.evaluation_periods - len(real)
    breaching = sum(breaches(alarm, value) for value in real)
    match alarm.treat_missing:
        case "breaching":
            breaching += missing
        case "ignore" if breaching < alarm.datapoints_to_alarm <= breaching + missing:
            return alarm.state
        case _:
            pass
    return "ALARM" if breaching >= alarm.datapoints_to_alarm else "OK"


def _without_data(alarm: Alarm) -> AlarmState:
    match alarm.treat_missing:
        case "breaching":
            return "ALARM"
        case "notBreaching":
            return "OK"
        case "ignore":
            return alarm.state
        case _:
            return "INSUFFICIENT_DATA"


def _with_data(alarm: Alarm, real: Sequence[float], values: Sequence[float | None]) -> AlarmState:
    if sum(breaches(alarm, value) for value in real) >= alarm.datapoints_to_alarm:
        return "ALARM"
    if len(real) == alarm.evaluation_periods:
        return "OK"
    marks = [value is None or breaches(alarm, value) for value in values]
    first = next((i for i, v in enumerate(values) if v is not None and breaches(alarm, v)), None)
    old_enough = first is not None and len(values) - first >= alarm.datapoints_to_alarm
    # An alarm does not ring early: the oldest breaching point must be M periods old, and all
    # that came after it breaching or missing.
    return "ALARM" if old_enough and all(marks[first:]) else "OK"
