"""Where a plan would be carried out, as read while planning, and what must still be so then."""

import re
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tools.aws import AwsClients
from tools.endpoint import EndpointSpec
from tools.errors import NameInUseError
from tools.plan import Precondition, Step, canonical_json
from tools.requirements import Requirements


class Place(BaseModel):
    """Where a plan would be carried out, as read while planning.

    Attributes:
        bucket: For the model archive and asynchronous results.
        role_arn: The execution role to use; None to make one.
        nonce: Makes this plan one of its kind; its first eight characters end the names.
        blobs: Folder of uploads by SHA-256; None where nothing but archives is uploaded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    account: str
    region: str
    bucket: str
    bucket_exists: bool
    role_arn: str | None
    endpoint_name: str
    nonce: str
    blobs: Path | None = None

    @property
    def suffix(self) -> str:
        """What makes the names of this plan's resources unique."""
        return self.nonce[:8]


def observe(
    needs: Requirements,
    clients: AwsClients,
    *,
    nonce: str,
    bucket: str | None,
    role_arn: str | None,
) -> Place:
    """Read what the plan depends on.

    Raises:
        NameInUseError: The wanted endpoint name is taken.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    account, region = clients.account, clients.target.region_name
    name = needs.endpoint_name or _endpoint_name(needs, nonce)
    if clients.exists("sagemaker.describe_endpoint", {"EndpointName": name}):
        raise NameInUseError(
            f"There is an endpoint named {name} already.",
            remedy="Choose another name, or delete that endpoint first.",
        )
    bucket = bucket or f"sagemaker-sagepilot-{region}-{account}"
    return Place(
        target=clients.target.name,
        account=account,
        region=region,
        bucket=bucket,
        bucket_exists=clients.exists("s3.head_bucket", {"Bucket": bucket}),
        role_arn=role_arn,
        endpoint_name=name,
        nonce=nonce,
    )


def _endpoint_name(needs: Requirements, nonce: str) -> str:
    source = needs.model_source.uri if needs.model_source else "model"
    stem = re.split(r"[/\\]", source.rstrip("/\\"))[-1].partition(".")[0]
    plain = re.sub(r"[^a-zA-Z0-9]+", "-", stem).strip("-").lower()[:40].strip("-")
    return f"{plain or 'model'}-{nonce[:8]}"


def preconditions(
    spec: EndpointSpec, bucket: str, steps: tuple[Step, ...]
) -> Iterable[Precondition]:
    """Yield the reads that must still find the same before the first step."""
    yield Precondition(
        operation="sagemaker.describe_endpoint",
        parameters={"EndpointName": spec.name},
        found=False,
    )
    for component in spec.components:
        yield Precondition(
            operation="sagemaker.describe_inference_component",
            parameters={"InferenceComponentName": component.name},
            found=False,
        )
    for step in steps:
        if step.operation == "cloudformation.create_change_set":
            yield Precondition(
                operation="cloudformation.describe_stacks",
                parameters={"StackName": step.parameters["StackName"]},
                found=False,
            )
        if step.operation == "sagemaker.create_endpoint_config":
            name = step.parameters["EndpointConfigName"]
            if name == spec.name and not name.endswith(spec.suffix):
                yield Precondition(
                    operation="sagemaker.describe_endpoint_config",
                    parameters={"EndpointConfigName": name},
                    found=False,
                )
    makes_bucket = any(step.operation == "s3.create_bucket" for step in steps)
    named = any(bucket in canonical_json(step.parameters).decode() for step in steps)
    if named and not makes_bucket:  # ours, made meanwhile by another plan, is welcome
        yield Precondition(operation="s3.head_bucket", parameters={"Bucket": bucket}, found=True)
