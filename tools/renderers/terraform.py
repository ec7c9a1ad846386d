"""A specification as Terraform for the aws provider; pure.

It is made from the same requests as plain calls. In tests it is parsed, and its argument names are
held to what the provider documents (`tools/data/terraform_aws.json`); unproven beyond that: the
provider's schema comes from a registry, so run `terraform validate` before the first apply.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from botocore import xform_name

from tools.endpoint import EndpointSpec
from tools.errors import InvalidInputError
from tools.renderers.comments import remarks
from tools.renderers.hcl_values import Block, Expression, body, expression, quoted
from tools.renderers.logical_ids import camel, label_of, variant_labels
from tools.renderers.python_names import Head, ScriptStep

PROVIDER_VERSION = "~> 6.0"
#: Maps, not blocks (registry.terraform.io/providers/hashicorp/aws).
_MAPS = {"Environment", "Metadata"}
_RENAMED = {
    "StepAdjustments": "step_adjustment",
    "AutoScalingGroupName": "autoscaling_group_name",
}


class _Kind(NamedTuple):
    """What a request is in Terraform; `keys` of its parameters name it among its kind."""

    type_name: str
    label: str
    keys: tuple[str, ...]


_KINDS = {
    "s3.create_bucket": _Kind("aws_s3_bucket", "models", ("Bucket",)),
    "s3.put_object": _Kind("aws_s3_object", "archive", ("Bucket", "Key")),
    "iam.create_role": _Kind("aws_iam_role", "execution", ("RoleName",)),
    "iam.put_role_policy": _Kind("aws_iam_role_policy", "execution", ("RoleName", "PolicyName")),
    "sagemaker.create_model": _Kind("aws_sagemaker_model", "served", ("ModelName",)),
    "sagemaker.create_endpoint_config": _Kind(
        "aws_sagemaker_endpoint_configuration", "this", ("EndpointConfigName",)
    ),
    "sagemaker.create_endpoint": _Kind("aws_sagemaker_endpoint", "this", ("EndpointName",)),
    "application-autoscaling.register_scalable_target": _Kind(
        "aws_appautoscaling_target", "capacity", ("ResourceId",)
    ),
    "application-autoscaling.put_scaling_policy": _Kind(
        "aws_appautoscaling_policy", "capacity", ("PolicyName",)
    ),
    "application-autoscaling.put_scheduled_action": _Kind(
        "aws_appautoscaling_scheduled_action", "capacity", ("ResourceId", "ScheduledActionName")
    ),
    "cloudwatch.put_metric_alarm": _Kind("aws_cloudwatch_metric_alarm", "alarm", ("AlarmName",)),
}


def render_terraform(spec: EndpointSpec, steps: Sequence[ScriptStep], head: Head) -> str:
    """Return one file of Terraform.

    Args:
        spec: What it makes.
        steps: Every request that makes it, in order.
        head: What it says of itself.

    Raises:
        InvalidInputError: Terraform has no resource for a request.
    """
    return "\n".join(_Configuration(spec, steps, head).lines()).rstrip("\n") + "\n"


class _Configuration:
    def __init__(self, spec: EndpointSpec, steps: Sequence[ScriptStep], head: Head) -> None:
        self.spec, self.steps, self.head = spec, steps, head
        self.labels = variant_labels([step.call for step in steps])
        self.addresses: dict[int, str] = {}
        self.named: dict[tuple[str, str], str] = {}
        self.archives: list[str] = []
        self.licensed = False
        for number, step in enumerate(steps):
            self._settle(number, step)

    def _settle(self, number: int, step: ScriptStep) -> None:
        kind = _KINDS.get(step.call.operation)
        if kind is None:
            raise InvalidInputError(
                f"Terraform's aws provider {PROVIDER_VERSION} has no resource for the call "
                f"{step.call.operation}.",
                remedy="Render it as python or cloudformation.",
            )
        label = xform_name(camel(label_of(step.call, self.labels)))
        base = f"{kind.label}_{label}".rstrip("_")
        again = (f"{base}_{count}" for count in range(2, len(self.steps) + 3))
        taken = set(self.addresses.values())
        self.addresses[number] = next(
            address
            for address in (f"{kind.type_name}.{name}" for name in (base, *again))
            if address not in taken
        )
        name = "/".join(step.call.parameters[key] for key in kind.keys)
        self.named[kind.type_name, name] = self.addresses[number]

    def lines(self) -> Iterator[str]:
        resources = [line for number in self.addresses for line in self._resource(number)]
        yield from self._head()
        yield from self._variables()
        yield from resources
        endpoint = self.named["aws_sagemaker_endpoint", self.spec.name]
        yield from _block('output "endpoint_name"', {"value": Expression(f"{endpoint}.name")})
        yield from _block('output "endpoint_arn"', {"value": Expression(f"{endpoint}.arn")})

    def _head(self) -> Iterator[str]:
        origin = f"plan {self.head.digest}" if self.head.digest else "a specification"
        what = f"Amazon SageMaker endpoint {self.spec.name} ({self.spec.inference_option})"
        yield from remarks(
            [
                f"{what}, rendered by Sagepilot from {origin}.",
                "Parsed, its arguments are documented ones, and it is unproven beyond that: run "
                "`terraform validate` and read `terraform plan` first.",
            ]
        )
        if self.head.reasons:
            yield from ("#", "# Why it is as it is:")
            yield from remarks(f"- {reason}" for reason in self.head.reasons)
        yield ""
        provider = Expression(
            f'{{\n      source  = "hashicorp/aws"\n      version = "{PROVIDER_VERSION}"\n    }}'
        )
        needed = {
            "required_version": ">= 1.5",
            "required_providers": Block({"aws": provider}),
        }
        yield from _block("terraform", needed)
        account = [self.head.account]
        yield from _block(
            'provider "aws"', {"region": self.spec.region, "allowed_account_ids": account}
        )

    def _variables(self) -> Iterator[str]:
        for number, sha256 in enumerate(self.archives):
            described = f"The packaged model on this machine; its SHA-256 is {sha256}."
            right = Expression(f"filesha256(var.{_archive_name(number)}) == {quoted(sha256)}")
            yield from _block(
                f'variable "{_archive_name(number)}"',
                {
                    "description": described,
                    "type": Expression("string"),
                    "validation": Block(
                        {"condition": right, "error_message": "It is not the planned archive."}
                    ),
                },
            )
        if self.licensed:
            yield from _block(
                'variable "accept_eula"',
                {
                    "description": "Whether you accept the model's licence; read it first.",
                    "type": Expression("bool"),
                },
            )

    def _resource(self, number: int) -> Iterator[str]:
        step = self.steps[number]
        type_name, _, name = self.addresses[number].partition(".")
        made = _MAKERS.get(step.call.operation, _Configuration._plain)(
            self, dict(step.call.parameters)
        )
        yield from remarks([step.why])
        yield from _block(f'resource "{type_name}" "{name}"', made)

    # --- requests as arguments
    def _plain(self, given: dict[str, Any]) -> dict[str, Any]:
        return {_RENAMED.get(k, xform_name(k)): self._value(k, v) for k, v in given.items()}

    def _value(self, key: str, value: Any) -> Any:  # noqa: ANN401 - nested JSON
        if isinstance(value, dict):
            return self._nested(key, value)
        if isinstance(value, list):
            if key == "Tags":
                return {row["Key"]: row["Value"] for row in value}
            return [self._value("", member) for member in value]
        if key == "AcceptEula" and value is True:
            self.licensed = True
            return Expression("var.accept_eula")
        return self._reference(key, value) if isinstance(value, str) else value

    def _nested(self, key: str, value: dict[str, Any]) -> Any:  # noqa: ANN401 - nested JSON
        match value:
            case {"$output": {"step": int(step)}}:
                return Expression(f"{self.addresses[step]}.arn")
            case _:
                return value if key in _MAPS else Block(self._plain(value))

    def _reference(self, key: str, value: str) -> str:
        """A name that another resource has, as a reference: it waits for that one."""
        owners = {
            "ModelName": ("aws_sagemaker_model", "name"),
            "EndpointConfigName": ("aws_sagemaker_endpoint_configuration", "name"),
            "Bucket": ("aws_s3_bucket", "bucket"),
        }
        if key in owners:
            type_name, attribute = owners[key]
            address = self.named.get((type_name, value))
            return Expression(f"{address}.{attribute}") if address else value
        if key == "ExecutionRoleArn":
            role = self.named.get(("aws_iam_role", value.rpartition("/")[2]))
            return Expression(f"{role}.arn") if role else value
        if key == "ModelDataUrl":
            bucket, _, name = value.removeprefix("s3://").partition("/")
            archive = self.named.get(("aws_s3_object", f"{bucket}/{name}"))
            if archive:
                return Expression(f'"s3://${{{archive}.bucket}}/${{{archive}.key}}"')
        return value

    def bucket(self, given: dict[str, Any]) -> dict[str, Any]:
        """aws_s3_bucket: the provider's region is the bucket's."""
        return {"bucket": given["Bucket"]}

    def archive(self, given: dict[str, Any]) -> dict[str, Any]:
        """aws_s3_object, from a file on this machine."""
        sha256 = given.pop("Body")["$blob"]["sha256"]
        if sha256 not in self.archives:
            self.archives.append(sha256)
        tagging = given.pop("Tagging", None)
        tags = {"sagepilot:plan": self.head.digest} if tagging else None
        source = f"var.{_archive_name(self.archives.index(sha256))}"
        made = {**self._plain(given), "source": Expression(source)}
        return {**made, **({"tags": tags} if tags else {})}

    def role(self, given: dict[str, Any]) -> dict[str, Any]:
        """aws_iam_role."""
        document = _document(given.pop("AssumeRolePolicyDocument"))
        name = given.pop("RoleName")
        return {"name": name, "assume_role_policy": document, **self._plain(given)}

    def role_policy(self, given: dict[str, Any]) -> dict[str, Any]:
        """aws_iam_role_policy."""
        role = self.named.get(("aws_iam_role", given["RoleName"]))
        return {
            "name": given["PolicyName"],
            "role": Expression(f"{role}.id") if role else given["RoleName"],
            "policy": _document(given["PolicyDocument"]),
        }

    def sagemaker_model(self, given: dict[str, Any]) -> dict[str, Any]:
        """aws_sagemaker_model; a role of ours must have its policy first."""
        made = {"name": given.pop("ModelName"), **self._plain(given)}
        policies = [address for (kind, _), address in self.named.items()
                    if kind == "aws_iam_role_policy"]  # fmt: skip
        if policies:
            made["depends_on"] = [Expression(address) for address in policies]
        return made

    def endpoint_config(self, given: dict[str, Any]) -> dict[str, Any]:
        """aws_sagemaker_endpoint_configuration: the new one is made before the old one goes."""
        made = {"name": given.pop("EndpointConfigName"), **self._plain(given)}
        if "kms_key_id" in made:
            made["kms_key_arn"] = made.pop("kms_key_id")
        return {**made, "lifecycle": Block({"create_before_destroy": True})}

    def endpoint(self, given: dict[str, Any]) -> dict[str, Any]:
        """aws_sagemaker_endpoint."""
        made = self._plain(given)
        return {"name": made.pop("endpoint_name"), **made}

    def capacity(self, given: dict[str, Any]) -> dict[str, Any]:
        """What belongs to a scalable target, which waits for the endpoint."""
        own, made = f"endpoint/{self.spec.name}/", self._plain(given)
        name = given.get("PolicyName") or given.get("ScheduledActionName")
        for key in ("policy_name", "scheduled_action_name"):
            made.pop(key, None)
        target = self.named["aws_appautoscaling_target", given["ResourceId"]]
        if name:
            for key in ("service_namespace", "resource_id", "scalable_dimension"):
                made[key] = Expression(f"{target}.{key}")
            return {"name": name, **made}
        if given["ResourceId"].startswith(own):
            endpoint = self.named["aws_sagemaker_endpoint", self.spec.name]
            rest = quoted(given["ResourceId"].removeprefix(own))[1:]
            made["resource_id"] = Expression(f'"endpoint/${{{endpoint}.name}}/{rest}')
        return made

    def alarm(self, given: dict[str, Any]) -> dict[str, Any]:
        """aws_cloudwatch_metric_alarm: dimensions are a map here."""
        rows = given.pop("Dimensions", [])
        dimensions = {row["Name"]: row["Value"] for row in rows}
        return {**self._plain(given), "dimensions": dimensions}


_MAKERS: dict[str, Callable[[_Configuration, dict[str, Any]], dict[str, Any]]] = {
    "s3.create_bucket": _Configuration.bucket,
    "s3.put_object": _Configuration.archive,
    "iam.create_role": _Configuration.role,
    "iam.put_role_policy": _Configuration.role_policy,
    "sagemaker.create_model": _Configuration.sagemaker_model,
    "sagemaker.create_endpoint_config": _Configuration.endpoint_config,
    "sagemaker.create_endpoint": _Configuration.endpoint,
    "application-autoscaling.register_scalable_target": _Configuration.capacity,
    "application-autoscaling.put_scaling_policy": _Configuration.capacity,
    "application-autoscaling.put_scheduled_action": _Configuration.capacity,
    "cloudwatch.put_metric_alarm": _Configuration.alarm,
}


def _block(head: str, arguments: dict[str, Any]) -> Iterator[str]:
    yield f"{head} {{"
    yield from body(arguments)
    yield from ("}", "")


def _archive_name(number: int) -> str:
    return "archive" if number == 0 else f"archive_{number + 1}"


def _document(value: str) -> Expression:
    return Expression(f"jsonencode({expression(json.loads(value), 2)})")
