"""Rules on endpoints, names, tags and how updates shift traffic (CHK-550 to CHK-559)."""

import re
from collections.abc import Iterator

from tools.endpoint import InferenceOption
from tools.rules.declared import pages
from tools.rules.declared.node import Node, differ
from tools.rules.declared.resources import Resource, option_of, scaled_by, variants_of
from tools.rules.declared.rule import NO_VALUE, REMOVE, DeclaredRule, Fault, Seen

_NAMES = (
    ("model", "ModelName"),
    ("config", "EndpointConfigName"),
    ("endpoint", "EndpointName"),
    ("component", "InferenceComponentName"),
)
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_SHIFTS = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}


def _names(seen: Seen) -> Iterator[Fault]:
    most = seen.limit("resource_name_max")
    nodes = [row.body.at(key) for kind, key in _NAMES for row in seen.declared.of(kind)]  # type: ignore[arg-type]
    nodes += [variant.node.at("VariantName") for variant in seen.variants]
    for node in nodes:
        if node.text is None:
            continue
        if len(node.text) > most:
            yield Fault(
                f"{node.text[:40]}.. has {len(node.text)} characters; at most {most} are allowed.",
                (node,),
                node.text[:most].rstrip("-"),
            )
        elif not _NAME.fullmatch(node.text):
            yield Fault(
                f"{node.text} is no name: letters, digits and hyphens.",
                (node,),
                re.sub(r"[^a-zA-Z0-9]+", "-", node.text).strip("-"),
            )


def _tags(seen: Seen) -> Iterator[Fault]:
    most = seen.limit("tags_per_resource_max")
    for kind, _ in _NAMES:
        for row in seen.declared.of(kind):  # type: ignore[arg-type]
            tags = row.body.at("Tags")
            keys = [tag.at("Key") for tag in tags.rows()]
            if len(keys) > most:
                yield Fault(f"{row.id} has {len(keys)} tags; at most {most} are allowed.", (tags,))
            for number, key in enumerate(keys):
                if key.raw.lower().startswith("aws:"):
                    yield Fault(f"Tag {key.told}: aws: is AWS's own.", (key,))
                if key.raw and key.raw in [k.raw for k in keys[:number]]:
                    yield Fault(f"Tag {key.told} stands twice.", (key,))


def _references(seen: Seen) -> Iterator[Fault]:
    """`Ref` of SageMaker's resources gives the ARN; the calls want names."""
    for endpoint in seen.declared.of("endpoint"):
        node = endpoint.body.at("EndpointConfigName")
        found = seen.declared.referred("config", node.raw)
        if found is not None and found.name != node.raw:
            yield Fault(
                f"Ref of {found.id} gives its ARN; EndpointConfigName wants the name.",
                (node,),
                {"Fn::GetAtt": [found.id, "EndpointConfigName"]},
            )
        if not node.given:
            yield Fault(f"Endpoint {endpoint.id} names no configuration.", (node,))
    for variant in seen.variants:
        node = variant.node.at("ModelName")
        found = seen.declared.referred("model", node.raw)
        if found is not None and found.name != node.raw:
            yield Fault(
                f"Ref of {found.id} gives its ARN; ModelName wants the name.",
                (node,),
                {"Fn::GetAtt": [found.id, "ModelName"]},
            )


def _dangling(seen: Seen) -> Iterator[Fault]:
    for node in seen.declared.dangling:
        yield Fault(f"{node.told} is referred to and not in the template.", (node,))


def _deployment(seen: Seen) -> Iterator[tuple[Resource, Node]]:
    for endpoint in seen.declared.of("endpoint"):
        node = endpoint.body.at("DeploymentConfig")
        if isinstance(node.value, dict):
            yield endpoint, node


def _fleet(seen: Seen, endpoint: Resource) -> list[Node]:
    config = seen.declared.config_of(endpoint)
    rows = variants_of(config) if config else ()
    return [v.node.at("InitialInstanceCount") for v in rows if not v.is_shadow]


def _parts(node: Node) -> Iterator[tuple[Node, str]]:
    routing = node.at("BlueGreenUpdatePolicy", "TrafficRoutingConfiguration")
    yield routing.at("CanarySize"), "canary_size"
    yield routing.at("LinearStepSize"), "linear_step"
    yield node.at("RollingUpdatePolicy", "MaximumBatchSize"), "rolling_batch"
    yield node.at("RollingUpdatePolicy", "RollbackMaximumBatchSize"), ""


