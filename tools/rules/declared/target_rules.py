"""Rules on scalable targets and schedules (CHK-565 to CHK-574)."""

import re
from collections.abc import Iterator

from tools.endpoint import InferenceOption
from tools.rules.declared import pages
from tools.rules.declared.node import Node, differ
from tools.rules.declared.resources import (
    Resource,
    component_of_id,
    scaled_by,
    variant_of_id,
    variants_of,
)
from tools.rules.declared.rule import NO_VALUE, DeclaredRule, Fault, Seen
from tools.rules.scaling_checks import INSTANCES, PROVISIONED

COPIES = "sagemaker:inference-component:DesiredCopyCount"
_CRON_FIELDS = 6
_BURSTABLE = ("ml.t2.", "ml.t3.")


def ours(seen: Seen) -> Iterator[Resource]:
    """Yield the targets that are SageMaker's by any sign: others are other services' business."""
    endpoints = {row.reference for row in seen.declared.of("endpoint")}
    for target in seen.declared.of("target"):
        body = target.body
        signs = (
            body.at("ServiceNamespace").raw == "sagemaker",
            body.at("ScalableDimension").raw.startswith("sagemaker:"),
            bool(re.match(r"(endpoint|inference-component)s?/", body.at("ResourceId").raw)),
            any(arn and arn in body.at("ResourceId").raw for arn in endpoints),
        )
        if any(signs):
            yield target


def _key(seen: Seen) -> Iterator[Fault]:
    for target in ours(seen):
        namespace, dimension = (
            target.body.at(k) for k in ("ServiceNamespace", "ScalableDimension")
        )
        if namespace.text not in {None, "sagemaker"} or not namespace.given:
            yield Fault(
                f"An endpoint is scaled in the namespace sagemaker, not {namespace.told}.",
                (namespace,),
                "sagemaker",
            )
        if not dimension.given or dimension.text not in {None, INSTANCES, PROVISIONED, COPIES}:
            yield Fault(f"{dimension.told} is no dimension of an endpoint.", (dimension,))


def _resource_id(seen: Seen) -> Iterator[Fault]:
    endpoints = [row.reference for row in seen.declared.of("endpoint")]
    for target in ours(seen):
        node = target.body.at("ResourceId")
        well_formed = variant_of_id(node.raw) or component_of_id(node.raw)
        arn = next((ref for ref in endpoints if ref and ref in node.raw), None)
        by_arn = arn is not None and seen.declared.named("endpoint", arn) is None
        if by_arn or re.match(r"(endpoint/)?arn:", node.raw):
            yield Fault("The resource id holds the endpoint's ARN; it wants its name.", (node,))
        elif (
            not well_formed
            and (node.text is not None or "/" in node.raw)
            and not (node.raw.startswith("\ue000"))
        ):
            yield Fault(f"{node.raw} is not of the form endpoint/NAME/variant/NAME.", (node,))
        elif not node.given:
            yield Fault(f"Target {target.id} names nothing to scale.", (node,))


def _unknown_place(seen: Seen) -> Iterator[Fault]:
    known = [row.name for row in seen.declared.of("endpoint")]
    components = [row.name for row in seen.declared.of("component")]
    for target in ours(seen):
        node = target.body.at("ResourceId")
        parts, component = variant_of_id(node.raw), component_of_id(node.raw)
        if component and components and all(differ(component, name) for name in components):
            yield Fault(f"There is no inference component {component} here.", (node,))
        if parts is None or not known or "endpoint" not in seen.declared.complete:
            continue
        found = scaled_by(seen.declared, node.raw)
        config = seen.declared.config_of(found.endpoint) if found.endpoint else None
        if all(differ(parts[0], name) for name in known) and not _is_reference(seen, parts[0]):
            yield Fault(
                f"There is no endpoint {parts[0]} here; there is {', '.join(known)}.", (node,)
            )
        elif config and found.variant is None and variants_of(config):
            names = ", ".join(v.name for v in variants_of(config))
            yield Fault(
                f"Endpoint {parts[0]} has no variant {parts[1]}; it has {names}.",
                (node,),
                node.raw.rpartition("/")[0] + f"/{variants_of(config)[0].name}",
            )


def _is_reference(seen: Seen, name: str) -> bool:
    return seen.declared.referred("endpoint", name) is not None


def _order(seen: Seen) -> Iterator[Fault]:
    """CloudFormation makes what does not refer to another side by side."""
    if not seen.declared.is_template:
        return
    for variant in seen.variants:
        model, node = seen.declared.model_of(variant.node), variant.node.at("ModelName")
        if model is not None and model.id not in variant.config.waits_for:
            yield Fault(f"{variant.config.id} does not wait for {model.id}.", (node,))
    for endpoint in seen.declared.of("endpoint"):
        config, node = seen.declared.config_of(endpoint), endpoint.body.at("EndpointConfigName")
        if config is not None and config.id not in endpoint.waits_for:
            yield Fault(f"{endpoint.id} does not wait for {config.id}.", (node,))
    yield from _early_targets(seen)


