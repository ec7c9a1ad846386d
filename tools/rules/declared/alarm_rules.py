"""Rules on alarms and the metrics that policies follow (CHK-588 to CHK-592)."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.endpoint import InferenceOption
from tools.rules.declared import pages
from tools.rules.declared.metrics import (
    ERRORS,
    METRICS,
    MICROSECONDS,
    NAMESPACES,
    NOT_ASYNCHRONOUS,
    OURS_BY_NAME,
    Metric,
    namespace_of,
)
from tools.rules.declared.node import Node, differ
from tools.rules.declared.resources import Resource, option_of, variants_of
from tools.rules.declared.rule import NO_VALUE, DeclaredRule, Fault, Seen

#: An upper bound below 10 ms is taken for milliseconds: the metric counts microseconds.
_LEAST_LATENCY_US = 10_000
_HIGH_RESOLUTION_S = (10, 20, 30)
_MINUTE_S = 60
_RISING = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
_FALLING = ("LessThanThreshold", "LessThanOrEqualToThreshold")


class Measured(NamedTuple):
    """A metric that an alarm or a policy watches.

    Attributes:
        body: What holds MetricName, Namespace, Dimensions and Statistic.
        is_alarm: An alarm; else a policy's customised metric.
    """

    body: Node
    name: str
    metric: Metric
    dimensions: dict[str, Node]
    is_alarm: bool


def measured(seen: Seen) -> Iterator[Measured]:
    """Yield every metric of SageMaker's that is watched."""
    bodies = [(row.body, True) for row in seen.declared.of("alarm")]
    bodies += [
        (
            row.body.at(
                "TargetTrackingScalingPolicyConfiguration", "CustomizedMetricSpecification"
            ),
            False,
        )
        for row in seen.declared.of("policy")
    ]
    for body, is_alarm in bodies:
        name, namespace = body.at("MetricName").text or "", body.at("Namespace").raw
        rows = body.at("Dimensions").rows()
        dimensions = {row.at("Name").raw: row.at("Value") for row in rows}
        about_ours = bool({"EndpointName", "InferenceComponentName"} & dimensions.keys())
        near = "sagemaker" in namespace.lower()
        if name in METRICS and (near or name in OURS_BY_NAME or about_ours):
            yield Measured(body, name, METRICS[name], dimensions, is_alarm)


def _namespace(seen: Seen) -> Iterator[Fault]:
    for row in measured(seen):
        node = row.body.at("Namespace")
        wanted = namespace_of(row.name, frozenset(row.dimensions))
        if node.text is not None and node.text != wanted:
            yield Fault(f"{row.name} is in {wanted}, not in {node.told}.", (node,), wanted)
    for alarm in seen.declared.of("alarm"):
        node = alarm.body.at("Namespace")
        text = node.text or ""
        if text not in NAMESPACES and text.lower() in {n.lower() for n in NAMESPACES}:
            right = next(n for n in NAMESPACES if n.lower() == text.lower())
            if alarm.body.at("MetricName").text not in METRICS:
                yield Fault(f"The namespace is {right}, not {text}.", (node,), right)


def _dimensions(seen: Seen) -> Iterator[Fault]:
    #: A deployment's own fleet, one container or one instance may be singled out.
    finer = {"EndpointConfigName", "ContainerName", "InstanceId", "ContainerId", "AcceleratorId"}
    for row in measured(seen):
        node = row.body.at("Dimensions")
        names = frozenset(row.dimensions)
        if (not node.given and row.body.at("Metrics").given) or node.opaque or "" in names:
            continue
        if not any(wanted == names - finer for wanted in row.metric.by):
            ways = " or ".join(" and ".join(sorted(wanted)) for wanted in row.metric.by)
            yield Fault(
                f"{row.name} is published by {ways}, not by "
                f"{' and '.join(sorted(names)) or 'nothing'}: this has no data.",
                (node,),
            )


def _watched(seen: Seen, row: Measured) -> Resource | None:
    value = row.dimensions.get("EndpointName")
    return seen.declared.named("endpoint", value.raw) if value else None


