"""Contact with moto's internals (pinned to moto 5.2); `moto_cloudwatch` alone shares it.

Moto serves S3, IAM, STS, CloudWatch, Logs, SNS and ECR. Its stores are plain Python objects that
are not safe under threads, so every use of them happens under one lock.
"""

import json
import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, unquote

import moto.backends as moto_backends
from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY
from moto.iam.models import AWSManagedPolicy
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.utilities.utils import get_partition
from werkzeug.test import run_wsgi_app

from tools.sandbox.wire import ACCOUNT, AwsError, WireRequest, WireResponse

logger = logging.getLogger(__name__)

#: Data points kept per region; the oldest quarter goes when there are more.
_MAX_DATA_POINTS = 80_000
#: Sub-resources of S3 that moto does not know: it would answer with a list of objects instead.
_S3_UNSERVED = frozenset(
    ("analytics", "metrics", "intelligent-tiering", "metadataConfiguration", "metadataTable",
     "metadataInventoryTable", "metadataJournalTable", "torrent", "abac")
)  # fmt: skip


@dataclass(frozen=True)
class Role:
    """What an IAM role is allowed: its trust policy and its permission policies, parsed."""

    arn: str
    trust: Mapping[str, Any]
    policies: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class StoredObject:
    """An S3 object as moto holds it."""

    body: bytes
    attributes: dict[str, Any]


