"""How a template reaches CloudFormation: in the request, or as an object when it is too long."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tools.aws import AwsClients
from tools.errors import InvalidInputError
from tools.plan import BLOB, DeploymentPlan, Step
from tools.planners.stacks.revision import Revision, read_revision
from tools.renderers.template import LONGEST_BODY

#: Bytes of a template that lies in S3 (CloudFormation quotas: 1 MB).
LONGEST_OBJECT = 1_000_000


class TemplateStore(NamedTuple):
    """Where templates go that are too long for a request.

    Attributes:
        bucket: An S3 bucket of the stack's region.
        prefix: Beginning of the keys, without a slash at its end.
        region: The stack's.
        blobs: Folder of uploads by SHA-256.
    """

    bucket: str
    prefix: str
    region: str
    blobs: Path


class Sent(NamedTuple):
    """A template as a request takes it, and the upload that it needs first, if any."""

    parameters: dict[str, str]
    upload: Step | None


def store_of(plan: DeploymentPlan, blobs: Path | None) -> TemplateStore | None:
    """Return where a plan's own uploads lie, or None when it makes none."""
    return store_beside(plan.steps, plan.region, blobs)


def store_beside(steps: Iterable[Step], region: str, blobs: Path | None) -> TemplateStore | None:
    """Return the place beside the first upload among steps, or None when there is none."""
    for step in steps:
        if step.operation == "s3.put_object" and blobs is not None:
            key = str(step.parameters["Key"])
            prefix = key.rpartition("/")[0]
            return TemplateStore(str(step.parameters["Bucket"]), prefix, region, blobs)
    return None


def sent(text: str, store: TemplateStore | None) -> Sent:
    """Return a template as a request takes it; one that is too long is put into the blob folder.

    Its text stands in the plan, too, so that whoever approves or judges it can read it.

    Raises:
        InvalidInputError: It is longer than CloudFormation takes, or there is no bucket for it.
    """
    content = text.encode()
    if len(content) <= LONGEST_BODY:
        return Sent({"TemplateBody": text}, None)
    if len(content) > LONGEST_OBJECT or store is None:
        most = LONGEST_OBJECT if store is not None else LONGEST_BODY
        raise InvalidInputError(
            f"The template is longer than the {most:,} bytes that CloudFormation takes"
            + ("." if store is not None else " without a bucket to put it into."),
            remedy="Choose the method api, or fewer variants.",
        )
    digest = hashlib.sha256(content).hexdigest()
    store.blobs.mkdir(parents=True, exist_ok=True)
    path = store.blobs / digest
    if not path.exists():
        path.write_bytes(content)
    key = f"{store.prefix}/template-{digest[:16]}.yaml"
    domain = "amazonaws.com.cn" if store.region.startswith("cn-") else "amazonaws.com"
    upload = Step(
        operation="s3.put_object",
        parameters={
            "Bucket": store.bucket,
            "Key": key,
            "Body": {BLOB: {"sha256": digest, "size_bytes": len(content), "text": text}},
            "ContentType": "application/yaml",
            "Metadata": {"sha256": digest},
        },
        why=f"The template has {len(content):,} bytes; CloudFormation takes more than "
        f"{LONGEST_BODY:,} only from S3.",
    )
    return Sent({"TemplateURL": f"https://{store.bucket}.s3.{store.region}.{domain}/{key}"}, upload)


def read_sent(given: dict[str, Any], clients: AwsClients) -> Revision:
    """Return the revision that a request of an earlier plan named.

    Args:
        given: With `TemplateBody` or `TemplateURL`, and `Parameters`.
        clients: For reading a template that lies in S3.

    Raises:
        NotFoundError: The template is not there any more.
        UserError: AWS refused the read.
    """
    parameters = {r["ParameterKey"]: r["ParameterValue"] for r in given.get("Parameters", ())}
    if "TemplateBody" in given:
        return read_revision(given["TemplateBody"], parameters)
    host, _, key = str(given["TemplateURL"]).removeprefix("https://").partition("/")
    where = {"Bucket": host.partition(".s3.")[0], "Key": key}
    text = clients.call("s3.get_object", where)["Body"].read().decode()
    return read_revision(text, parameters)