def _place(seen: Seen) -> Iterator[Fault]:
    for row in measured(seen):
        value, variant = row.dimensions.get("EndpointName"), row.dimensions.get("VariantName")
        endpoints = list(seen.declared.of("endpoint"))
        if value is None or not endpoints or "endpoint" not in seen.declared.complete:
            continue
        by_arn = seen.declared.referred("endpoint", value.raw)
        if by_arn is not None and by_arn.name != value.raw:
            yield Fault(
                "The dimension holds the endpoint's ARN; it wants the name.",
                (value,),
                {"Fn::GetAtt": [by_arn.id, "EndpointName"]},
            )
        elif all(differ(value.raw, endpoint.name) for endpoint in endpoints):
            yield Fault(f"There is no endpoint {value.raw} here.", (value,))
        endpoint = _watched(seen, row)
        config = seen.declared.config_of(endpoint) if endpoint else None
        if variant is None or config is None:
            continue
        names = [v.name for v in variants_of(config)]
        if names and all(differ(variant.raw, name) for name in names):
            yield Fault(
                f"The endpoint has no variant {variant.raw}; it has {', '.join(names)}.",
                (variant,),
                names[0],
            )


def _statistic(seen: Seen) -> Iterator[Fault]:
    for row in measured(seen):
        node, unit = row.body.at("Statistic"), row.body.at("Unit")
        if node.text is not None and node.text not in row.metric.statistics:
            yield Fault(
                f"{row.name} is read as {' or '.join(row.metric.statistics)}, not as {node.told}.",
                (node,),
                row.metric.statistics[0],
            )
        if unit.text is not None and unit.text != row.metric.unit:
            yield Fault(
                f"{row.name} is published in {row.metric.unit}, not in {unit.told}: this "
                "has no data.",
                (unit,),
                row.metric.unit,
            )


def _meant(row: Measured) -> bool:
    """An alarm that says its threshold in milliseconds knows its unit."""
    ms = (row.body.at("Threshold").number or 0) / 1000
    return f"{ms:g} ms" in row.body.at("AlarmDescription").raw


def _threshold(seen: Seen) -> Iterator[Fault]:
    for row in measured(seen):
        node, compared = row.body.at("Threshold"), row.body.at("ComparisonOperator").text
        if not row.is_alarm or node.number is None or compared not in _RISING:
            continue
        average = row.body.at("Statistic").text in {"Average", "Maximum"}
        if row.name in MICROSECONDS and node.number < _LEAST_LATENCY_US and not _meant(row):
            yield Fault(
                f"{row.name} counts microseconds: {node.told} is {node.number / 1000:g} ms.",
                (node,),
                int(node.number * 1000),
            )
        elif row.name in ERRORS and average and node.number > 1:
            yield Fault(
                f"The average of {row.name} is a share from 0 to 1 and never passes {node.told}.",
                (node,),
            )
        elif row.name.endswith("UtilizationNormalized") and node.number >= 100:
            yield Fault(f"{row.name} is 0 to 100 % and never passes {node.told}.", (node,))


def _comparison(seen: Seen) -> Iterator[Fault]:
    rising = MICROSECONDS | ERRORS
    for row in measured(seen):
        node = row.body.at("ComparisonOperator")
        if row.is_alarm and row.name in rising and node.text in _FALLING:
            yield Fault(
                f"The alarm rings while {row.name} is low.", (node,), "GreaterThanThreshold"
            )


def _periods(seen: Seen) -> Iterator[Fault]:
    for row in measured(seen):
        if not row.is_alarm:
            continue
        period, most = row.body.at("Period"), row.body.at("EvaluationPeriods")
        enough = row.body.at("DatapointsToAlarm")
        if enough.number is not None and (most.number or enough.number) < enough.number:
            yield Fault(
                f"{enough.told} of {most.told} points can never be bad.",
                (enough, most),
                most.value,
            )
        seconds = period.number
        if seconds is None:
            continue
        if seconds in _HIGH_RESOLUTION_S and not row.metric.high_resolution:
            yield Fault(
                f"{row.name} is published every minute; a period of {period.told} s has gaps.",
                (period,),
                _MINUTE_S,
            )
        elif seconds not in _HIGH_RESOLUTION_S and (seconds <= 0 or seconds % _MINUTE_S):
            yield Fault(
                f"A period is 10, 20, 30 or a multiple of 60 s, not {period.told}.",
                (period,),
                _MINUTE_S,
            )


