"""What of an endpoint is left in any service, at the end of its life.

A thing is ours by the tag of a plan that the journal holds for the endpoint, by a name that holds
the endpoint's, or because it belongs to a thing that is. Results and captured data are what plans
keep: they are left out, as are logs.
"""

from collections.abc import Iterator
from typing import Any

from assistant.bootstrap import App
from tools.aws import AwsClients
from tools.plan import PLAN_TAG, DeploymentPlan, parse_plan

_AAS = "application-autoscaling"
_TOKENS = (("NextToken", "NextToken"), ("Marker", "Marker"),
           ("NextContinuationToken", "ContinuationToken"))  # fmt: skip
_SAGEMAKER = {
    "list_endpoints": ("Endpoints", "EndpointName", "EndpointArn"),
    "list_endpoint_configs": ("EndpointConfigs", "EndpointConfigName", "EndpointConfigArn"),
    "list_models": ("Models", "ModelName", "ModelArn"),
    "list_inference_components": (
        "InferenceComponents", "InferenceComponentName", "InferenceComponentArn",
    ),
}  # fmt: skip


def assert_nothing_left(app: App, endpoint_name: str, region: str = "us-east-1") -> None:
    """Fail with the list of everything of an endpoint that still stands anywhere."""
    assert leftovers(app, endpoint_name, region) == []


def leftovers(app: App, endpoint_name: str, region: str = "us-east-1") -> list[str]:
    """Return everything of an endpoint that stands, as "kind:name", sorted."""
    return sorted(_Search(app, endpoint_name, region).found())


def plans_of(app: App, endpoint_name: str) -> list[DeploymentPlan]:
    """Return every plan that was approved for an endpoint, newest first."""
    rows = [r for r in app.place.journal.deployments() if r["endpoint_name"] == endpoint_name]
    return [parse_plan(app.place.journal.plan_json(row["digest"]) or "") for row in rows]


class _Search:
    def __init__(self, app: App, endpoint_name: str, region: str) -> None:
        self.clients: AwsClients = app.place.clients(region)
        self.name = endpoint_name
        self.plans = plans_of(app, endpoint_name)
        self.digests = {plan.digest for plan in self.plans}

    def found(self) -> Iterator[str]:
        for method, (key, name, arn) in _SAGEMAKER.items():
            for row in self._all(f"sagemaker.{method}", {}, key):
                if self._named(row[name]) or self._tagged(row[arn]):
                    yield f"{key}:{row[name]}"
        yield from self._scaling()
        for alarm in self._all("cloudwatch.describe_alarms", {}, "MetricAlarms"):
            dimensions = {d["Value"] for d in alarm.get("Dimensions", ())}
            if self.name in dimensions or self._named(alarm["AlarmName"]):
                yield f"Alarms:{alarm['AlarmName']}"
        yield from self._roles()
        for stack in self._all("cloudformation.describe_stacks", {}, "Stacks"):
            if self._named(stack["StackName"]) or self._ours(stack.get("Tags", ())):
                yield f"Stacks:{stack['StackName']}:{stack['StackStatus']}"
        for schedule in self._all("scheduler.list_schedules", {}, "Schedules"):
            if self._named(schedule["Name"]):
                yield f"Schedules:{schedule['Name']}"
        yield from self._objects()

    def _scaling(self) -> Iterator[str]:
        for method, key in (
            ("describe_scalable_targets", "ScalableTargets"),
            ("describe_scaling_policies", "ScalingPolicies"),
            ("describe_scheduled_actions", "ScheduledActions"),
        ):
            for row in self._all(f"{_AAS}.{method}", {"ServiceNamespace": "sagemaker"}, key):
                if f"/{self.name}/" in row["ResourceId"]:
                    yield f"{key}:{row['ResourceId']}"

    def _roles(self) -> Iterator[str]:
        for role in self._all("iam.list_roles", {}, "Roles"):
            name = {"RoleName": role["RoleName"]}
            tags = self.clients.call("iam.list_role_tags", name)["Tags"]
            if self._named(role["RoleName"]) or self._ours(tags):
                yield f"Roles:{role['RoleName']}"

    def _objects(self) -> Iterator[str]:
        for bucket in self._all("s3.list_buckets", {}, "Buckets"):
            where = {"Bucket": bucket["Name"]}
            for row in self._all("s3.list_objects_v2", where, "Contents"):
                place = f"s3://{bucket['Name']}/{row['Key']}"
                if self._kept(place):
                    continue
                tags = self.clients.call("s3.get_object_tagging", {**where, "Key": row["Key"]})
                if f"/{self.name}/" in f"/{row['Key']}" or self._ours(tags["TagSet"]):
                    yield f"Objects:{place}"

    def _kept(self, place: str) -> bool:
        """Results and captured data are the user's."""
        for spec in (plan.spec for plan in self.plans if plan.spec is not None):
            outputs = [] if spec.asynchronous is None else [
                spec.asynchronous.output_uri, spec.asynchronous.failure_uri,
            ]  # fmt: skip
            captured = [spec.data_capture.destination_uri] if spec.data_capture else []
            if any(uri and place.startswith(uri) for uri in (*outputs, *captured)):
                return True
        return False

    def _named(self, name: str) -> bool:
        return self.name in name

    def _tagged(self, arn: str) -> bool:
        return self._ours(self.clients.call("sagemaker.list_tags", {"ResourceArn": arn})["Tags"])

    def _ours(self, tags: Any) -> bool:
        return any(t["Key"] == PLAN_TAG and t["Value"] in self.digests for t in tags)

    def _all(self, operation: str, given: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
        token: dict[str, str] = {}
        while True:
            answer = self.clients.call(operation, {**given, **token})
            yield from answer.get(key, ())
            token = {b: answer[a] for a, b in _TOKENS if answer.get(a)}
            if not token:
                return
