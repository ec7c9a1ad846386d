"""The Query protocol: forms in, XML out, both by botocore's service model."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, Shape, StructureShape

from tools.sandbox.wire import WireResponse

_NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
#: Characters that XML 1.0 cannot carry.
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _numbered(form: Mapping[str, str], prefix: str) -> list[str]:
    """The prefixes `<prefix>.1`, `<prefix>.2`, .. that the form has members under."""
    pattern = re.compile(re.escape(prefix) + r"\.(\d+)(?:\.|$)")
    found = {int(match[1]) for key in form if (match := pattern.match(key))}
    return [f"{prefix}.{number}" for number in sorted(found)]


def _parse(shape: Shape, form: Mapping[str, str], prefix: str) -> Any:  # noqa: ANN401 - by shape
    match shape:
        case StructureShape():
            members = {}
            for name, member in shape.members.items():
                wire = member.serialization.get("name", name)
                value = _parse(member, form, f"{prefix}.{wire}" if prefix else wire)
                if value is not None:
                    members[name] = value
            return members or None
        case ListShape():
            items = [_parse(shape.member, form, at) for at in _numbered(form, f"{prefix}.member")]
            return items or ([] if prefix in form else None)
        case MapShape():
            entries = _numbered(form, f"{prefix}.entry")
            return {form[f"{at}.key"]: _parse(shape.value, form, f"{at}.value") for at in entries}
        case _:
            return _parse_scalar(shape, form.get(prefix))


def _parse_scalar(shape: Shape, text: str | None) -> str | int | bool | None:
    match shape.type_name:
        case "boolean" if text is not None:
            return text.lower() == "true"
        case "integer" | "long" if text is not None and re.fullmatch(r"-?\d+", text):
            return int(text)
    return text


def parse_form(shape: StructureShape | None, body: bytes) -> dict[str, Any]:
    """The parameters of a request by the operation's input shape."""
    if shape is None:
        return {}
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    parsed: dict[str, Any] = _parse(shape, form, "") or {}
    return parsed


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        stamp = value.astimezone(UTC).isoformat(timespec="milliseconds")
        return stamp.replace("+00:00", "Z")
    return escape(_UNPRINTABLE.sub("?", str(value)))


def _xml(shape: Shape, value: Any) -> str:  # noqa: ANN401 - by shape
    match shape:
        case StructureShape():
            return "".join(
                _element(member.serialization.get("name", name), member, value[name])
                for name, member in shape.members.items()
                if value.get(name) is not None
            )
        case ListShape():
            return "".join(_element("member", shape.member, item) for item in value)
        case MapShape():
            return "".join(
                f"<entry><key>{_scalar(key)}</key><value>{_xml(shape.value, item)}</value></entry>"
                for key, item in value.items()
            )
        case _:
            return _scalar(value)


def _element(name: str, shape: Shape, value: object) -> str:
    return f"<{name}>{_xml(shape, value)}</{name}>"


def xml_response(
    operation: str, shape: StructureShape | None, output: Mapping[str, Any]
) -> WireResponse:
    """The answer to a call that succeeded."""
    request_id = str(uuid.uuid4())
    result = _xml(shape, output) if shape is not None else ""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?><{operation}Response xmlns="{_NAMESPACE}">'
        f"<{operation}Result>{result}</{operation}Result><ResponseMetadata>"
        f"<RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    )
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}
    return WireResponse(200, text.encode(), headers)
