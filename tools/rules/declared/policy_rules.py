"""Rules on scaling policies (CHK-577 to CHK-586)."""

from collections.abc import Iterator

from tools.endpoint import InferenceOption
from tools.rules.declared import pages
from tools.rules.declared.metrics import BACKLOG_METRICS, NOT_ASYNCHRONOUS
from tools.rules.declared.node import Node
from tools.rules.declared.resources import Resource, Scaled, component_of_id, scaled_by
from tools.rules.declared.rule import NO_VALUE, DeclaredRule, Fault, Seen
from tools.rules.declared.target_rules import ours
from tools.rules.scaling_checks import UTILIZATION, VARIANT_METRICS

_COMPONENT_METRICS = {
    "SageMakerInferenceComponentInvocationsPerCopy",
    "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
}
_PREDEFINED = {*VARIANT_METRICS, *_COMPONENT_METRICS, UTILIZATION}
_BODIES = {
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
}
_ADJUSTMENTS = {"ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"}


def _resource_id(seen: Seen, policy: Resource) -> Node:
    """What a policy scales, by its target or by itself."""
    target = seen.declared.referred("target", policy.body.at("ScalingTargetId").raw)
    return (target or policy).body.at("ResourceId")


def _policies(seen: Seen) -> Iterator[tuple[Resource, Scaled, Node]]:
    """Every SageMaker policy, with what it scales."""
    known = {row.reference for row in ours(seen)}
    for policy in seen.declared.of("policy"):
        node = _resource_id(seen, policy)
        body = policy.body
        sagemaker = body.at("ServiceNamespace").raw == "sagemaker" or node.raw.startswith(
            ("endpoint/", "inference-component/")
        )
        if sagemaker or body.at("ScalingTargetId").raw in known:
            yield policy, scaled_by(seen.declared, node.raw), node


def _tracking(policy: Resource) -> Node:
    return policy.body.at("TargetTrackingScalingPolicyConfiguration")


def metric_of(policy: Resource) -> Node:
    """Return the name of the metric that target tracking follows."""
    body = _tracking(policy)
    predefined = body.at("PredefinedMetricSpecification", "PredefinedMetricType")
    return (
        predefined if predefined.given else body.at("CustomizedMetricSpecification", "MetricName")
    )


def _unregistered(seen: Seen) -> Iterator[Fault]:
    registered = [row.body.at("ResourceId").raw for row in seen.declared.of("target")]
    for policy, _, node in _policies(seen):
        if policy.body.at("ScalingTargetId").given or "target" not in seen.declared.complete:
            continue
        if not node.opaque and node.given and node.raw not in registered:
            yield Fault(f"{node.raw} is not registered as a scalable target.", (node,))
        elif not node.given:
            yield Fault(
                f"Policy {policy.id} names no target.", (policy.body.at("ScalingTargetId"),)
            )


def _key(seen: Seen) -> Iterator[Fault]:
    """A policy that names its target by itself names it as it was registered."""
    for policy, _, node in _policies(seen):
        for target in seen.declared.of("target"):
            if target.body.at("ResourceId").raw != node.raw or node.path == target.body.path:
                continue
            one, other = policy.body.at("ScalableDimension"), target.body.at("ScalableDimension")
            if one.text and other.text and one.text != other.text:
                yield Fault(
                    f"The target is registered for {other.told}, not {one.told}.",
                    (one, other),
                    other.value,
                )


def _complete(seen: Seen) -> Iterator[Fault]:
    for policy, _, _ in _policies(seen):
        kind = policy.body.at("PolicyType")
        wanted = _BODIES.get(kind.text or "")
        if kind.text is not None and wanted is None:
            yield Fault(
                f"{kind.told} is no kind of policy that endpoints have.",
                (kind,),
                "TargetTrackingScaling",
            )
        elif not kind.given:
            yield Fault(f"Policy {policy.id} has no PolicyType.", (kind,))
        elif wanted and not policy.body.at(wanted).given:
            yield Fault(f"A {kind.told} policy needs {wanted}.", (policy.body.at(wanted), kind))


def _metric_given(seen: Seen) -> Iterator[Fault]:
    for policy, _, _ in _policies(seen):
        body = _tracking(policy)
        if not isinstance(body.value, dict):
            continue
        one, other = (
            body.at(k) for k in ("PredefinedMetricSpecification", "CustomizedMetricSpecification")
        )
        if one.given == other.given:
            yield Fault(
                f"Policy {policy.id} follows {'two metrics' if one.given else 'no metric'}.",
                (one, other),
            )
        name = one.at("PredefinedMetricType")
        if one.given and name.text not in {None, *_PREDEFINED}:
            yield Fault(f"{name.told} is no predefined metric of SageMaker.", (name,))