def _not_published(seen: Seen) -> Iterator[Fault]:
    for row in measured(seen):
        endpoint = _watched(seen, row)
        config = seen.declared.config_of(endpoint) if endpoint else None
        option = option_of(config) if config else None
        node, backlog = row.body.at("MetricName"), row.metric.by == (frozenset({"EndpointName"}),)
        if option is InferenceOption.ASYNCHRONOUS and row.is_alarm and row.name in NOT_ASYNCHRONOUS:
            yield Fault(f"{row.name} is not published for asynchronous endpoints.", (node,))
        elif (
            option in {InferenceOption.REAL_TIME, InferenceOption.SERVERLESS}
            and backlog
            and (row.is_alarm)
        ):
            yield Fault(f"{row.name} is published for asynchronous endpoints alone.", (node,))
        elif option is InferenceOption.REAL_TIME and row.name.startswith(
            ("Serverless", "ModelSetup")
        ):
            yield Fault(f"{row.name} is published for serverless endpoints alone.", (node,))


def _switched_off(seen: Seen) -> Iterator[Fault]:
    policies = {row.reference for row in seen.declared.of("policy")}
    for alarm in seen.declared.of("alarm"):
        switch = alarm.body.at("ActionsEnabled")
        calls = any(row.raw in policies for row in alarm.body.at("AlarmActions").rows())
        if switch.flag is False and calls:
            yield Fault(
                f"Alarm {alarm.id} is to call a policy, and its actions are off.", (switch,), True
            )


def _wrong_list(seen: Seen) -> Iterator[Fault]:
    """A policy that wakes is called when the alarm rings, not when it is over."""
    policies = {row.reference for row in seen.declared.of("policy")}
    for alarm in seen.declared.of("alarm"):
        rows = alarm.body.at("AlarmActions").rows()
        for row in alarm.body.at("OKActions").rows():
            if row.raw in policies and not any(r.raw in policies for r in rows):
                yield Fault("The policy is called when the alarm is over.", (row,), NO_VALUE)


ALARM_RULES = (
    DeclaredRule("CHK-588", "Metric in another namespace", pages.METRICS, "high", _namespace,
                 "Name the namespace that the metric is in."),
    DeclaredRule("CHK-589", "Metric by the wrong dimensions", pages.METRICS, "high", _dimensions,
                 "Give exactly the dimensions that the metric is published by."),
    DeclaredRule("CHK-590", "Metric of what is not there", pages.METRICS, "high", _place,
                 "Name the endpoint and variant that are there."),
    DeclaredRule("CHK-591", "Statistic or unit without data", pages.METRICS, "high", _statistic,
                 "Read the metric by its own statistic, and leave Unit out."),
    DeclaredRule("CHK-592", "Threshold in another unit", pages.METRICS, "medium", _threshold,
                 "Give latency in microseconds, and shares from 0 to 1."),
    DeclaredRule("CHK-593", "Alarm the wrong way round", pages.ALARM, "medium", _comparison,
                 "Ring when it is above the threshold."),
    DeclaredRule("CHK-594", "Periods of an alarm", pages.ALARM, "medium", _periods,
                 "Use a period of 60 s and no more bad points than points."),
    DeclaredRule("CHK-595", "Metric that this kind of endpoint has not", pages.ASYNC_METRICS,
                 "medium", _not_published, "Watch a metric that this kind of endpoint publishes."),
    DeclaredRule("CHK-596", "Alarm that calls nobody", pages.ALARM, "medium", _switched_off,
                 "Set ActionsEnabled to true."),
    DeclaredRule("CHK-597", "Policy called at the wrong time", pages.ALARM, "medium", _wrong_list,
                 "Put the policy's ARN into AlarmActions."),
)  # fmt: skip