class MotoBridge:
    """Moto's server application and direct, locked access to a few of its stores."""

    def __init__(self) -> None:
        self._application = DomainDispatcherApplication(create_backend_app)
        self.lock = threading.RLock()
        #: How many data points of a region were read, and the alarms that were made through us:
        #: moto's stores are the process's, so another sandbox in it may hold alarms of its own.
        self._points_read: dict[str, int] = {}
        self._alarm_names: dict[str, set[str]] = {}

    def call(self, request: WireRequest) -> WireResponse:
        """Let moto answer.

        Raises:
            AwsError: Moto does not implement the operation, or broke over it (501: no retries).
        """
        if request.service == "s3" and _S3_UNSERVED & parse_qs(request.query, True).keys():
            raise _not_served(request)
        try:
            with self.lock, self._noting_alarms(request):
                body, status, headers = run_wsgi_app(self._application, _environ(request), True)
                content = b"".join(body)
        except NotImplementedError as error:
            raise _not_served(request) from error
        except Exception as error:
            logger.warning("moto.failed", exc_info=error, extra={"service": request.service})
            raise _not_served(request) from error
        code = int(str(status).split()[0])
        plain = {name: value for name, value in headers if name.lower() != "content-length"}
        if _is_page(code, plain, content):
            raise _not_served(request)
        return WireResponse(code, content, plain)

    def _backend(self, service: Any, region: str) -> Any:  # noqa: ANN401 - moto is untyped
        backends: Any = moto_backends.get_backend(service)
        partitioned = service in ("s3", "iam")
        return backends[ACCOUNT][get_partition(region) if partitioned else region]

    # --- S3
    def read_object(self, bucket: str, key: str, region: str) -> StoredObject | None:
        """The present version of an object, or None."""
        with self.lock:
            buckets = self._backend("s3", region).buckets
            stored = buckets[bucket].keys.get(key) if bucket in buckets else None
            if stored is None or not hasattr(stored, "value"):  # a delete marker has no value
                return None
            tags = self._backend("s3", region).tagger.get_tag_dict_for_resource(stored.arn)
            attributes = {
                "metadata": dict(stored.metadata),
                "etag": stored.etag.strip('"'),
                "storage": stored.storage_class,
                "tags": tags,
                "last_modified": stored.last_modified.isoformat(),
            }
            return StoredObject(bytes(stored.value), attributes)

    def bucket_region(self, bucket: str, region: str) -> str | None:
        """The region a bucket is in, or None when there is no such bucket."""
        with self.lock:
            found = self._backend("s3", region).buckets.get(bucket)
            return str(found.region_name) if found is not None else None

    def write_object(
        self, bucket: str, key: str, body: bytes, region: str, attributes: Mapping[str, Any]
    ) -> None:
        """Put an object as it was (restore) or as the service writes it (results).

        Raises:
            AwsError: `NoSuchBucket`.
        """
        with self.lock:
            backend = self._backend("s3", region)
            if bucket not in backend.buckets:
                raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
            stored = backend.put_object(
                bucket,
                key,
                body,
                storage=attributes.get("storage"),
                etag=attributes.get("etag"),
                disable_notification=True,
            )
            stored.set_metadata(dict(attributes.get("metadata", {})))
            if "last_modified" in attributes:
                stored.last_modified = datetime.fromisoformat(attributes["last_modified"])
            if attributes.get("tags"):
                backend.put_object_tagging(stored, dict(attributes["tags"]))

    # --- IAM
    def role(self, arn: str) -> Role | None:
        """The role with this ARN, with every policy document it has."""
        with self.lock:
            for role in self._backend("iam", "us-east-1").roles.values():
                if role.arn == arn:
                    documents = [_parsed(text) for text in role.policies.values()]
                    for policy in role.managed_policies.values():
                        documents.append(_parsed(_default_document(policy)))
                    return Role(arn, _parsed(role.assume_role_policy_document), tuple(documents))
        return None

    def user_policies(self, arn: str) -> tuple[Mapping[str, Any], ...] | None:
        """The policy documents of a user, or None when there is none with this ARN."""
        with self.lock:
            for user in self._backend("iam", "us-east-1").users.values():
                if user.arn == arn:
                    documents = [_parsed(text) for text in user.policies.values()]
                    managed = user.managed_policies.values()
                    documents += [_parsed(_default_document(policy)) for policy in managed]
                    return tuple(documents)
        return None

    def provide_managed_policy(self, arn: str) -> None:
        """Make one AWS managed policy attachable; moto would otherwise load all 1,300 (60 MB)."""
        marker = "arn:aws:iam::aws:policy/"
        with self.lock:
            backend = self._backend("iam", "us-east-1")
            if not arn.startswith(marker) or arn in backend.managed_policies:
                return
            from moto.iam.aws_managed_policies import aws_managed_policies_data

            name = arn.rsplit("/", 1)[1]
            at = aws_managed_policies_data.find(f'"{name}":{{')
            if at < 0:
                return
            data, _ = json.JSONDecoder().raw_decode(aws_managed_policies_data, at + len(name) + 3)
            policy = AWSManagedPolicy.from_data(name, ACCOUNT, "us-east-1", data)
            if policy.arn == arn:
                backend.managed_policies[arn] = policy
                backend.aws_managed_policies.append(policy)

    # --- CloudWatch, Logs, SNS
    @contextmanager
    def _noting_alarms(self, request: WireRequest) -> Iterator[None]:
        """Remember which alarms a call makes."""
        if request.service != "monitoring" or request.operation != "PutMetricAlarm":
            yield
            return
        alarms = self._backend("cloudwatch", request.region).alarms
        before = {name: id(alarm) for name, alarm in alarms.items()}
        yield
        for name, alarm in alarms.items():
            if before.get(name) != id(alarm):
                self._own(request.region, alarm)

    def _own(self, region: str, alarm: Any) -> None:  # noqa: ANN401 - moto is untyped
        self._alarm_names.setdefault(region, set()).add(str(alarm.name))
        alarm.state_value = "INSUFFICIENT_DATA"  # moto begins with OK; AWS with this

    def own_alarms(self) -> Iterator[tuple[str, Any]]:
        """Moto's alarms that were made through us, with their region; hold the lock."""
        for region, names in self._alarm_names.items():
            held = self._backend("cloudwatch", region).alarms
            names.intersection_update(held)
            yield from ((region, held[name]) for name in sorted(names))

    def alarm(self, region: str, name: str) -> Any:  # noqa: ANN401 - moto is untyped
        """Moto's alarm of that name, or None; hold the lock."""
        return self._backend("cloudwatch", region).alarms.get(name)

    def take_metric_data(self) -> Iterator[tuple[str, Any]]:
        """Moto's data points that were not read yet, with their region; hold the lock."""
        for region, backend in list(moto_backends.get_backend("cloudwatch")[ACCOUNT].items()):
            data, read = backend.metric_data, self._points_read.get(region, 0)
            self._points_read[region] = len(data)
            yield from ((region, datum) for datum in data[min(read, len(data)) :])

    def put_metrics(self, region: str, namespace: str, data: Iterable[dict[str, Any]]) -> None:
        """Add data points (PutMetricData's shape); moto compares naive timestamps in UTC."""
        naive = [
            point | {"Timestamp": point["Timestamp"].astimezone(UTC).replace(tzinfo=None)}
            for point in data
        ]
        with self.lock:
            backend = self._backend("cloudwatch", region)
            backend.put_metric_data(namespace, naive)
            if len(backend.metric_data) > _MAX_DATA_POINTS:
                gone = _MAX_DATA_POINTS // 4
                del backend.metric_data[:gone]
                self._points_read[region] = max(self._points_read.get(region, 0) - gone, 0)

    def put_alarm(
        self,
        region: str,
        alarm: Mapping[str, Any],
    ) -> str:
        """Make or replace a metric alarm (arguments of moto's backend) and return its ARN."""
        with self.lock:
            made = self._backend("cloudwatch", region).put_metric_alarm(**alarm)
            self._own(region, made)
            return str(made.alarm_arn)

    def delete_alarms(self, region: str, names: list[str]) -> None:
        """Delete metric alarms; those that are gone do not matter."""
        with self.lock:
            self._backend("cloudwatch", region).delete_alarms(names)

    def put_logs(
        self, region: str, group: str, stream: str, lines: Iterable[tuple[datetime, str]]
    ) -> None:
        """Append lines to a log stream, which is made when needed."""
        events = [{"timestamp": int(at.timestamp() * 1000), "message": text} for at, text in lines]
        with self.lock:
            backend = self._backend("logs", region)
            backend.ensure_log_group(group)
            backend.ensure_log_stream(group, stream)
            backend.put_log_events(group, stream, events)

    def publish(self, topic_arn: str, message: str, subject: str) -> None:
        """Publish to an SNS topic.

        Raises:
            AwsError: `NotFound`, when the topic does not exist.
        """
        region = topic_arn.split(":")[3]
        with self.lock:
            backend = self._backend("sns", region)
            if topic_arn not in backend.topics:
                raise AwsError("NotFound", "Topic does not exist", 404)
            backend.publish(message, arn=topic_arn, subject=subject)


