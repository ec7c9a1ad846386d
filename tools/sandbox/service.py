"""What every JSON service of ours shares: a call, its routing, pages of a list."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.sandbox.validation import check
from tools.sandbox.wire import (
    AwsError,
    WireRequest,
    WireResponse,
    json_response,
    service_model,
    validation_exception,
)


@dataclass(frozen=True)
class Call:
    """One operation's input: parameters in AWS's spelling, the region, the time of arrival."""

    params: Mapping[str, Any]
    region: str
    at: datetime


Operation = Callable[[Call], dict[str, Any]]


def answer_json(
    request: WireRequest, boto3_name: str, operations: Mapping[str, Operation]
) -> WireResponse | None:
    """Validate and carry out a JSON 1.1 call, or return None when the operation is not ours.

    Raises:
        AwsError: The request breaks the service model, or the operation refuses it.
    """
    operation = operations.get(request.operation or "")
    if operation is None:
        return None
    try:
        params = json.loads(request.body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", "The request body is no JSON.") from error
    if not isinstance(params, dict):
        raise AwsError("SerializationException", "The request body is no JSON object.")
    shape = service_model(boto3_name).operation_model(str(request.operation)).input_shape
    check(shape, params)
    given = {name: value for name, value in params.items() if value is not None}
    return json_response(operation(Call(given, request.region, request.received_at)))


def page(
    items: Sequence[Any], params: Mapping[str, Any], *, default_size: int
) -> tuple[list[Any], dict[str, str]]:
    """Cut one page out of a list.

    Returns:
        The items of the page, and `{"NextToken": ..}` when more follow, else `{}`.

    Raises:
        AwsError: The token is none of ours.
    """
    token = params.get("NextToken", "0")
    if not token.isdecimal():
        raise validation_exception("Invalid pagination token.")
    start, size = int(token), int(params.get("MaxResults", default_size))
    rest = {"NextToken": str(start + size)} if start + size < len(items) else {}
    return list(items[start : start + size]), rest


def instant(value: object) -> datetime:
    """A timestamp parameter of a JSON protocol: epoch seconds or ISO 8601."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    parsed = datetime.fromisoformat(str(value))
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
