"""Answers to calls that are recorded and not sent, made from botocore's own output shapes."""

from typing import Any

from botocore.model import OperationModel, Shape

#: Fixed, so that two recordings are equal; nothing of it reaches a plan.
WHEN = 1_700_000_000

_EMPTY: dict[str, Any] = {
    "list": [], "map": {}, "timestamp": WHEN, "boolean": False, "blob": b"",
}  # fmt: skip


def answer(model: OperationModel, known: dict[str, Any]) -> dict[str, Any]:
    """Return an output of the operation: `known` members, and required ones with plain values."""
    shape = model.output_shape
    made: dict[str, Any] = _value(shape, known, "") if shape is not None else {}
    return {**made, "ResponseMetadata": {"HTTPStatusCode": 200, "RequestId": "recorded"}}


def _value(shape: Shape, known: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON value
    match shape.type_name:
        case "structure":
            return {
                key: known[key] if key in known else _value(member, {}, key)
                for key, member in shape.members.items()
                if key in known or key in shape.required_members
            }
        case "string":
            return shape.enum[0] if shape.enum else name
        case kind:
            return _EMPTY.get(kind, 0)
