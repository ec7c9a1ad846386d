"""The arithmetic of scaling, the judgement of alarms, and the clock of schedules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tools.sandbox.alarm_states import Alarm, evaluate
from tools.sandbox.metric_series import MetricSeries, Point, SeriesKey
from tools.sandbox.scaling_decisions import cooldown_aws_s, step_capacity, tracking_capacity
from tools.sandbox.schedules import ScheduleError, check_schedule, next_due

KEY = SeriesKey("us-east-1", "N", "M", frozenset())


def alarm(**change: Any) -> Alarm:
    known: dict[str, Any] = {
        "region": "us-east-1", "name": "a", "arn": "arn", "metric": KEY, "statistic": "Sum",
        "period_s": 60, "evaluation_periods": 3, "datapoints_to_alarm": 3,
        "comparison": "GreaterThanThreshold", "threshold": 1.0, "treat_missing": "missing",
        "state": "OK", "actions_enabled": True, "actions": {},
    }  # fmt: skip
    return Alarm(**(known | change))


def points(text: str) -> list[float | None]:
    """`X` breaches, `0` does not, `-` is missing: the notation of CloudWatch's own table."""
    return [{"X": 2.0, "0": 0.0, "-": None}[mark] for mark in text]


@pytest.mark.parametrize(
    ("text", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0-X-X", "OK", "OK", "OK", "OK"),
        ("0----", "OK", "OK", "OK", "OK"),
        ("-----", "INSUFFICIENT_DATA", "OK", "ALARM", "OK"),
        ("0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"),
        ("--X--", "ALARM", "OK", "ALARM", "OK"),
    ],
)
def test_missing_periods_count_as_cloudwatch_says(
    text: str, missing: str, ignore: str, breaching: str, not_breaching: str
) -> None:
    answers = [
        evaluate(alarm(treat_missing=kind), points(text))
        for kind in ("missing", "ignore", "breaching", "notBreaching")
    ]
    assert answers == [missing, ignore, breaching, not_breaching]


def test_an_alarm_does_not_ring_before_its_points_are_there() -> None:
    assert evaluate(alarm(), points("---XX")) == "OK"
    assert evaluate(alarm(), points("--XXX")) == "ALARM"


def test_m_of_n_needs_m_points() -> None:
    two = alarm(datapoints_to_alarm=2)
    assert evaluate(two, points("00X0X")) == "ALARM"
    assert evaluate(two, points("0000X")) == "OK"


@pytest.mark.parametrize(
    ("capacity", "value", "target", "wanted"),
    [(1, 210.0, 70.0, 3), (2, 71.0, 70.0, 3), (4, 0.0, 70.0, 0), (3, 35.0, 70.0, 2),
     (0, 12.0, 5.0, 3), (2, 70.0, 70.0, 2)],
)  # fmt: skip
def test_capacity_follows_the_metric_in_proportion(
    capacity: int, value: float, target: float, wanted: int
) -> None:
    assert tracking_capacity(capacity, value, target) == wanted


STEPS = [
    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 10},
    {"MetricIntervalLowerBound": 10, "ScalingAdjustment": 30},
    {"MetricIntervalUpperBound": 0, "ScalingAdjustment": -10},
]


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("PercentChangeInCapacity", 59.0, 11),
        ("PercentChangeInCapacity", 70.0, 13),
        ("PercentChangeInCapacity", 50.0, 11),
        ("PercentChangeInCapacity", 40.0, 9),
        ("ChangeInCapacity", 55.0, 20),
        ("ExactCapacity", 75.0, 30),
    ],
)
def test_steps_are_chosen_by_the_size_of_the_breach(kind: str, value: float, wanted: int) -> None:
    assert (
        step_capacity({"AdjustmentType": kind, "StepAdjustments": STEPS}, 10, value, 50.0) == wanted
    )


def test_small_percentages_move_one_and_least_magnitudes_hold() -> None:
    small = {"AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": STEPS[:1]}
    assert step_capacity(small, 3, 55.0, 50.0) == 4
    assert step_capacity(small | {"MinAdjustmentMagnitude": 2}, 3, 55.0, 50.0) == 5
    assert step_capacity(small, 3, 65.0, 50.0) is None


def test_cooldowns_have_aws_defaults() -> None:
    assert cooldown_aws_s("TargetTrackingScaling", {"ScaleInCooldown": 600}, out=False) == 600
    assert cooldown_aws_s("TargetTrackingScaling", {"ScaleInCooldown": 600}, out=True) == 300
    assert cooldown_aws_s("StepScaling", {}, out=True) == 300


AT = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("expression", "zone", "due"),
    [
        ("cron(15 12 * * ? *)", None, "2026-03-29T12:15:00+00:00"),
        ("cron(0 8 ? * MON-FRI *)", None, "2026-03-30T08:00:00+00:00"),
        ("cron(0 8 ? * MON-FRI *)", "Europe/Berlin", "2026-03-30T06:00:00+00:00"),
        ("cron(0/20 * * * ? *)", None, "2026-03-28T22:40:00+00:00"),
        ("cron(0 0 1 JAN ? 2027)", None, "2027-01-01T00:00:00+00:00"),
        ("at(2026-03-29T09:00:00)", "Asia/Ho_Chi_Minh", "2026-03-29T02:00:00+00:00"),
        ("at(2026-03-28T22:30:00)", None, None),
        ("cron(0 0 1 JAN ? 2025)", None, None),
        ("rate(2 minutes)", None, "2026-03-28T22:30:20+00:00"),
    ],
)
def test_schedules_fall_due(expression: str, zone: str | None, due: str | None) -> None:
    found = next_due(expression, zone, after=AT, created=AT, scaled=lambda aws_s: aws_s / 6)
    assert (found.isoformat() if found else None) == due


def test_a_rate_goes_on_from_its_beginning() -> None:
    begin = AT - timedelta(seconds=55)
    found = next_due("rate(1 minute)", None, after=AT, created=begin, scaled=lambda s: s)
    assert found == begin + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("cron(0 8 * * * *)", None),
        ("cron(0 8 * * ?)", None),
        ("cron(61 8 * * ? *)", None),
        ("cron(a 8 * * ? *)", None),
        ("at(2026-13-01T00:00:00)", None),
        ("rate(0 minutes)", None),
        ("every day", None),
        ("rate(1 minute)", "Mars/Olympus"),
    ],
)
def test_what_is_no_schedule_is_refused(expression: str, zone: str | None) -> None:
    with pytest.raises(ScheduleError):
        check_schedule(expression, zone)


def test_statistics_of_periods_that_are_over() -> None:
    series = MetricSeries(slot_s=1.0)
    series.add(
        Point(KEY, at, value, value, value) for at, value in ((0.5, 1.0), (5.5, 3.0), (6.1, 5.0))
    )
    wanted = {
        "Sum": 4.0,
        "Average": 2.0,
        "Minimum": 1.0,
        "Maximum": 3.0,
        "SampleCount": 2.0,
        "p50": 1.0,
    }
    for statistic, value in wanted.items():
        found = series.values(KEY, statistic, slots=6, last=2, count=3)
        assert found == [value, 5.0 if statistic != "SampleCount" else 1.0, None]
    other = SeriesKey("us-east-1", "N", "M", frozenset({("EndpointName", "e")}))
    assert series.values(other, "Sum", slots=6, last=1, count=2) == [None, None]