def _shift_sizes(seen: Seen) -> Iterator[Fault]:
    for endpoint, node in _deployment(seen):
        for part, limit in _parts(node):
            kind, size = part.at("Type").text, part.at("Value")
            if size.number is None or not limit:
                continue
            name = part.path.rpartition(".")[2]
            low = seen.limit(f"{limit}_min") if limit != "canary_size" else 1
            high = seen.limit(f"{limit}_max")
            if kind == "CAPACITY_PERCENT" and not low <= size.number <= high:
                yield Fault(f"{name} is {low} to {high} %, not {size.told}.", (size,))
            if kind == "INSTANCE_COUNT":
                for count in _fleet(seen, endpoint):
                    if count.number is not None and size.number > count.number * high / 100:
                        yield Fault(
                            f"{name} {size.told} is more than {high} % of {count.told} instances.",
                            (size, count),
                        )


def _shift_of_one(seen: Seen) -> Iterator[Fault]:
    for endpoint, node in _deployment(seen):
        routing = node.at("BlueGreenUpdatePolicy", "TrafficRoutingConfiguration", "Type")
        rolling = node.at("RollingUpdatePolicy")
        if routing.text not in _SHIFTS and not rolling.given:
            continue
        for count in _fleet(seen, endpoint):
            if count.number == 1:
                yield Fault(
                    "Part of the fleet is to move first, and there is one instance.",
                    (count, routing if routing.given else rolling),
                    2,
                )


def _shift_complete(seen: Seen) -> Iterator[Fault]:
    for _, node in _deployment(seen):
        green, rolling = node.at("BlueGreenUpdatePolicy"), node.at("RollingUpdatePolicy")
        routing = green.at("TrafficRoutingConfiguration")
        if green.given and rolling.given:
            yield Fault("An update is blue/green or rolling, not both.", (rolling, green), REMOVE)
        if isinstance(green.value, dict) and not routing.given:
            yield Fault("BlueGreenUpdatePolicy does not say how traffic moves.", (routing,))
        kind = routing.at("Type").text
        if kind is not None and kind not in {"ALL_AT_ONCE", *_SHIFTS}:
            yield Fault(f"{kind} is no way to move traffic.", (routing.at("Type"),))
        wanted = _SHIFTS.get(kind or "")
        if wanted and not routing.at(wanted).given:
            yield Fault(f"{kind} needs {wanted}.", (routing.at(wanted),))
        for key in ("MaximumBatchSize", "WaitIntervalInSeconds"):
            if isinstance(rolling.value, dict) and not rolling.at(key).given:
                yield Fault(f"RollingUpdatePolicy needs {key}.", (rolling.at(key),))


def _shift_times(seen: Seen) -> Iterator[Fault]:
    for _, node in _deployment(seen):
        for policy in (node.at("BlueGreenUpdatePolicy"), node.at("RollingUpdatePolicy")):
            longest = policy.at("MaximumExecutionTimeoutInSeconds")
            allowed = seen.outside(longest, "deployment_max_execution_timeout")
            if allowed:
                yield Fault(f"An update may take {allowed} s, not {longest.told}.", (longest,))
            waits = [
                policy.at("WaitIntervalInSeconds"),
                policy.at("TerminationWaitInSeconds"),
                policy.at("TrafficRoutingConfiguration", "WaitIntervalInSeconds"),
            ]
            most = seen.limit("deployment_wait_interval_max")
            for wait in waits:
                if wait.number is not None and not 0 <= wait.number <= most:
                    yield Fault(f"A wait is 0 to {most} s, not {wait.told}.", (wait,))
            total = sum(wait.number or 0 for wait in waits)
            if longest.number is not None and not allowed and total > longest.number:
                yield Fault(
                    f"The waits alone take {total:g} s, and the update at most {longest.told} s.",
                    (longest, *(w for w in waits if w.given)),
                )


def _rollback(seen: Seen) -> Iterator[Fault]:
    most = seen.limit("auto_rollback_alarms_max")
    for _, node in _deployment(seen):
        alarms = node.at("AutoRollbackConfiguration", "Alarms")
        kind = node.at("BlueGreenUpdatePolicy", "TrafficRoutingConfiguration", "Type").text
        shifting = kind in _SHIFTS or node.at("RollingUpdatePolicy").given
        if len(alarms.rows()) > most:
            yield Fault(
                f"Up to {most} alarms turn an update back, not {len(alarms.rows())}.", (alarms,)
            )
        elif shifting and (not alarms.given or alarms.value == []):
            yield Fault("Traffic moves in parts, and no alarm turns the update back.", (alarms,))


