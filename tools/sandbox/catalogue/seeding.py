"""Puts the catalogue into the region's JumpStart buckets when somebody first looks into them.

AWS keeps these buckets; in the sandbox they are made on demand, because training takes seconds.
"""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from tools.sandbox.catalogue import listing
from tools.sandbox.wire import AwsError, WireRequest, WireResponse

logger = logging.getLogger(__name__)

_TRAINING_LIMIT_S = 120


class Catalogue:
    """Seeds a region's buckets once."""

    def __init__(
        self,
        folder: Path,
        bucket_region: Callable[[str, str], str | None],
        send: Callable[[WireRequest], WireResponse],
        now: Callable[[], datetime],
    ) -> None:
        """Take how buckets are looked up and how a request is carried out and kept."""
        self._folder = folder
        self._bucket_region = bucket_region
        self._send = send
        self._now = now
        self._lock = threading.Lock()
        self._seeding_thread: int | None = None

    def prepare(self, request: WireRequest) -> None:
        """Seed the buckets of a region when a request is the first to be about one of them.

        Raises:
            AwsError: The models could not be trained.
        """
        bucket = request.path.lstrip("/").partition("/")[0]
        region = _region_of(bucket)
        if request.service != "s3" or region is None:
            return
        if self._seeding_thread == threading.get_ident():  # our own upload
            return
        with self._lock:
            if self._bucket_region(listing.CONTENT_BUCKET + region, region) is None:
                self._seed(region)

    def _seed(self, region: str) -> None:
        self._train()
        self._seeding_thread = threading.get_ident()
        try:
            for name in (listing.GATED_BUCKET, listing.CONTENT_BUCKET):
                self._put(region, f"/{name}{region}", _location(region))
            for bucket, key, body in self._objects(region):
                self._put(region, f"/{bucket}{region}/{quote(key)}", body)
        finally:
            self._seeding_thread = None

    def _train(self) -> None:
        if (self._folder / "payloads.json").is_file():
            return
        arguments = [sys.executable, "-m", "tools.sandbox.catalogue", "--to", str(self._folder)]
        try:
            subprocess.run(  # noqa: S603 - our own module
                arguments,
                check=True,
                capture_output=True,
                timeout=_TRAINING_LIMIT_S,
                cwd=Path(__file__).parents[3],
            )
        except subprocess.SubprocessError as error:
            logger.exception("catalogue.training_failed")
            raise AwsError(
                "ServiceUnavailable", "The sandbox could not make its catalogue.", 503
            ) from error

    def _objects(self, region: str) -> Iterator[tuple[str, str, bytes]]:
        """Bucket (without the region), key and content; the manifest comes last."""
        payloads = json.loads((self._folder / "payloads.json").read_text(encoding="utf-8"))
        yield listing.CONTENT_BUCKET, listing.EULA_KEY, listing.EULA.encode()
        for listed in listing.MODELS:
            if region not in listed.image.registry:
                continue
            bucket = listing.GATED_BUCKET if listed.gated else listing.CONTENT_BUCKET
            for key in self._keys(listed.key):
                yield bucket, key, (self._folder / "objects" / key).read_bytes()
            spec = listing.specification(listed, region, payloads[listed.model_id])
            yield listing.CONTENT_BUCKET, listing.spec_key(listed.model_id), _json(spec)
        sold = listing.proprietary_manifest()
        sold_spec = listing.proprietary_specification(region)
        yield listing.CONTENT_BUCKET, str(sold[0]["spec_key"]), _json(sold_spec)
        yield listing.CONTENT_BUCKET, listing.PROPRIETARY_MANIFEST_KEY, _json(sold)
        yield listing.CONTENT_BUCKET, listing.MANIFEST_KEY, _json(listing.manifest(region))

    def _keys(self, key: str) -> list[str]:
        objects = self._folder / "objects"
        if not key.endswith("/"):
            return [key]
        files = (path for path in (objects / key).rglob("*") if path.is_file())
        return sorted(path.relative_to(objects).as_posix() for path in files)

    def _put(self, region: str, path: str, body: bytes) -> None:
        host = path.lstrip("/").partition("/")[0]
        scope = f"sandbox/20260101/{region}/s3/aws4_request"
        signature = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        response = self._send(
            WireRequest(
                service="s3",
                operation=None,
                region=region,
                method="PUT",
                path=path,
                query="",
                headers={
                    "host": "127.0.0.1",
                    "authorization": signature,
                    "content-length": str(len(body)),
                },
                body=body,
                received_at=self._now(),
            )
        )
        if response.status >= 300:
            raise AwsError("ServiceUnavailable", f"The sandbox could not seed {host}.", 503)


def _region_of(bucket: str) -> str | None:
    for prefix in (listing.GATED_BUCKET, listing.CONTENT_BUCKET):
        if bucket.startswith(prefix):
            return bucket.removeprefix(prefix)
    return None


def _location(region: str) -> bytes:
    if region == "us-east-1":
        return b""
    return (
        '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
    ).encode()


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
