"""The keys under a prefix, asked of S3 as a client would."""

from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree import ElementTree

from tools.sandbox.moto_bridge import MotoBridge
from tools.sandbox.wire import WireRequest

_NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


def object_keys(bridge: MotoBridge, bucket: str, prefix: str, region: str) -> list[str]:
    """Return the keys of a bucket that begin with a prefix, sorted; empty without the bucket."""
    keys: list[str] = []
    token: str | None = None
    while True:
        query = {"list-type": "2", "prefix": prefix}
        if token:
            query["continuation-token"] = token
        response = bridge.call(_request(bucket, urlencode(query), region))
        if response.status >= 300:
            return keys
        tree = ElementTree.fromstring(response.body)  # noqa: S314 - moto's own answer
        keys += [str(found.text) for found in tree.iter(f"{_NAMESPACE}Key")]
        token = tree.findtext(f"{_NAMESPACE}NextContinuationToken")
        if not token:
            return keys


def _request(bucket: str, query: str, region: str) -> WireRequest:
    scope = f"sandbox/20260101/{region}/s3/aws4_request"
    signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    return WireRequest(
        service="s3",
        operation=None,
        region=region,
        method="GET",
        path=f"/{bucket}",
        query=query,
        headers={"host": "127.0.0.1", "authorization": signature},
        body=b"",
        received_at=datetime.now(UTC),
    )
