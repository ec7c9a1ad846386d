"""What became of a batch transform: its results are looked at, counted and reported."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, field_serializer

from tools.aws import AwsClients
from tools.catalog import load_catalog
from tools.errors import NotFoundError
from tools.estimation import cents
from tools.plan import DeploymentPlan
from tools.transform import TransformSpec
from tools.verification import PREVIEW_BYTES, Verification

SUFFIX = ".out"
#: Results up to this size are read to count their records.
COUNTED_BYTES = 50_000_000
_MOST_PAGES = 100  # of 1,000 keys


class TransformResult(BaseModel):
    """The results of a job.

    Attributes:
        uri: Where they lie; they are kept when the deployment is undone.
        objects: How many results there are, of how many `input_objects`.
        records: Lines in them; None when they are no lines, or too many to be read.
        input_records: Lines of the input, counted in the same way.
        size_bytes: Of all results.
        duration_s: From the start of the instances to the end.
        cost_usd: Instance-seconds at the known price; None when that is not known.
        preview: The beginning of the first result.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    job_name: str
    uri: str
    objects: int
    input_objects: int
    records: int | None = None
    input_records: int | None = None
    size_bytes: int = 0
    duration_s: float | None = None
    cost_usd: Decimal | None = None
    preview: str = ""

    @field_serializer("cost_usd", when_used="json-unless-none")
    def _money(self, amount: Decimal) -> float:
        return float(amount)


def collect(plan: DeploymentPlan, clients: AwsClients) -> tuple[TransformResult, Verification]:
    """Look at the results of a plan's finished job and hold them against its input.

    Raises:
        UserError: AWS refuses a read.
        AwsUnavailableError: No answer.
    """
    spec = plan.transform
    assert spec is not None  # noqa: S101 - plans of this kind have one
    job = clients.call("sagemaker.describe_transform_job", {"TransformJobName": spec.name})
    inputs, results = _inputs(spec, clients), dict(_listed(spec.output_uri + "/", clients))
    found = {key: size for key, size in results.items() if key in inputs}
    preview = b""
    records = input_records = None
    if spec.counts_lines and spec.compression == "None":
        records = _lines([f"{_folder(spec.output_uri)}/{key}" for key in found], found, clients)
        sizes = {key: size for key, (_, size) in inputs.items()}
        input_records = _lines([uri for uri, _ in inputs.values()], sizes, clients)
    if found:
        preview = _body(f"{_folder(spec.output_uri)}/{min(found)}", clients, PREVIEW_BYTES)
    duration_s = _duration_s(job)
    result = TransformResult(
        job_name=spec.name,
        uri=spec.output_uri,
        objects=len(found),
        input_objects=len(inputs),
        records=records,
        input_records=input_records,
        size_bytes=sum(found.values()),
        duration_s=duration_s,
        cost_usd=_cost(spec, duration_s),
        preview=preview.decode("utf-8", errors="replace"),
    )
    return result, _judged(result, plan)


def _judged(result: TransformResult, plan: DeploymentPlan) -> Verification:
    faults = []
    if result.objects != result.input_objects:
        faults.append(f"{result.objects} results for {result.input_objects} objects")
    if result.records != result.input_records:
        faults.append(f"{result.records} lines for {result.input_records} records")
    spec = plan.transform
    return Verification(
        ok=not faults,
        invocations=0,
        sample_origin="user",
        content_type=spec.content_type if spec else "",
        response_preview="" if faults else result.preview,
        detail="; ".join(faults),
    )


def _folder(uri: str) -> str:
    return uri.rstrip("/")


def _duration_s(job: dict[str, Any]) -> float | None:
    start, end = job.get("TransformStartTime"), job.get("TransformEndTime")
    return None if start is None or end is None else round((end - start).total_seconds(), 3)


def _cost(spec: TransformSpec, duration_s: float | None) -> Decimal | None:
    """Billed are the seconds that the instances run (aws.amazon.com/sagemaker/pricing)."""
    price = load_catalog().price(spec.instance_type, spec.region)
    if price is None or duration_s is None:
        return None
    seconds = Decimal(repr(duration_s)) * spec.instance_count
    cost = price.usd_per_hour * seconds / 3600
    return cents(cost) if cost >= 1 else round(cost, 6)


def _inputs(spec: TransformSpec, clients: AwsClients) -> dict[str, tuple[str, int]]:
    """Each input's result name, its address and size."""
    if spec.data_type == "ManifestFile":
        return dict(_manifest(spec.input_uri, clients))
    bucket, _, prefix = spec.input_uri.removeprefix("s3://").partition("/")
    folder = prefix.rpartition("/")[0]
    start = f"s3://{bucket}/{folder}/" if folder else f"s3://{bucket}/"
    found = _listed(spec.input_uri, clients, below=start)
    return {
        f"{name}{SUFFIX}": (start + name, size) for name, size in found if not name.endswith("/")
    }


def _manifest(uri: str, clients: AwsClients) -> Iterator[tuple[str, tuple[str, int]]]:
    import json

    first, *names = json.loads(_body(uri, clients))
    for name in names:
        address = f"{first['prefix']}{name}"
        bucket, _, key = address.removeprefix("s3://").partition("/")
        head = clients.call("s3.head_object", {"Bucket": bucket, "Key": key})
        yield f"{name}{SUFFIX}", (address, int(head["ContentLength"]))


def _listed(
    uri: str, clients: AwsClients, *, below: str | None = None
) -> Iterator[tuple[str, int]]:
    """Names below a folder, with their sizes."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    prefix = prefix.replace("//", "/") if uri.endswith("//") else prefix
    cut = len((below or uri).removeprefix("s3://").partition("/")[2])
    if below is None:
        cut = len(prefix)
    token: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = clients.call("s3.list_objects_v2", {"Bucket": bucket, "Prefix": prefix, **token})
        yield from ((one["Key"][cut:], int(one["Size"])) for one in page.get("Contents", ()))
        if not page.get("IsTruncated"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}


def _lines(uris: list[str], sizes: dict[str, int], clients: AwsClients) -> int | None:
    """Lines that are not blank in all of them; None when there is too much to read."""
    if sum(sizes.values()) > COUNTED_BYTES:
        return None
    return sum(sum(1 for line in _body(uri, clients).splitlines() if line.strip()) for uri in uris)


def _body(uri: str, clients: AwsClients, most_bytes: int | None = None) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    part = {} if most_bytes is None else {"Range": f"bytes=0-{most_bytes - 1}"}
    try:
        answer = clients.call("s3.get_object", {"Bucket": bucket, "Key": key, **part})
    except NotFoundError:
        return b""
    body: bytes = answer["Body"].read()
    return body
