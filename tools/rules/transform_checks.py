"""Checks on a batch transform job (CHK-4xx)."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tools.catalog import Catalog
from tools.rules.check import CONTAINER_PAGE, Severity, SpecFinding
from tools.rules.rule import BATCH_ERRORS_PAGE, BATCH_PAGE
from tools.transform import TransformSpec
from tools.validation import allowed_values

_API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/"
JOB_PAGE = f"{_API}API_CreateTransformJob.html"
INPUT_PAGE = f"{_API}API_TransformInput.html"
RESOURCES_PAGE = f"{_API}API_TransformResources.html"
PROCESSING_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html"
)
TRITON_PAGE = "https://github.com/triton-inference-server/server"
_JSON_PATH = re.compile(
    r"\$(?:\.?\[(?:-?\d+(?:\s*,\s*-?\d+)*|-?\d*:-?\d*|\*|'[^']+'(?:\s*,\s*'[^']+')*)\]"
    r"|\.[A-Za-z_][\w-]*|\.?\*)*"
)
_PROCESSED = ("text/csv", "application/json", "application/jsonlines")
_LINES = ("text/csv", "application/jsonlines", "text/libsvm", "text/plain", "application/json")
#: What Triton's HTTP front takes (KServe v2); it has no CSV.
_TRITON_TAKES = ("application/json", "application/octet-stream")


class TransformSubject(NamedTuple):
    """What a check looks at: the job and the facts."""

    spec: TransformSpec
    catalog: Catalog


class TransformCheck(NamedTuple):
    """One misconfiguration of a job; as `tools.rules.check.Check`."""

    id: str
    title: str
    source_url: str
    severity: Severity
    says: Callable[[TransformSubject], Iterable[str]]


def _media(content_type: str | None) -> str:
    return (content_type or "").split(";")[0].strip().lower()


def _type_not_offered(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    types = allowed_values("sagemaker.create_transform_job", "TransformResources", "InstanceType")
    if spec.instance_type not in types:
        yield f"Batch transform does not run on {spec.instance_type}."


def _too_many_instances(subject: TransformSubject) -> Iterator[str]:
    most = int(subject.catalog.limit_number("batch_instance_count_max"))
    if subject.spec.instance_count > most:
        yield f"A job has at most {most} instances, not {subject.spec.instance_count}."


def _payload_over_limit(subject: TransformSubject) -> Iterator[str]:
    most = int(subject.catalog.limit_number("batch_max_payload_max"))
    if subject.spec.max_payload_in_mb > most:
        yield f"One request holds at most {most} MB, not {subject.spec.max_payload_in_mb} MB."


def _product_over_limit(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    most = int(subject.catalog.limit_number("batch_concurrent_times_payload_max"))
    product = (spec.max_concurrent_transforms or 1) * spec.max_payload_in_mb
    if product > most:
        yield (
            f"Concurrent requests times their size may be {most} MB: "
            f"{spec.max_concurrent_transforms} x {spec.max_payload_in_mb} MB is {product} MB."
        )


def _batched_without_split(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    if spec.split_type == "None" and spec.batch_strategy == "SingleRecord":
        yield "Records cannot go one by one when objects are not split into records."


def _split_of_wrong_type(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    kind = _media(spec.content_type)
    if spec.split_type == "Line" and kind not in _LINES:
        yield f"{kind} is not split at line breaks."
    if spec.split_type == "RecordIO" and "recordio" not in kind:
        yield f"{kind} holds no RecordIO records."
    if spec.split_type == "TFRecord" and "tfrecord" not in kind and kind != "application/x-npy":
        yield f"{kind} holds no TFRecord records."


def _several_documents(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    together = spec.split_type == "Line" and spec.batch_strategy == "MultiRecord"
    if together and _media(spec.content_type) == "application/json":
        yield (
            "Several JSON documents in one request are no JSON: send application/jsonlines, or "
            "one record a request."
        )


def _binary_with_line_breaks(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    if spec.assemble_with == "Line" and spec.split_type in ("RecordIO", "TFRecord"):
        yield f"Results of {spec.split_type} records are not separated by line breaks."


def _overlapping(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    read, written = (f"{uri.rstrip('/')}/" for uri in (spec.input_uri, spec.output_uri))
    if written.startswith(read) or (read.startswith(written) and read != written):
        yield (
            f"Results would be written to {spec.output_uri}, among the input at {spec.input_uri}: "
            "the next run would score them."
        )


def _outside_s3(subject: TransformSubject) -> Iterator[str]:
    for uri in (subject.spec.input_uri, subject.spec.output_uri):
        if not uri.startswith("s3://"):
            yield f"A job reads from S3 and writes to S3, not {uri}."


def _many_models(subject: TransformSubject) -> Iterator[str]:
    served = subject.spec.sagemaker_model
    if not served.compressed or served.accept_eula:
        yield "Batch transform takes one model archive by its URL, no uncompressed data source."


def _bad_filter(subject: TransformSubject) -> Iterator[str]:
    for path in (subject.spec.input_filter, subject.spec.output_filter):
        if path is not None and not _JSON_PATH.fullmatch(path):
            yield f"{path} is no JSONPath that batch transform takes."


def _processing_of_binary(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    if spec.processes and _media(spec.content_type) not in _PROCESSED:
        yield f"Only CSV and JSON can be filtered and joined, not {spec.content_type}."


def _joined_across_formats(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    if spec.join_source != "Input":
        return
    coming, going = _media(spec.content_type), _media(spec.accept) or _media(spec.content_type)
    if (coming == "text/csv") != (going == "text/csv"):
        yield f"To join them, input and answers must be of one format, not {coming} and {going}."


def _joined_without_lines(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    if spec.join_source == "Input" and (spec.split_type == "Line") != (
        spec.assemble_with == "Line"
    ):
        yield "To join records with answers, split and assembly must both be by lines."


def _foreign_to_triton(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    kind = _media(spec.content_type)
    if "tritonserver" in spec.sagemaker_model.image_uri and kind not in _TRITON_TAKES:
        yield (
            f"The Triton image, which serves this model, takes requests of its own protocol in "
            f"application/json, not {kind}."
        )


def _one_object(subject: TransformSubject) -> Iterator[str]:
    spec = subject.spec
    if spec.instance_count > 1 and len(spec.uploads) == 1:
        yield (
            f"One object is read by one instance: {spec.instance_count - 1} of "
            f"{spec.instance_count} would have nothing to do. Split the file."
        )


TRANSFORM_CHECKS = (
    TransformCheck("CHK-401", "Instance type without batch transform", RESOURCES_PAGE, "error",
                   _type_not_offered),
    TransformCheck("CHK-402", "Too many instances for a job", RESOURCES_PAGE, "error",
                   _too_many_instances),
    TransformCheck("CHK-403", "Request over the payload limit", JOB_PAGE, "error",
                   _payload_over_limit),
    TransformCheck("CHK-404", "Concurrent requests over 100 MB", BATCH_ERRORS_PAGE, "error",
                   _product_over_limit),
    TransformCheck("CHK-405", "Single records of objects that are not split", INPUT_PAGE, "error",
                   _batched_without_split),
    TransformCheck("CHK-406", "Split type that the content does not have", INPUT_PAGE, "error",
                   _split_of_wrong_type),
    TransformCheck("CHK-407", "Several JSON documents in one request", INPUT_PAGE, "error",
                   _several_documents),
    TransformCheck("CHK-408", "Line breaks between binary results", INPUT_PAGE, "error",
                   _binary_with_line_breaks),
    TransformCheck("CHK-409", "Results among the input", BATCH_PAGE, "error", _overlapping),
    TransformCheck("CHK-410", "Data outside S3", BATCH_PAGE, "error", _outside_s3),
    TransformCheck("CHK-411", "Model data that a job cannot use", CONTAINER_PAGE, "error",
                   _many_models),
    TransformCheck("CHK-412", "Filter that is no JSONPath", PROCESSING_PAGE, "error",
                   _bad_filter),
    TransformCheck("CHK-413", "Filtering or joining of other formats", PROCESSING_PAGE, "error",
                   _processing_of_binary),
    TransformCheck("CHK-414", "Joining two formats", PROCESSING_PAGE, "error",
                   _joined_across_formats),
    TransformCheck("CHK-415", "Joining without lines", PROCESSING_PAGE, "error",
                   _joined_without_lines),
    TransformCheck("CHK-416", "Content type that the image does not take", TRITON_PAGE, "error",
                   _foreign_to_triton),
    TransformCheck("CHK-417", "More instances than objects", BATCH_PAGE, "medium", _one_object),
)  # fmt: skip


def transform_findings(spec: TransformSpec, catalog: Catalog) -> tuple[SpecFinding, ...]:
    """Return everything that is wrong with a job; pure."""
    subject = TransformSubject(spec, catalog)
    return tuple(
        SpecFinding(
            rule_id=check.id, severity=check.severity, text=text, source_url=check.source_url
        )
        for check in TRANSFORM_CHECKS
        for text in check.says(subject)
    )
