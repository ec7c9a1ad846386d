# ruff: noqa: ANN401
# Moto's classes are untyped.
"""CloudWatch's data points and alarms in moto's store; with `moto_bridge` all contact with moto."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from moto.cloudwatch.models import Statistics

from tools.sandbox.alarm_states import Alarm, AlarmState
from tools.sandbox.metric_series import Point, SeriesKey, percentile
from tools.sandbox.moto_bridge import MotoBridge

_PERCENTILE = re.compile(r"p\d{1,2}(\.\d+)?|p100")
_STATES: dict[AlarmState, str] = {
    "ALARM": "alarm_actions",
    "OK": "ok_actions",
    "INSUFFICIENT_DATA": "insufficient_data_actions",
}


def _with_percentiles(plain: Any) -> Any:
    """Moto answers no value at all for `p95`; CloudWatch answers the percentile."""

    def statistic(self: Any, stat: str) -> Any:
        if not _PERCENTILE.fullmatch(stat):
            return plain(self, stat)
        return percentile(self.metric_single_values_list, stat)

    return statistic


class MotoCloudWatch:
    """What the watching of alarms needs of CloudWatch."""

    def __init__(self, bridge: MotoBridge) -> None:
        self._bridge = bridge
        if not hasattr(Statistics.get_statistics_for_type, "__wrapped__"):
            plain = Statistics.get_statistics_for_type
            taught = wraps(plain)(_with_percentiles(plain))
            Statistics.get_statistics_for_type = taught  # type: ignore[method-assign]

    def new_points(self) -> list[Point]:
        """The data points that arrived since the last call."""
        with self._bridge.lock:
            return [
                point
                for region, datum in self._bridge.take_metric_data()
                if (point := _point(region, datum)) is not None
            ]

    def alarms(self) -> list[Alarm]:
        """Every metric alarm that was made through this sandbox."""
        with self._bridge.lock:
            return [_alarm(region, held) for region, held in self._bridge.own_alarms()]

    def state(self, region: str, name: str) -> str | None:
        """An alarm's state; None when there is no such alarm."""
        with self._bridge.lock:
            found = self._bridge.alarm(region, name)
            return str(found.state_value) if found is not None else None

    def set_state(self, alarm: Alarm, state: AlarmState, reason: str) -> None:
        """Change what DescribeAlarms shows."""
        with self._bridge.lock:
            found = self._bridge.alarm(alarm.region, alarm.name)
            if found is not None:
                found.update_state(reason, json.dumps({"version": "1.0"}), state)


def _point(region: str, datum: Any) -> Point | None:
    at = datum.timestamp
    if not isinstance(at, datetime):
        return None
    at_s = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    key = SeriesKey(
        region, str(datum.namespace), str(datum.name), _dimensions(datum.dimensions)
    )  # fmt: skip
    if hasattr(datum, "value"):
        return Point(key, at_s, datum.value, datum.value, datum.value)
    return Point(key, at_s, datum.sum, datum.min, datum.max, datum.sample_count)


def _dimensions(listed: Iterable[Any]) -> frozenset[tuple[str, str]]:
    return frozenset((str(one.name), str(one.value)) for one in listed)


def _alarm(region: str, held: Any) -> Alarm:
    metric, statistic, period = _metric(region, held)
    return Alarm(
        region=region,
        name=str(held.name),
        arn=str(held.alarm_arn),
        metric=metric,
        statistic=statistic,
        period_s=period,
        evaluation_periods=int(held.evaluation_periods),
        datapoints_to_alarm=int(held.datapoints_to_alarm or held.evaluation_periods),
        comparison=str(held.comparison_operator),
        threshold=float(held.threshold or 0.0),
        treat_missing=held.treat_missing_data or "missing",
        state=held.state_value,
        actions_enabled=bool(held.actions_enabled),
        actions={state: tuple(getattr(held, name) or ()) for state, name in _STATES.items()},
    )


def _metric(region: str, held: Any) -> tuple[SeriesKey | None, str, int]:
    """The metric, statistic and period; a query of one plain metric is read, too."""
    if held.metric_name:
        statistic = str(held.extended_statistic or held.statistic)
        dimensions = _dimensions(held.dimensions)
        key = SeriesKey(region, str(held.namespace), str(held.metric_name), dimensions)
        return key, statistic, int(held.period)
    queries = held.metric_data_queries
    stat = getattr(queries[0], "metric_stat", None) if len(queries) == 1 else None
    if stat is None:
        return None, "Average", 60
    metric = stat.metric
    key = SeriesKey(
        region, str(metric.namespace), str(metric.metric_name), _dimensions(metric.dimensions)
    )
    return key, str(stat.stat), int(stat.period)
