"""An endpoint as AWS describes it now, each part as the call that would make it. Reads only."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from tools.aws import AwsClients
from tools.invocation import component_names
from tools.plan import PLAN_TAG
from tools.planners.scaling import NAMESPACE
from tools.validation import operation_model

#: Application Auto Scaling makes and deletes these itself, with their policy.
_OF_TARGET_TRACKING = "TargetTracking-"
_PAGE = {"ServiceNamespace": NAMESPACE}


class ObservedScaling(NamedTuple):
    """What Application Auto Scaling and CloudWatch hold for an endpoint, as requests.

    Attributes:
        targets: RegisterScalableTarget.
        policies: PutScalingPolicy, by the ARN that the policy has now.
        actions: PutScheduledAction.
        alarms: PutMetricAlarm of alarms on this endpoint's metrics.
    """

    targets: tuple[dict[str, Any], ...]
    policies: dict[str, dict[str, Any]]
    actions: tuple[dict[str, Any], ...]
    alarms: tuple[dict[str, Any], ...]

    def of(self, resource_ids: Collection[str]) -> "ObservedScaling":
        """Return the part that belongs to these resources; alarms by the policies they call."""
        policies = {a: p for a, p in self.policies.items() if p["ResourceId"] in resource_ids}
        return ObservedScaling(
            targets=tuple(t for t in self.targets if t["ResourceId"] in resource_ids),
            policies=policies,
            actions=tuple(a for a in self.actions if a["ResourceId"] in resource_ids),
            alarms=tuple(
                a for a in self.alarms if policies.keys() & set(a.get("AlarmActions", ()))
            ),
        )


class Observed(NamedTuple):
    """An endpoint with its configuration, models and scaling.

    Attributes:
        endpoint: DescribeEndpoint's answer.
        config: CreateEndpointConfig's parameters.
        models: CreateModel's parameters by model name.
        components: CreateInferenceComponent's parameters of what it hosts.
        tags: The endpoint's tags, the plan's own left out.
        plan_digest: What the plan's own tag holds; None on an endpoint that is not ours.
    """

    endpoint: dict[str, Any]
    config: dict[str, Any]
    models: dict[str, dict[str, Any]]
    tags: dict[str, str]
    plan_digest: str | None
    scaling: ObservedScaling
    components: tuple[dict[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return str(self.endpoint["EndpointName"])

    @property
    def status(self) -> str:
        """The endpoint's status, as AWS spells it."""
        return str(self.endpoint["EndpointStatus"])

    @property
    def config_name(self) -> str:
        """The configuration in service."""
        return str(self.endpoint["EndpointConfigName"])

    @property
    def variants(self) -> list[dict[str, Any]]:
        """The production variants, as CreateEndpointConfig takes them."""
        return list(self.config["ProductionVariants"])

    def instance_count(self, variant_name: str) -> int:
        """How many instances a variant has or is to have now; 0 for serverless."""
        for variant in self.endpoint.get("ProductionVariants") or ():
            if variant["VariantName"] == variant_name:
                return int(variant.get("DesiredInstanceCount") or 0)
        return 0


