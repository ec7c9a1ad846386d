"""Data capture: samples of requests and answers as JSON lines in S3.

Layout and members: developer guide, model-monitor-data-capture-endpoint; lines are written together
once a minute, under `<endpoint>/<variant>/<yyyy>/<mm>/<dd>/<hh>/`.
"""

import base64
import json
import logging
import random
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.sandbox.artifacts import Artifacts
from tools.sandbox.async_payloads import AsyncPayloads
from tools.sandbox.destinations import Destination
from tools.sandbox.hosting_state import Deployment
from tools.sandbox.invocation import Payload
from tools.sandbox.wire import AwsError

logger = logging.getLogger(__name__)

_INFERENCE_ID = "x-amzn-sagemaker-inference-id"
_LINES = "application/jsonlines"


@dataclass(frozen=True)
class _Batch:
    """Lines that go to the same object: who writes them, and where."""

    region: str
    role_arn: str
    folder: str
    hour: str


class DataCapture:
    """Takes samples and writes them; a request never waits for that."""

    def __init__(
        self, payloads: AsyncPayloads, artifacts: Artifacts, now: Callable[[], datetime]
    ) -> None:
        self._payloads = payloads
        self._artifacts = artifacts
        self._now = now
        self._lines: dict[_Batch, list[str]] = defaultdict(list)
        self._lock = threading.Lock()
        self._random = random.Random()  # noqa: S311 - a sample, no secret

    def record(
        self, found: Destination, payload: Payload, answer: bytes, content_type: str | None
    ) -> None:
        """Keep a request that was answered, if it falls into the sample."""
        config = found.deployment.config.get("DataCaptureConfig", {})
        if not config.get("EnableCapture"):
            return
        if self._random.random() * 100 >= config["InitialSamplingPercentage"]:
            return
        at = self._now()
        folder = f"{config['DestinationS3Uri'].rstrip('/')}/{found.endpoint_name}/{found.variant}"
        role_arn = _role_arn(found.deployment, found.variant)
        batch = _Batch(found.metered.region, role_arn, folder, at.strftime("%Y/%m/%d/%H"))
        line = json.dumps(_event(config, payload, answer, content_type, at))
        with self._lock:
            self._lines[batch].append(line)

    def flush(self) -> None:
        """Write what has been kept; what cannot be written is dropped, as hosting does."""
        with self._lock:
            batches, self._lines = self._lines, defaultdict(list)
        for batch, lines in batches.items():
            name = f"{self._now():%M-%S}-{self._now().microsecond // 1000:03d}-{uuid.uuid4()}.jsonl"
            url = f"{batch.folder}/{batch.hour}/{name}"
            body = "".join(line + "\n" for line in lines).encode()
            try:
                role = self._artifacts.assume(batch.role_arn)
            except AwsError as error:
                logger.info("capture.dropped", extra={"reason": error.message})
                continue
            if not self._payloads.write(batch.region, role, url, body, _LINES):
                logger.info("capture.dropped", extra={"url": url})


def _role_arn(deployment: Deployment, variant_name: str) -> str:
    variant = deployment.variant(variant_name)
    name = variant.model_name if variant else None
    if name is None:
        return str(deployment.config.get("ExecutionRoleArn", ""))
    return str(deployment.sagemaker_models[name]["ExecutionRoleArn"])


def _event(
    config: Mapping[str, Any],
    payload: Payload,
    answer: bytes,
    content_type: str | None,
    at: datetime,
) -> dict[str, Any]:
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    headers = config.get("CaptureContentTypeHeader", {})
    data: dict[str, Any] = {}
    if modes & {"Input", "InputAndOutput"}:
        data["endpointInput"] = _side("INPUT", payload.body, payload.content_type, headers)
    if modes & {"Output", "InputAndOutput"}:
        data["endpointOutput"] = _side("OUTPUT", answer, content_type, headers)
    metadata = {"eventId": str(uuid.uuid4()), "inferenceTime": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if _INFERENCE_ID in payload.headers:
        metadata["inferenceId"] = payload.headers[_INFERENCE_ID]
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


def _side(
    mode: str, body: bytes, content_type: str | None, headers: Mapping[str, Any]
) -> dict[str, str]:
    """One side of a request; as text only for the content types that the config names."""
    media = (content_type or "").split(";")[0].strip().lower()
    encoding = "BASE64"
    for member, name in (("CsvContentTypes", "CSV"), ("JsonContentTypes", "JSON")):
        if media in {kind.lower() for kind in headers.get(member, [])}:
            encoding = name
    text = (
        base64.b64encode(body).decode() if encoding == "BASE64" else body.decode("utf-8", "replace")
    )
    shown = {"mode": mode, "data": text, "encoding": encoding}
    return ({"observedContentType": content_type} if content_type else {}) | shown