def _early_targets(seen: Seen) -> Iterator[Fault]:
    for target in ours(seen):
        found = scaled_by(seen.declared, target.body.at("ResourceId").raw)
        first = found.endpoint or found.component
        if first is not None and first.id not in target.waits_for:
            yield Fault(
                f"{target.id} does not wait for {first.id}: it may be registered before "
                "there is anything to scale.",
                (target.body.at("ResourceId"),),
            )


def _dimension(seen: Seen) -> Iterator[Fault]:
    for target in ours(seen):
        node, resource_id = target.body.at("ScalableDimension"), target.body.at("ResourceId")
        variant = scaled_by(seen.declared, resource_id.raw).variant
        is_component = component_of_id(resource_id.raw) is not None
        if node.text not in {INSTANCES, PROVISIONED, COPIES}:
            continue
        if (
            is_component != (node.text == COPIES)
            and resource_id.given
            and (is_component or variant_of_id(resource_id.raw))
        ):
            yield Fault(f"{node.told} does not fit {resource_id.told}.", (node, resource_id))
        elif variant is not None and variant.option is not None and not is_component:
            serverless = variant.option is InferenceOption.SERVERLESS
            wanted = PROVISIONED if serverless else INSTANCES
            if node.text != wanted:
                yield Fault(
                    f"A {variant.option} endpoint scales {wanted}, not {node.told}.",
                    (node,),
                    wanted,
                )


def _bounds(seen: Seen) -> Iterator[Fault]:
    for target in ours(seen):
        low, high = target.body.at("MinCapacity"), target.body.at("MaxCapacity")
        for node in (low, high):
            if not node.given:
                yield Fault(f"Target {target.id} has no {node.path.rpartition('.')[2]}.", (node,))
            if node.number is not None and node.number < 0:
                yield Fault(f"A bound is not negative, as {node.told} is.", (node,))
        if low.number is not None and high.number is not None and low.number > high.number:
            yield Fault(f"The minimum {low.told} is above the maximum {high.told}.", (low, high))
        if high.number == 0:
            yield Fault("With a maximum of 0 nothing ever serves.", (high,))


def _zero(seen: Seen) -> Iterator[Fault]:
    for target in ours(seen):
        variant = scaled_by(seen.declared, target.body.at("ResourceId").raw).variant
        if variant is None or variant.option in {InferenceOption.ASYNCHRONOUS, None}:
            continue
        rows = [target.body.at("MinCapacity")]
        rows += [row.at("ScalableTargetAction", "MinCapacity") for row in _schedules(seen, target)]
        for low in rows:
            if low.number is not None and low.number < 1:
                yield Fault(
                    "Only an asynchronous endpoint's variant scales to zero; the minimum is "
                    "1 here.",
                    (low,),
                    1,
                )


def _serverless(seen: Seen) -> Iterator[Fault]:
    for target in ours(seen):
        variant = scaled_by(seen.declared, target.body.at("ResourceId").raw).variant
        if variant is None or variant.option is not InferenceOption.SERVERLESS:
            continue
        given, high = variant.node.at("ServerlessConfig"), target.body.at("MaxCapacity")
        warm, most = given.at("ProvisionedConcurrency"), given.at("MaxConcurrency")
        if isinstance(given.value, dict) and not warm.given:
            yield Fault(
                "On-demand serverless scales by itself; only provisioned concurrency "
                "takes a target.",
                (warm, target.body.at("ResourceId")),
            )
        if high.number is not None and most.number is not None and high.number > most.number:
            yield Fault(
                f"Provisioned concurrency up to {high.told} is above the maximum "
                f"concurrency of {most.told}.",
                (high, most),
                most.value,
            )


def _first_count(seen: Seen) -> Iterator[Fault]:
    for target in ours(seen):
        variant = scaled_by(seen.declared, target.body.at("ResourceId").raw).variant
        high = target.body.at("MaxCapacity")
        if variant is None or target.body.at("ScalableDimension").text != INSTANCES:
            continue
        count, managed = (
            variant.node.at(k) for k in ("InitialInstanceCount", "ManagedInstanceScaling")
        )
        if high.number is not None and (count.number or 0) > high.number:
            yield Fault(
                f"It starts with {count.told} instances, above the maximum {high.told}.",
                (count, high),
                high.value,
            )
        if managed.given and managed.at("Status").raw != "DISABLED":
            yield Fault(
                "The variant's instances are scaled twice: by ManagedInstanceScaling and by "
                "this target.",
                (target.body.at("ScalableDimension"), managed),
            )