def observe_endpoint(name: str, clients: AwsClients) -> Observed:
    """Read everything that makes an endpoint what it is.

    Raises:
        NotFoundError: There is no such endpoint, or its configuration is gone.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    endpoint = clients.call("sagemaker.describe_endpoint", {"EndpointName": name})
    config = clients.call(
        "sagemaker.describe_endpoint_config",
        {"EndpointConfigName": endpoint["EndpointConfigName"]},
    )
    listed = [*config["ProductionVariants"], *config.get("ShadowProductionVariants", ())]
    hosts = any(not variant.get("ModelName") for variant in listed)
    components = tuple(_components(name, clients)) if hosts else ()
    named = [variant.get("ModelName") for variant in listed]
    named += [component["Specification"].get("ModelName") for component in components]
    models = {
        model: as_input(
            "sagemaker.create_model",
            clients.call("sagemaker.describe_model", {"ModelName": model}),
        )
        for model in named
        if model
    }
    answer = clients.call("sagemaker.list_tags", {"ResourceArn": endpoint["EndpointArn"]})
    tags = {tag["Key"]: tag["Value"] for tag in answer.get("Tags", ())}
    return Observed(
        endpoint=endpoint,
        config=as_input("sagemaker.create_endpoint_config", config),
        models=models,
        tags={key: value for key, value in tags.items() if key != PLAN_TAG},
        plan_digest=tags.get(PLAN_TAG),
        scaling=_scaling(name, clients, [one["InferenceComponentName"] for one in components]),
        components=components,
    )


def _components(endpoint_name: str, clients: AwsClients) -> Iterator[dict[str, Any]]:
    """Yield CreateInferenceComponent's parameters; at least one copy, as that call takes it."""
    operation = "sagemaker.create_inference_component"
    for name in component_names(endpoint_name, clients):
        described = clients.call(
            "sagemaker.describe_inference_component", {"InferenceComponentName": name}
        )
        copies = described.get("RuntimeConfig", {}).get("DesiredCopyCount", 1)
        made = as_input(operation, described)
        made["RuntimeConfig"] = {"CopyCount": max(1, copies)}
        tags = clients.call(
            "sagemaker.list_tags", {"ResourceArn": described["InferenceComponentArn"]}
        )
        own = [t for t in tags.get("Tags", ()) if t["Key"] != PLAN_TAG]
        yield made | ({"Tags": own} if own else {})


def as_input(operation: str, described: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a description that the making call takes, as plain JSON.

    Args:
        operation: "service.boto3_method" of the making call.
        described: What a describing call answered.
    """
    shape = operation_model(operation).input_shape
    members = shape.members if shape is not None else {}
    return {
        key: _plain(value)
        for key, value in described.items()
        if key in members and value not in (None, "", [], {})
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - nested JSON with timestamps
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {key: _plain(member) for key, member in value.items()}
        case list():
            return [_plain(member) for member in value]
        case _:
            return value


def _scaling(name: str, clients: AwsClients, components: list[str]) -> ObservedScaling:
    service = "application-autoscaling"
    prefix = f"endpoint/{name}/variant/"
    own = {f"inference-component/{component}" for component in components}

    def rows(method: str, key: str) -> Iterator[dict[str, Any]]:
        for row in _pages(f"{service}.{method}", _PAGE, key, clients):
            if row["ResourceId"].startswith(prefix) or row["ResourceId"] in own:
                yield row

    return ObservedScaling(
        targets=tuple(_target(row) for row in rows("describe_scalable_targets", "ScalableTargets")),
        policies={
            row["PolicyARN"]: as_input(f"{service}.put_scaling_policy", row)
            for row in rows("describe_scaling_policies", "ScalingPolicies")
        },
        actions=tuple(
            as_input(f"{service}.put_scheduled_action", row)
            for row in rows("describe_scheduled_actions", "ScheduledActions")
        ),
        alarms=tuple(_alarms(name, components, clients)),
    )


def _target(row: dict[str, Any]) -> dict[str, Any]:
    """A suspension is kept; the role is the service's own, which AWS names by itself."""
    made = as_input("application-autoscaling.register_scalable_target", row)
    made.pop("RoleARN", None)
    if not any(made.get("SuspendedState", {}).values()):
        made.pop("SuspendedState", None)
    return made


def _alarms(name: str, components: list[str], clients: AwsClients) -> Iterator[dict[str, Any]]:
    for row in _pages("cloudwatch.describe_alarms", {}, "MetricAlarms", clients):
        dimensions = {d["Name"]: d["Value"] for d in row.get("Dimensions", ())}
        of_component = dimensions.get("InferenceComponentName") in components
        if dimensions.get("EndpointName") != name and not of_component:
            continue
        if not row["AlarmName"].startswith(_OF_TARGET_TRACKING):
            yield as_input("cloudwatch.put_metric_alarm", row)


def _pages(
    operation: str, parameters: dict[str, Any], key: str, clients: AwsClients
) -> Iterator[dict[str, Any]]:
    token: dict[str, str] = {}
    while True:
        answer = clients.call(operation, {**parameters, **token})
        yield from answer.get(key, ())
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}