def _metric_fits(seen: Seen) -> Iterator[Fault]:
    for policy, scaled, resource_id in _policies(seen):
        node = metric_of(policy)
        name, variant = node.text or "", scaled.variant
        is_component = component_of_id(resource_id.raw) is not None
        if name in _COMPONENT_METRICS and not is_component and resource_id.text is not None:
            yield Fault(
                f"{name} is published for inference components, not for a variant.", (node,)
            )
        elif is_component and name in {*VARIANT_METRICS, UTILIZATION}:
            yield Fault(
                f"{name} is published for a variant, not for inference components.", (node,)
            )
        elif variant is not None:
            yield from _metric_of_option(node, variant.option)


def _metric_of_option(node: Node, option: InferenceOption | None) -> Iterator[Fault]:
    name = node.text or ""
    match option:
        case InferenceOption.ASYNCHRONOUS if name in {
            *VARIANT_METRICS,
            *NOT_ASYNCHRONOUS,
            *_COMPONENT_METRICS,
            UTILIZATION,
        }:
            yield Fault(
                f"{name} is not published for asynchronous endpoints; use "
                "ApproximateBacklogSizePerInstance.",
                (node,),
            )
        case InferenceOption.SERVERLESS if name in {
            *VARIANT_METRICS,
            *_COMPONENT_METRICS,
            *BACKLOG_METRICS,
        }:
            yield Fault(
                f"Provisioned concurrency follows {UTILIZATION}, not {name}.", (node,), UTILIZATION
            )
        case InferenceOption.REAL_TIME if name in {
            *BACKLOG_METRICS,
            *_COMPONENT_METRICS,
            UTILIZATION,
        }:
            yield Fault(f"{name} is not published for real-time variants.", (node,))
        case _:
            pass


def _target_value(seen: Seen) -> Iterator[Fault]:
    for policy, _, _ in _policies(seen):
        body = _tracking(policy)
        node = body.at("TargetValue")
        if not isinstance(body.value, dict):
            continue
        if not node.given or (node.number is not None and node.number <= 0):
            yield Fault(f"Target tracking needs a target above zero, not {node.told}.", (node,))
        elif metric_of(policy).text == UTILIZATION and (node.number or 0) > 1:
            yield Fault(
                f"The target of {UTILIZATION} is a share between 0 and 1, not {node.told}.",
                (node,),
            )


def _cooldowns(seen: Seen) -> Iterator[Fault]:
    for policy, _, _ in _policies(seen):
        body, steps = _tracking(policy), policy.body.at("StepScalingPolicyConfiguration")
        for node in (body.at("ScaleInCooldown"), body.at("ScaleOutCooldown"), steps.at("Cooldown")):
            if node.number is not None and node.number < 0:
                yield Fault(f"A cooldown is not negative, as {node.told} is.", (node,), 300)


def _steps(seen: Seen) -> Iterator[Fault]:
    most = seen.limit("aas_step_adjustments_per_policy")
    for policy, _, _ in _policies(seen):
        body = policy.body.at("StepScalingPolicyConfiguration")
        if not isinstance(body.value, dict):
            continue
        rows, node = body.at("StepAdjustments").rows(), body.at("StepAdjustments")
        kind = body.at("AdjustmentType")
        if not node.given or node.value == []:
            yield Fault(f"Policy {policy.id} has no steps.", (node,))
        if len(rows) > most:
            yield Fault(f"A policy has up to {most} steps, not {len(rows)}.", (node,))
        if not kind.given or kind.text not in {None, *_ADJUSTMENTS}:
            yield Fault(f"{kind.told} is no way to adjust.", (kind,), "ChangeInCapacity")
        yield from _intervals(rows, node)


def _intervals(rows: tuple[Node, ...], node: Node) -> Iterator[Fault]:
    infinite = float("inf")
    spans = []
    for row in rows:
        low, high = row.at("MetricIntervalLowerBound"), row.at("MetricIntervalUpperBound")
        if (low.given and low.number is None) or (high.given and high.number is None):
            return
        span = (
            -infinite if low.number is None else low.number,
            infinite if high.number is None else high.number,
        )
        if span[0] >= span[1] or span == (-infinite, infinite):
            yield Fault("A step needs a bound, the lower below the upper.", (row,))
        if not row.at("ScalingAdjustment").given:
            yield Fault("A step does not say what it changes.", (row.at("ScalingAdjustment"),))
        spans.append(span)
    for one, other in zip(sorted(spans), sorted(spans)[1:], strict=False):
        if one[1] != other[0]:
            what = "overlap" if one[1] > other[0] else "leave a gap"
            yield Fault(f"Two steps {what} between {other[0]:g} and {one[1]:g}.", (node,))