def _twice(seen: Seen) -> Iterator[Fault]:
    taken: set[tuple[str, str]] = set()
    for target in ours(seen):
        node = target.body.at("ResourceId")
        key = (node.raw, target.body.at("ScalableDimension").raw)
        if key in taken:
            yield Fault(f"{node.raw} is registered twice; the later bounds win.", (node,))
        taken.add(key)


def _burstable(seen: Seen) -> Iterator[Fault]:
    for target in ours(seen):
        variant = scaled_by(seen.declared, target.body.at("ResourceId").raw).variant
        if variant is not None and variant.instance_type.startswith(_BURSTABLE):
            yield Fault(
                f"Burstable {variant.instance_type} is not meant for auto scaling.",
                (variant.node.at("InstanceType"), target.body.at("ResourceId")),
            )


def _schedules(seen: Seen, target: Resource) -> Iterator[Node]:
    yield from target.body.at("ScheduledActions").rows()
    for row in seen.declared.of("schedule"):
        if row.body.at("ResourceId").raw == target.body.at("ResourceId").raw:
            yield row.body


def _schedule(seen: Seen) -> Iterator[Fault]:
    for target in ours(seen):
        for row in _schedules(seen, target):
            yield from _one_schedule(row)


def _one_schedule(row: Node) -> Iterator[Fault]:
    when, action = row.at("Schedule"), row.at("ScalableTargetAction")
    low, high = action.at("MinCapacity"), action.at("MaxCapacity")
    if not when.given:
        yield Fault("The scheduled action has no schedule.", (when,))
    found = re.fullmatch(r"(at|rate|cron)\((.+)\)", when.text or "")
    if when.text is not None and found is None:
        yield Fault(f"{when.told} is not of the form at(..), rate(..) or cron(..).", (when,))
    elif found and found[1] == "cron" and len(found[2].split()) != _CRON_FIELDS:
        yield Fault(f"cron(..) has six fields, not {len(found[2].split())}.", (when,))
    elif found and found[1] == "rate" and not re.fullmatch(r"\d+ (minute|hour|day)s?", found[2]):
        yield Fault(f"{when.told} is no rate, as rate(1 day) is.", (when,))
    if not action.opaque and not low.given and not high.given:
        yield Fault("The scheduled action changes nothing: it names no bound.", (action,))
    if low.number is not None and high.number is not None and low.number > high.number:
        yield Fault(
            f"The scheduled minimum {low.told} is above the maximum {high.told}.",
            (low, high),
            NO_VALUE,
        )


TARGET_RULES = (
    DeclaredRule("CHK-565", "Namespace or dimension of another service", pages.TARGET, "high",
                 _key, "Use the namespace sagemaker and one of its three dimensions."),
    DeclaredRule("CHK-566", "Resource id of the wrong form", pages.TARGET, "high", _resource_id,
                 "Write endpoint/NAME/variant/NAME, with the endpoint's name (Fn::GetAtt)."),
    DeclaredRule("CHK-567", "Target that is not there", pages.TARGET, "high", _unknown_place,
                 "Name an endpoint and a variant that are there."),
    DeclaredRule("CHK-568", "Made before what it needs", pages.CFN_TARGET, "high", _order,
                 "Refer to the other by Fn::GetAtt, or add DependsOn."),
    DeclaredRule("CHK-569", "Dimension of another kind of endpoint", pages.SCALING, "high",
                 _dimension, "Scale what this kind of endpoint has."),
    DeclaredRule("CHK-570", "Bounds of scaling", pages.TARGET, "high", _bounds,
                 "Keep 0 <= MinCapacity <= MaxCapacity."),
    DeclaredRule("CHK-571", "Zero instances where there must be one", pages.SCALING, "high", _zero,
                 "Set the minimum to 1; for zero use an asynchronous endpoint or components."),
    DeclaredRule("CHK-572", "Nothing to scale on serverless", pages.PROVISIONED, "high",
                 _serverless, "Provision concurrency, and scale it up to MaxConcurrency at most."),
    DeclaredRule("CHK-573", "Instance count and bounds disagree", pages.TARGET, "medium",
                 _first_count, "Start within the bounds, scaled by one of the two ways."),
    DeclaredRule("CHK-574", "Registered twice", pages.TARGET, "medium", _twice,
                 "Keep one target for each variant and dimension."),
    DeclaredRule("CHK-575", "Burstable and scaled", pages.SCALING, "low", _burstable,
                 "Choose a type that does not burst, such as ml.m5."),
    DeclaredRule("CHK-576", "Schedule of scaling", pages.SCHEDULE, "high", _schedule,
                 "Write at(..), rate(..) or a six-field cron(..), with bounds that agree."),
)  # fmt: skip
