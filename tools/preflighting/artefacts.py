"""The model's data and the user's own sample request (PRE-2xx)."""

import base64
from collections.abc import Iterator

from tools.endpoint import InferenceOption
from tools.errors import NotFoundError
from tools.plan import BLOB
from tools.preflighting.probe import FAILED, NOT_LOOKED_AT, PASSED, Found, Subject, probe, worst
from tools.rules.rule import megabytes

_GZIP = b"\x1f\x8b"
_LIMITS = {
    InferenceOption.REAL_TIME: "realtime_payload_max_documented",
    InferenceOption.SERVERLESS: "serverless_payload_max",
    InferenceOption.ASYNCHRONOUS: "async_payload_max",
    InferenceOption.BATCH_TRANSFORM: "batch_max_payload_max",
}


def _uploads(subject: Subject) -> dict[str, dict[str, str | int]]:
    """S3 URI to the upload's placeholder, of what the plan puts there itself."""
    found = {}
    for step in subject.plan.steps:
        body = step.parameters.get("Body")
        if step.operation == "s3.put_object" and isinstance(body, dict) and BLOB in body:
            uri = f"s3://{step.parameters['Bucket']}/{step.parameters['Key']}"
            found[uri] = body[BLOB]
    return found


def _readable(subject: Subject) -> Found | None:
    ours = _uploads(subject)
    made = (model for model in subject.seen.models if model.made)
    uris = dict.fromkeys(uri for model in made for uri in model.data_uris)
    foreign = [uri for uri in uris if uri not in ours and uri.startswith("s3://")]
    archives = [uri for uri in foreign if not uri.endswith("/")]
    listings = [uri for uri in foreign if uri.endswith("/")]
    return worst(
        [
            *(_packaged(subject, blob) for blob in ours.values()),
            *(_archive(subject, uri) for uri in archives if not _made_later(subject, uri)),
            *(_prefix(subject, uri) for uri in listings if not _made_later(subject, uri)),
        ]
    )


def _made_later(subject: Subject, uri: str) -> bool:
    """Whether an earlier step writes it: a compiled artefact, or what a prefix is given."""
    jobs = [s for s in subject.plan.steps if s.operation == "sagemaker.create_compilation_job"]
    places = [str(s.parameters.get("OutputConfig", {}).get("S3OutputLocation")) for s in jobs]
    within = uri.endswith("/") and any(one.startswith(uri) for one in _uploads(subject))
    return within or any(uri.startswith(place.rstrip("/")) for place in places)


def _packaged(subject: Subject, blob: dict[str, str | int]) -> Found:
    path = subject.blobs / str(blob["sha256"])
    if not path.is_file():
        return Found(
            FAILED, f"The packaged archive {str(blob['sha256'])[:12]} is not on this machine.",
            "Make the plan again here, where the model is.",
        )  # fmt: skip
    size = path.stat().st_size
    if size != blob["size_bytes"]:
        return Found(
            FAILED, f"The packaged archive has {size} bytes, not {blob['size_bytes']}.",
            "Make the plan again.",
        )  # fmt: skip
    return Found(PASSED, f"The archive is packaged for its image: {megabytes(size)}.")


def _split(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def _archive(subject: Subject, uri: str) -> Found:
    bucket, key = _split(uri)
    first = {"Bucket": bucket, "Key": key, "Range": "bytes=0-1"}
    try:
        answer = subject.clients.call("s3.get_object", first)
    except NotFoundError:
        return Found(
            FAILED, f"There is nothing at {uri}.", "Upload the model there, or name its place."
        )
    if answer["Body"].read() != _GZIP and uri.endswith((".tar.gz", ".tgz")):
        return Found(
            FAILED, f"{uri} is no gzip archive.", "Pack the model as tar.gz and upload it again."
        )
    return Found(PASSED, f"{uri} can be read.")


def _prefix(subject: Subject, uri: str) -> Found:
    bucket, key = _split(uri)
    wanted = {"Bucket": bucket, "Prefix": key, "MaxKeys": 1}
    try:
        answer = subject.clients.call("s3.list_objects_v2", wanted)
    except NotFoundError:
        answer = {}
    if not answer.get("Contents"):
        return Found(
            FAILED, f"There is nothing under {uri}.", "Upload the model there, or name its place."
        )
    return Found(PASSED, f"{uri} can be listed.")


def _sample(subject: Subject) -> Found | None:
    sample = subject.plan.sample
    if sample is None or not subject.seen.inference_options:
        return None
    size = len(base64.b64decode(sample.body_base64))
    return worst(_within(subject, size, one) for one in subject.seen.inference_options)


def _within(subject: Subject, size: int, option: InferenceOption) -> Found:
    limit = _LIMITS.get(option)
    if limit is None:
        return Found(NOT_LOOKED_AT, f"{option} has no limit that is known.")
    most = subject.catalog.limit_bytes(limit)
    if size > most:
        return Found(
            FAILED,
            f"The sample request has {megabytes(size)}; {option} takes {megabytes(most)}.",
            "Send smaller requests, or choose asynchronous inference.",
        )
    return Found(
        PASSED, f"The sample request has {megabytes(size)} of the {megabytes(most)} allowed."
    )


def _places(subject: Subject) -> Iterator[str]:
    """Buckets in which the plan writes and that it does not make."""
    made = {s.parameters.get("Bucket") for s in subject.plan.steps
            if s.operation == "s3.create_bucket"}  # fmt: skip
    for step in subject.plan.steps:
        if step.operation == "s3.put_object" and step.parameters["Bucket"] not in made:
            yield str(step.parameters["Bucket"])


def _buckets(subject: Subject) -> Found | None:
    names = dict.fromkeys(_places(subject))
    return worst(_bucket(subject, name) for name in names)


def _bucket(subject: Subject, name: str) -> Found:
    try:
        answer = subject.clients.call("s3.head_bucket", {"Bucket": name})
    except NotFoundError:
        return Found(FAILED, f"There is no bucket {name}.", "Name a bucket that exists.")
    region = answer.get("BucketRegion") or subject.plan.region
    if region != subject.plan.region:
        return Found(
            FAILED, f"The bucket {name} is in {region}, the endpoint in {subject.plan.region}.",
            f"Use a bucket in {subject.plan.region}: hosting reads from its own region only.",
        )  # fmt: skip
    return Found(PASSED, f"The bucket {name} is there.")


ARTEFACT_PROBES = (
    probe("PRE-201", _readable, ("s3:GetObject", "s3:ListBucket")),
    probe("PRE-202", _buckets, ("s3:ListBucket",)),
    probe("PRE-211", _sample),
)
