"""Another version of an endpoint in a stack: its specification, its template, one change set."""

from typing import Any

from tools.endpoint import EndpointSpec
from tools.errors import InvalidInputError
from tools.plan import DeploymentPlan
from tools.planners.cloudformation import check_template, template_for
from tools.planners.guardrails import deployment_config
from tools.planners.lineage import Removal, history
from tools.planners.moves import numbered, plain_moves
from tools.planners.names import bucket_of, key_of
from tools.planners.observed import Observed
from tools.planners.parking import require_in_service, still_served
from tools.planners.stacks.changes import settled
from tools.planners.stacks.moving import goals_to, route, told
from tools.planners.stacks.revision import StandingStack, read_stack, revision_of
from tools.planners.stacks.sending import store_of
from tools.planners.updating import Version, check_kind, checked, smallest_count
from tools.renderers.template import Template

_CONFIG, _ENDPOINT = "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Endpoint"
_ALARM, _ROLE = "AWS::CloudWatch::Alarm", "AWS::IAM::Role"


def plan_stack_update(
    seen: Observed, version: Version, removal: Removal, stack_name: str
) -> DeploymentPlan:
    """Plan another version as a change of the stack; the present one serves until it is there.

    Raises:
        InvalidInputError: The endpoint or its stack is not at rest, nothing would change, or the
            change is none that CloudFormation can make.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    require_in_service(seen)
    check_kind(seen, version)
    past = history(seen.name, removal.journal)
    base = next((turn.plan.spec for turn in past if turn.plan.spec is not None), None)
    if base is None:
        raise InvalidInputError(
            f"What made stack {stack_name} is not known here.",
            remedy="Change its template yourself, or deploy another endpoint beside it.",
        )
    stack = read_stack(stack_name, removal.clients)
    spec = _changed(base, version)
    template = _template(base, spec, seen, version, removal.clients.account)
    check_template(template, spec.region)
    goals = goals_to(stack.revision, revision_of(template), "Serve the new version; the old one "
                     "answers until it is in service.")  # fmt: skip
    way = route(stack, goals, removal.nonce, store_of(past[-1].plan, removal.blobs))
    if not way.expected:
        raise InvalidInputError(
            f"Endpoint {seen.name} is that already; nothing would change.",
            remedy="Name another model, capacity or need.",
        )
    uploads = plain_moves(s for s in version.before if s.operation.startswith("s3."))
    steps, undo = numbered((*uploads, *way.uploads, *way.moves))
    said = dict(version.told or {})
    return checked(
        DeploymentPlan.model_validate(
            {
                **said,
                **removal.place_of_plan(),
                "kind": "update",
                "method": "cloudformation",
                "endpoint_name": seen.name,
                "steps": steps,
                "undo": undo,
                "expected_changes": way.expected,
                "preconditions": (still_served(seen),),
                "summary": f"Update endpoint {seen.name} by its stack {stack_name}: "
                f"{told(way.expected)}; without downtime.",
                "warnings": (*said.get("warnings", ()), *drift(seen, stack, removal)),
                "spec": spec,
            }
        )
    )


def _changed(base: EndpointSpec, version: Version) -> EndpointSpec:
    """The specification with what the version changes, and nothing else."""
    drafted = version.drafted
    assert drafted is not None  # noqa: S101 - every version is drafted
    new = drafted.first
    served = next(v for v in version.config["ProductionVariants"] if v["VariantName"] == new.name)
    serverless = served.get("ServerlessConfig", {})
    changes: dict[str, Any] = {
        "instance_type": served.get("InstanceType"),
        "initial_instance_count": served.get("InitialInstanceCount"),
        "memory_size_in_mb": serverless.get("MemorySizeInMB"),
        "max_concurrency": serverless.get("MaxConcurrency"),
        **({"sagemaker_model": new.sagemaker_model} if version.models else {}),
        **({"scaling": new.scaling} if version.scaling is not None else {}),
    }
    return base.model_copy(
        update={
            "variants": tuple(
                v.model_copy(update=changes) if v.name == new.name else v for v in base.variants
            ),
            "alarms": drafted.alarms or base.alarms,
        }
    )


def _template(
    base: EndpointSpec, spec: EndpointSpec, seen: Observed, version: Version, account: str
) -> Template:
    """The template, with how traffic shifts and what the role needs meanwhile."""
    template = template_for(spec, account)
    alarms = _alarm_references(template, version)
    for resource in template.resources.values():
        if resource["Type"] == _ROLE:
            _allow(resource["Properties"], _needed_meanwhile(base, spec, bool(alarms)))
        if resource["Type"] == _ENDPOINT and spec.first.instance_type is not None:
            resource["Properties"] |= _shifting(seen, version, alarms)
    return template


def _shifting(seen: Observed, version: Version, alarms: list[Any]) -> dict[str, Any]:
    """Counts stay as scaling left them, unless the version means to change them."""
    before = {v["VariantName"]: v.get("InitialInstanceCount") for v in seen.variants}
    recounted = any(
        before.get(v["VariantName"]) != v.get("InitialInstanceCount")
        for v in version.config["ProductionVariants"]
    )
    kinds = ["DesiredWeight", "DataCaptureConfig", *(["DesiredInstanceCount"] if recounted else [])]
    guarded = deployment_config(
        version.strategy, instance_count=smallest_count(seen, version), alarm_names=alarms
    )
    return {
        "RetainAllVariantProperties": True,
        "ExcludeRetainedVariantProperties": [{"VariantPropertyType": kind} for kind in kinds],
        **({"DeploymentConfig": guarded} if guarded else {}),
    }


def _alarm_references(template: Template, version: Version) -> list[Any]:
    """The alarms that turn the update back: those of the template are made before it."""
    own = {
        settled(row["Properties"]["AlarmName"], template.parameters): {"Ref": key}
        for key, row in template.resources.items()
        if row["Type"] == _ALARM
    }
    return [own.get(name, name) for name in version.alarm_names]


def _needed_meanwhile(
    base: EndpointSpec, spec: EndpointSpec, watches: bool
) -> list[dict[str, Any]]:
    """The old version's data until it has gone, and the alarms (docs: deployment-guardrails)."""
    kept = {m.model_data_uri for m in spec.served}
    gone = {m.model_data_uri for m in base.served if m.model_data_uri} - kept
    statements: list[dict[str, Any]] = [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::" + _object(uri)},
        }
        for uri in sorted(filter(None, gone))
    ]
    if watches:
        statements.append(
            {"Effect": "Allow", "Action": ["cloudwatch:DescribeAlarms"], "Resource": "*"}
        )
    return statements


def _object(uri: str) -> str:
    return f"{bucket_of(uri)}/{key_of(uri)}" + ("*" if uri.endswith("/") else "")


def _allow(role: dict[str, Any], statements: list[dict[str, Any]]) -> None:
    policies = role.get("Policies", ())
    if policies:
        policies[0]["PolicyDocument"]["Statement"] += statements


def drift(seen: Observed, stack: StandingStack, removal: Removal) -> tuple[str, ...]:
    """Say when the endpoint serves a configuration that its stack does not know."""
    config = next(
        (key for key, row in stack.revision.resources.items() if row["Type"] == _CONFIG), None
    )
    if config is None:
        return ()
    row = removal.clients.call(
        "cloudformation.describe_stack_resource",
        {"StackName": stack.name, "LogicalResourceId": config},
    )["StackResourceDetail"]
    name = str(row["PhysicalResourceId"]).rpartition("/")[2]
    if name == seen.config_name:
        return ()
    return (
        f"The endpoint serves {seen.config_name}, and its stack knows {name}: it was changed "
        "outside the stack. What the stack says is what comes next.",
    )
