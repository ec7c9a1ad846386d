"""Keeps what moto was told: which calls are journaled, and how they are replayed."""

import logging
from datetime import datetime
from urllib.parse import parse_qs, unquote

from tools.sandbox.journal import Journal
from tools.sandbox.moto_bridge import MotoBridge
from tools.sandbox.wire import AwsError, WireRequest

logger = logging.getLogger(__name__)

_READS = (
    "Get", "List", "Describe", "Head", "Batch", "Simulate", "Query", "Scan", "Filter", "Search",
    "Assume", "Decode", "Publish", "Check", "Lookup", "Generate", "Start", "Receive",
    "Send", "Change", "Test",
)  # fmt: skip
#: Metrics, log lines and credentials need not survive; they would only make the journal grow.
_FORGOTTEN = frozenset(
    ("sts", "monitoring:PutMetricData", "monitoring:SetAlarmState", "logs:PutLogEvents",
     "logs:CreateLogStream", "logs:DeleteLogStream")
)  # fmt: skip
#: Query parameters of an IAM call that name the thing it is about.
_SUBJECTS = ("RoleName", "UserName", "GroupName")
#: Deletions that make every call about their subject obsolete, its creation included.
_DELETIONS = frozenset(("DeleteRole", "DeleteUser", "DeleteGroup"))


def _bucket_and_key(request: WireRequest) -> tuple[str, str]:
    bucket, _, key = request.path.lstrip("/").partition("/")
    return unquote(bucket), unquote(key)


def _subject(request: WireRequest) -> str:
    form = parse_qs(request.body.decode("latin-1")) if request.body else {}
    for name in _SUBJECTS:
        if name in form:
            return f"{request.service}:{name}:{form[name][0]}"
    return request.service


def _without_secrets(request: WireRequest) -> dict[str, str]:
    """The headers with a signature of nobody: real keys and session tokens are not kept."""
    scope = f"sandbox/20260101/{request.region}/{request.service}/aws4_request"
    signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    kept = {k: v for k, v in request.headers.items() if k != "x-amz-security-token"}
    return kept | {"authorization": signature}


class Persistence:
    """Writes the journal after moto's successes and replays it at the start."""

    def __init__(self, journal: Journal, bridge: MotoBridge) -> None:
        self._journal = journal
        self._bridge = bridge

    def record(self, request: WireRequest) -> None:
        """Remember a call that moto carried out, if it changed something that should last."""
        if request.service == "s3":
            self._record_s3(request)
            return
        operation = request.operation or ""
        forgotten = {request.service, f"{request.service}:{operation}"} & _FORGOTTEN
        if forgotten or operation.startswith(_READS):
            return
        if not operation and request.method in ("GET", "HEAD"):
            return
        subject = _subject(request)
        if operation in _DELETIONS:
            self._journal.forget_requests(subject)
        else:
            self._append(subject, request)

    def _record_s3(self, request: WireRequest) -> None:
        if request.method in ("GET", "HEAD"):
            return
        bucket, key = _bucket_and_key(request)
        if key:
            self.keep_object(bucket, key, request.region)
        elif request.method == "POST":  # DeleteObjects: see what is left
            for known in self._journal.objects(bucket):
                self.keep_object(bucket, known.key, request.region)
        elif request.method == "DELETE" and not request.query:
            self._journal.forget_requests(f"s3:{bucket}")
        else:
            self._append(f"s3:{bucket}", request)

    def keep_object(self, bucket: str, key: str, region: str) -> None:
        """Bring the journal up to what S3 holds under a key now."""
        stored = self._bridge.read_object(bucket, key, region)
        if stored is None:
            self._journal.drop_object(bucket, key)
        else:
            self._journal.keep_object(bucket, key, stored.body, stored.attributes)

    def _append(self, subject: str, request: WireRequest) -> None:
        wire = {
            "service": request.service,
            "operation": request.operation,
            "region": request.region,
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": _without_secrets(request),
        }
        self._journal.record_request(subject, wire, request.body)

    def replay(self, now: datetime) -> None:
        """Tell moto everything again: calls in order, then the present objects."""
        for journaled in self._journal.requests():
            request = WireRequest(**journaled.wire, body=journaled.body, received_at=now)
            prepare(request, self._bridge)
            try:
                response = self._bridge.call(request)
            except AwsError as error:
                logger.warning("replay.refused", extra={"reason": error.message})
                continue
            if response.status >= 400:
                logger.warning("replay.refused", extra={"operation": request.operation})
        for kept in self._journal.objects():
            body = self._journal.blob_path(kept.sha256).read_bytes()
            try:
                self._bridge.write_object(kept.bucket, kept.key, body, "us-east-1", kept.attributes)
            except AwsError as error:
                logger.warning("replay.refused", extra={"reason": error.message})


def prepare(request: WireRequest, bridge: MotoBridge) -> None:
    """Make the AWS managed policy that an IAM call names known to moto."""
    if request.service == "iam" and b"PolicyArn" in request.body:
        for arn in parse_qs(request.body.decode("latin-1")).get("PolicyArn", []):
            bridge.provide_managed_policy(arn)
