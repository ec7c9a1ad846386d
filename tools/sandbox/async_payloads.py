"""Input and output of asynchronous invocations in S3, read and written as the role may."""

import base64
from collections.abc import Callable

from tools.sandbox.artifacts import parse_s3_url, role_may
from tools.sandbox.hosting_state import AsyncRequest
from tools.sandbox.moto_bridge import MotoBridge, Role
from tools.sandbox.wire import AwsError


class AsyncPayloads:
    """Reads inputs and writes results."""

    def __init__(self, bridge: MotoBridge, keep_object: Callable[[str, str, str], None]) -> None:
        """Take `keep_object(bucket, key, region)`: makes a written object last."""
        self._bridge = bridge
        self._keep_object = keep_object

    def read(self, queued: AsyncRequest, role: Role) -> bytes | None:
        """The body of an invocation; None when the role cannot read its S3 object."""
        if queued.body_base64 is not None:
            return base64.b64decode(queued.body_base64)
        location = parse_s3_url(str(queued.input_location))
        if location is None or not role_may(role, "s3:GetObject", location.arn):
            return None
        stored = self._bridge.read_object(location.bucket, location.key, queued.region)
        return stored.body if stored else None

    def write(self, region: str, role: Role, url: str, body: bytes, content_type: str) -> bool:
        """Put an object; False when the role may not, or there is no such bucket."""
        location = parse_s3_url(url)
        if location is None or not role_may(role, "s3:PutObject", location.arn):
            return False
        attributes = {"metadata": {"Content-Type": content_type}}
        try:
            self._bridge.write_object(location.bucket, location.key, body, region, attributes)
        except AwsError:
            return False
        self._keep_object(location.bucket, location.key, region)
        return True
