"""The frames of `application/vnd.amazon.eventstream`, in which parts of an answer are sent.

Format: https://smithy.io/2.0/aws/amazon-eventstream.html - lengths, a checksum of the lengths,
headers, payload, and a checksum of all.
"""

import json
import struct
import zlib
from collections.abc import Mapping

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_STRING = 7


def _frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    encoded = b"".join(
        bytes([len(name)])
        + name.encode()
        + struct.pack("!BH", _STRING, len(value))
        + value.encode()
        for name, value in headers.items()
    )
    total = 12 + len(encoded) + len(payload) + 4
    prelude = struct.pack("!II", total, len(encoded))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + encoded + payload
    return message + struct.pack("!I", zlib.crc32(message))


def payload_part(part: bytes) -> bytes:
    """A part of the answer as an event."""
    return _frame(
        {
            ":event-type": "PayloadPart",
            ":content-type": "application/octet-stream",
            ":message-type": "event",
        },
        part,
    )


def stream_error(kind: str, message: str, **members: str) -> bytes:
    """An exception in the stream: `ModelStreamError` or `InternalStreamFailure`."""
    return _frame(
        {
            ":exception-type": kind,
            ":content-type": "application/json",
            ":message-type": "exception",
        },
        json.dumps({"Message": message} | members).encode(),
    )
