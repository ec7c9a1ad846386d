"""What stands for an endpoint, field by field; names that a way of deploying gives are aside."""

import json
import time
from typing import Any

from tests.unit.renderers.specs import THEIR_BUCKET
from tools.aws import AwsClients
from tools.endpoint import EndpointSpec
from tools.plan import PLAN_TAG
from tools.planners.observed import Observed, observe_endpoint

_OF_STACK = "aws:cloudformation:"
#: Moments and identities that differ from one making to the next.
_FLEETING = {"CreationTime", "LastModifiedTime", "ResponseMetadata", "EndpointArn"}


def resources(spec: EndpointSpec, clients: AwsClients) -> dict[str, Any]:
    """Return everything that AWS says of the endpoint and what belongs to it, at rest."""
    seen = _at_rest(spec, clients)
    models = _models(seen)
    endpoint = {k: v for k, v in seen.endpoint.items() if k not in _FLEETING}
    found = {
        "endpoint": endpoint,
        "config": seen.config,
        "models": {models[name]: model for name, model in seen.models.items()},
        "scaling": {
            "targets": sorted(seen.scaling.targets, key=lambda t: t["ResourceId"]),
            "policies": sorted(seen.scaling.policies.values(), key=lambda p: p["PolicyName"]),
            "actions": sorted(
                seen.scaling.actions, key=lambda a: (a["ScheduledActionName"], a["ResourceId"])
            ),
            "alarms": sorted(seen.scaling.alarms, key=lambda a: a["AlarmName"]),
        },
        "tags": _tags(seen, clients),
        "role": None if spec.role_arn else _role(seen, clients),
    }
    return _plain(found, seen, spec)


def _at_rest(spec: EndpointSpec, clients: AwsClients) -> Observed:
    """Auto scaling brings a count within its bounds at once: wait until it is there."""
    for _ in range(1000):
        seen = observe_endpoint(spec.name, clients)
        running = {v["VariantName"]: v for v in seen.endpoint.get("ProductionVariants", ())}
        within = (
            v.scaling.min_capacity <= _capacity(running[v.name]) <= v.scaling.max_capacity
            for v in spec.variants
            if v.scaling is not None and v.name in running
        )
        if seen.status == "InService" and all(within):
            return seen
        time.sleep(0.02)
    raise AssertionError(f"{spec.name} does not come to rest")


def _capacity(running: dict[str, Any]) -> int:
    serverless = running.get("CurrentServerlessConfig")
    if serverless:
        return int(serverless.get("ProvisionedConcurrency", 0))
    return int(running.get("CurrentInstanceCount", 0))


def _models(seen: Observed) -> dict[str, str]:
    """Models' names, to what they are."""
    variants = [*seen.variants, *seen.config.get("ShadowProductionVariants", ())]
    return {v["ModelName"]: f"<model of {v['VariantName']}>" for v in variants}


def _plain(value: Any, seen: Observed, spec: EndpointSpec) -> Any:
    """Names that were given become what they name."""
    policies = {arn: f"<{row['PolicyName']}>" for arn, row in seen.scaling.policies.items()}
    given: dict[str, Any] = {
        "ModelName": lambda name: _models(seen)[name],
        "EndpointConfigName": lambda _: "<config>",
        "AlarmActions": lambda arns: [policies.get(arn, arn) for arn in arns],
    }
    if spec.role_arn is None:
        given["ExecutionRoleArn"] = lambda _: "<role>"

    def walk(part: Any) -> Any:
        match part:
            case dict():
                return {k: given[k](v) if k in given else walk(v) for k, v in part.items()}
            case list() | tuple():
                return [walk(member) for member in part]
            case _:
                return part

    return walk(json.loads(json.dumps(value, default=str)))


def _tags(seen: Observed, clients: AwsClients) -> dict[str, dict[str, str]]:
    described = {
        "<endpoint>": seen.endpoint["EndpointArn"],
        "<config>": clients.call(
            "sagemaker.describe_endpoint_config", {"EndpointConfigName": seen.config_name}
        )["EndpointConfigArn"],
        **{
            name: clients.call("sagemaker.describe_model", {"ModelName": name})["ModelArn"]
            for name in seen.models
        },
    }
    models = _models(seen)
    found = {}
    for what, arn in described.items():
        rows = clients.call("sagemaker.list_tags", {"ResourceArn": arn})["Tags"]
        own = {r["Key"]: r["Value"] for r in rows if not r["Key"].startswith(_OF_STACK)}
        assert own.pop(PLAN_TAG), f"{arn} does not carry the plan's tag"
        found[models.get(what, what)] = own
    return found


def _role(seen: Observed, clients: AwsClients) -> dict[str, Any]:
    (arn,) = {model["ExecutionRoleArn"] for model in seen.models.values()}
    name = {"RoleName": arn.rpartition("/")[2]}
    role = clients.call("iam.get_role", name)["Role"]
    policies = clients.call("iam.list_role_policies", name)["PolicyNames"]
    return {
        "description": role.get("Description"),
        "trust": role["AssumeRolePolicyDocument"],
        "policies": {
            policy: clients.call("iam.get_role_policy", {**name, "PolicyName": policy})[
                "PolicyDocument"
            ]
            for policy in policies
        },
    }


def left_over(spec: EndpointSpec, clients: AwsClients) -> list[str]:
    """Return what still stands of an endpoint after it was taken back."""
    calls = (
        ("sagemaker.list_endpoints", "Endpoints", "EndpointName"),
        ("sagemaker.list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"),
        ("sagemaker.list_models", "Models", "ModelName"),
        ("cloudwatch.describe_alarms", "MetricAlarms", "AlarmName"),
        ("cloudformation.describe_stacks", "Stacks", "StackName"),
        ("s3.list_buckets", "Buckets", "Name"),
    )
    found = [row[name] for call, key, name in calls for row in clients.call(call, {})[key]]
    scaling = {"ServiceNamespace": "sagemaker"}
    for method, key in (
        ("describe_scalable_targets", "ScalableTargets"),
        ("describe_scaling_policies", "ScalingPolicies"),
        ("describe_scheduled_actions", "ScheduledActions"),
    ):
        rows = clients.call(f"application-autoscaling.{method}", scaling)[key]
        found += [row["ResourceId"] for row in rows]
    own = {THEIR_BUCKET, (spec.role_arn or "").rpartition("/")[2]}
    roles = [row["RoleName"] for row in clients.call("iam.list_roles", {})["Roles"]]
    found += [name for name in roles if spec.name in name]
    return [name for name in found if name not in own]
