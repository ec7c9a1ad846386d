"""CloudWatch's alarms brought to life: evaluated every period, with their actions.

A period lasts as long here as the sandbox's clock makes a minute of AWS last.
"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from tools.sandbox.alarm_states import Alarm, AlarmState, evaluate
from tools.sandbox.metric_series import SLOT_AWS_S, MetricSeries
from tools.sandbox.moto_bridge import MotoBridge
from tools.sandbox.moto_cloudwatch import MotoCloudWatch
from tools.sandbox.timing import Timing
from tools.sandbox.wire import ACCOUNT, AwsError

logger = logging.getLogger(__name__)

_POLICY_ARN = "arn:aws:autoscaling:"
_TOPIC_ARN = "arn:aws:sns:"
#: Takes an alarm in ALARM, the ARN of the policy it is for, and the newest value of its metric.
OnPolicy = Callable[[Alarm, str, float | None], None]


class AlarmWatch:
    """Reads new data points, sets alarms' states and carries their actions out."""

    def __init__(self, bridge: MotoBridge, timing: Timing, on_policy: OnPolicy) -> None:
        self._bridge = bridge
        self._cloudwatch = MotoCloudWatch(bridge)
        self._series = MetricSeries(timing.scaled(SLOT_AWS_S))
        self._on_policy = on_policy
        self._last_period: dict[tuple[str, str], int] = {}
        self._seen: dict[tuple[str, str], AlarmState] = {}

    def ringing(self, region: str, names: list[str]) -> list[str]:
        """Those of the named alarms that are in ALARM."""
        return [name for name in names if self._cloudwatch.state(region, name) == "ALARM"]

    def look(self, now: datetime) -> None:
        """One round over all alarms."""
        self._series.add(self._cloudwatch.new_points())
        alarms = self._cloudwatch.alarms()
        present = {(alarm.region, alarm.name) for alarm in alarms}
        for known in (self._seen, self._last_period):
            for gone in known.keys() - present:
                del known[gone]
        for alarm in alarms:
            try:
                self._look_at(alarm, now.timestamp())
            except AwsError as error:
                logger.info("alarm.action_failed", extra={"reason": error.message})

    def _look_at(self, alarm: Alarm, now_s: float) -> None:
        place = (alarm.region, alarm.name)
        known = self._seen.setdefault(place, alarm.state)
        if alarm.state != known:  # somebody called SetAlarmState: its actions are due
            self._seen[place] = alarm.state
            self._act(alarm, alarm.state, self._newest(alarm, now_s))
        slots = max(alarm.period_s // SLOT_AWS_S, 1)
        over = self._series.period(now_s, slots) - 1
        if self._last_period.setdefault(place, over) == over:
            return
        self._last_period[place] = over
        values = self._values(alarm, slots, over)
        state = evaluate(alarm, values)
        changed = state != self._seen[place]
        if changed:
            self._seen[place] = state
            self._cloudwatch.set_state(alarm, state, _reason(alarm, values, state))
        if changed or state == "ALARM":
            newest = next((value for value in reversed(values) if value is not None), None)
            self._act(alarm, state, newest, changed=changed)

    def _values(self, alarm: Alarm, slots: int, last: int) -> list[float | None]:
        if alarm.metric is None:
            return [None] * alarm.evaluation_range
        return self._series.values(
            alarm.metric, alarm.statistic, slots=slots, last=last, count=alarm.evaluation_range
        )

    def _newest(self, alarm: Alarm, now_s: float) -> float | None:
        slots = max(alarm.period_s // SLOT_AWS_S, 1)
        values = self._values(alarm, slots, self._series.period(now_s, slots))
        return next((value for value in reversed(values) if value is not None), None)

    def _act(
        self, alarm: Alarm, state: AlarmState, newest: float | None, *, changed: bool = True
    ) -> None:
        """Carry actions out; those of scaling are repeated every period that the state lasts."""
        if not alarm.actions_enabled:
            return
        for arn in alarm.actions[state]:
            if arn.startswith(_POLICY_ARN):
                self._on_policy(alarm, arn, newest)
            elif arn.startswith(_TOPIC_ARN) and changed:
                subject = f'{state}: "{alarm.name}" in {alarm.region}'
                self._bridge.publish(arn, _message(alarm, state), subject[:100])


def _reason(alarm: Alarm, values: list[float | None], state: AlarmState) -> str:
    if state == "INSUFFICIENT_DATA":
        return "Insufficient Data: no data points were received for the last periods."
    real = [value for value in values if value is not None][-alarm.evaluation_periods :]
    shown = ", ".join(f"{value:g}" for value in real)
    verb = "crossed" if state == "ALARM" else "not crossed"
    return (
        f"Threshold {verb.capitalize()}: the last {len(real)} datapoints [{shown}] were judged by "
        f"{alarm.comparison} {alarm.threshold:g}."
    )


def _message(alarm: Alarm, state: AlarmState) -> str:
    return json.dumps(
        {
            "AlarmName": alarm.name,
            "AWSAccountId": ACCOUNT,
            "NewStateValue": state,
            "OldStateValue": alarm.state,
            "StateChangeTime": datetime.now(UTC).isoformat(),
            "Region": alarm.region,
            "AlarmArn": alarm.arn,
            "Trigger": {
                "MetricName": alarm.metric.name if alarm.metric else None,
                "Namespace": alarm.metric.namespace if alarm.metric else None,
                "Threshold": alarm.threshold,
                "ComparisonOperator": alarm.comparison,
            },
        }
    )