def _rollback_of_another(seen: Seen) -> Iterator[Fault]:
    for endpoint, node in _deployment(seen):
        for row in node.at("AutoRollbackConfiguration", "Alarms").rows():
            alarm = seen.declared.named("alarm", row.at("AlarmName").raw)
            for watched in alarm.body.at("Dimensions").rows() if alarm else ():
                value = watched.at("Value")
                if watched.at("Name").text == "EndpointName" and differ(value.raw, endpoint.name):
                    yield Fault(
                        f"Alarm {row.at('AlarmName').told} watches {value.told}, not "
                        "this endpoint.",
                        (row.at("AlarmName"), value),
                    )


def _guarded_serverless(seen: Seen) -> Iterator[Fault]:
    for endpoint, node in _deployment(seen):
        config = seen.declared.config_of(endpoint)
        if config and option_of(config) is InferenceOption.SERVERLESS:
            yield Fault("Deployment guardrails are not for serverless endpoints.", (node,), REMOVE)


def _retained(seen: Seen) -> Iterator[Fault]:
    for target in seen.declared.of("target"):
        endpoint = scaled_by(seen.declared, target.body.at("ResourceId").raw).endpoint
        by_instances = target.body.at("ScalableDimension").text == (
            "sagemaker:variant:DesiredInstanceCount"
        )
        if endpoint is None or not by_instances:
            continue
        switch = endpoint.body.at("RetainAllVariantProperties")
        told = switch.flag is False or (
            not switch.given and endpoint.body.at("DeploymentConfig").given
        )
        if seen.declared.is_template and told:
            yield Fault(
                "An update sets the instance count back to the configuration's, whatever "
                "auto scaling had made of it.",
                (switch,),
                True,
            )
        for row in endpoint.body.at("ExcludeRetainedVariantProperties").rows():
            kind = row.at("VariantPropertyType")
            if switch.flag and kind.text == "DesiredInstanceCount":
                yield Fault(
                    "The instance count is scaled, and left out of what an update keeps.",
                    (kind,),
                    NO_VALUE,
                )


ENDPOINT_RULES = (
    DeclaredRule("CHK-550", "Name that is not allowed", pages.CONFIG, "high", _names,
                 "Use at most 63 letters, digits and hyphens."),
    DeclaredRule("CHK-551", "Tags", pages.TAG, "high", _tags,
                 "Keep up to 50 tags, each key once, none beginning with aws:."),
    DeclaredRule("CHK-552", "ARN where a name is wanted", pages.CFN_ENDPOINT, "high", _references,
                 "Refer to the name by Fn::GetAtt."),
    DeclaredRule("CHK-553", "Reference to nothing", pages.CFN_ENDPOINT, "high", _dangling,
                 "Declare it, or correct the reference."),
    DeclaredRule("CHK-554", "Size of the first part of an update", pages.ROUTING, "high",
                 _shift_sizes, "Keep the part within its range."),
    DeclaredRule("CHK-555", "Part of one instance", pages.GUARDRAILS, "high", _shift_of_one,
                 "Start with two instances, or update all at once."),
    DeclaredRule("CHK-556", "Update that does not say enough", pages.BLUE_GREEN, "high",
                 _shift_complete, "Complete the policy."),
    DeclaredRule("CHK-557", "Times of an update", pages.BLUE_GREEN, "high", _shift_times,
                 "Keep the times within their ranges, the waits within the whole."),
    DeclaredRule("CHK-558", "Update that nothing turns back", pages.ROLLBACK, "low", _rollback,
                 "Name alarms on errors and latency in AutoRollbackConfiguration."),
    DeclaredRule("CHK-559", "Alarm of another endpoint", pages.ROLLBACK, "high",
                 _rollback_of_another, "Name an alarm that watches this endpoint."),
    DeclaredRule("CHK-560", "Guardrails on serverless", pages.MATRIX, "high", _guarded_serverless,
                 "Leave DeploymentConfig out."),
    DeclaredRule("CHK-561", "Update that undoes auto scaling", pages.UPDATE, "medium", _retained,
                 "Set RetainAllVariantProperties, and do not exclude DesiredInstanceCount."),
)  # fmt: skip