def _alarmed(seen: Seen) -> Iterator[Fault]:
    if "alarm" not in seen.declared.complete:
        return
    called = {
        row.raw
        for alarm in seen.declared.of("alarm")
        for key in ("AlarmActions", "OKActions", "InsufficientDataActions")
        for row in alarm.body.at(key).rows()
    }
    unknown = any(
        alarm.body.at("AlarmActions").opaque
        or any(row.opaque for row in alarm.body.at("AlarmActions").rows())
        for alarm in seen.declared.of("alarm")
    )
    for policy, _, _ in _policies(seen):
        if policy.body.at("PolicyType").text != "StepScaling" or policy.reference in called:
            continue
        if not unknown:
            yield Fault(
                f"No alarm calls step policy {policy.id}, so it never acts.",
                (policy.body.at("PolicyType"),),
            )


def _same_metric(seen: Seen) -> Iterator[Fault]:
    taken: set[tuple[str, str]] = set()
    for policy, _, resource_id in _policies(seen):
        node = metric_of(policy)
        key = (resource_id.raw, node.raw)
        if node.given and resource_id.given and key in taken:
            yield Fault(f"Two target tracking policies follow {node.told}.", (node,))
        taken.add(key)


def _asleep(seen: Seen) -> Iterator[Fault]:
    """From zero only a policy on requests without capacity wakes it."""
    for target in ours(seen):
        low, node = target.body.at("MinCapacity"), target.body.at("ResourceId")
        mine = [p for p, _, other in _policies(seen) if other.raw == node.raw]
        variant = scaled_by(seen.declared, node.raw).variant
        if variant is not None and variant.option is not InferenceOption.ASYNCHRONOUS:
            continue  # there zero is a fault of its own
        if low.number != 0 or not mine or "policy" not in seen.declared.complete:
            continue
        if not any(p.body.at("PolicyType").raw != "TargetTrackingScaling" for p in mine):
            metric = (
                "NoCapacityInvocationFailures"
                if component_of_id(node.raw)
                else "HasBacklogWithoutCapacity"
            )
            yield Fault(
                f"From zero it wakes only when the metric passes the target, if at all: "
                f"there is no step policy on {metric}.",
                (low,),
                NO_VALUE,
            )


POLICY_RULES = (
    DeclaredRule("CHK-577", "Policy of an unregistered target", pages.POLICY, "high",
                 _unregistered, "Register the target, and refer to it by ScalingTargetId."),
    DeclaredRule("CHK-578", "Policy and target disagree", pages.POLICY, "high", _key,
                 "Name the dimension that the target is registered for."),
    DeclaredRule("CHK-579", "Policy without its configuration", pages.POLICY, "high", _complete,
                 "Choose target tracking or steps, and configure that."),
    DeclaredRule("CHK-580", "Metric of target tracking", pages.TRACKING, "high", _metric_given,
                 "Name one of SageMaker's predefined metrics, or one of your own."),
    DeclaredRule("CHK-581", "Metric that is not published", pages.ASYNC_SCALING, "high",
                 _metric_fits, "Follow a metric that this kind of endpoint publishes."),
    DeclaredRule("CHK-582", "Target value", pages.TRACKING, "high", _target_value,
                 "Set what one instance carries; for a share, between 0 and 1."),
    DeclaredRule("CHK-583", "Negative cooldown", pages.TRACKING, "high", _cooldowns,
                 "Give seconds from 0."),
    DeclaredRule("CHK-584", "Steps of a policy", pages.STEPS, "high", _steps,
                 "Give up to 20 steps that neither overlap nor leave a gap."),
    DeclaredRule("CHK-585", "Step policy that nothing calls", pages.STEPS, "medium", _alarmed,
                 "Add an alarm whose AlarmActions hold the policy's ARN."),
    DeclaredRule("CHK-586", "One metric, two policies", pages.SCALING, "high", _same_metric,
                 "Keep one of them."),
    DeclaredRule("CHK-587", "Sleeps on", pages.ASYNC_SCALING, "medium", _asleep,
                 "Add a step policy with an alarm on requests that wait without capacity."),
)  # fmt: skip