def _parsed(document: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(document, str):
        return document
    try:
        value = json.loads(document)
    except json.JSONDecodeError:
        value = json.loads(unquote(document))
    return value if isinstance(value, dict) else {}


def _default_document(policy: Any) -> str:  # noqa: ANN401 - moto is untyped
    versions = {version.version_id: version.document for version in policy.versions}
    return str(versions.get(policy.default_version_id, "{}"))


def _is_page(status: int, headers: Mapping[str, str], content: bytes) -> bool:
    """Whether moto answered with one of its HTML pages instead of an AWS error."""
    kind = next((v for k, v in headers.items() if k.lower() == "content-type"), "")
    head = content[:200].lstrip().lower()
    if status in (404, 500, 405) and head in (b"not yet implemented", b"not found"):
        return True
    return status >= 400 and (head.startswith((b"<!doctype html", b"<html")) or (
        status >= 500 and "html" in kind and not head.startswith(b"<?xml")
    ))  # fmt: skip


def _not_served(request: WireRequest) -> AwsError:
    what = request.operation or f"{request.method} {request.path}"
    code = "NotImplemented" if request.service == "s3" else "UnsupportedOperation"
    return AwsError(
        code, f"The sandbox does not serve the operation {what} of {request.service}.", 501
    )


def _environ(request: WireRequest) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, "latin-1"),
        "RAW_URI": request.path + (f"?{request.query}" if request.query else ""),
        "REQUEST_URI": request.path + (f"?{request.query}" if request.query else ""),
        "QUERY_STRING": request.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(request.body)),
    }
    for name, value in request.headers.items():
        if name == "content-type":
            environ["CONTENT_TYPE"] = value
        elif name not in ("content-length", "transfer-encoding"):
            key = "HTTP_" + name.upper().replace("-", "_")
            environ[key] = value
            if "_" in name:  # S3 metadata names may hold underscores, which WSGI cannot tell
                environ.setdefault(PRESERVED_HEADER_NAMES_ENVIRON_KEY, {})[key] = name
    return environ
