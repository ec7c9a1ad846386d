"""The same traffic to two endpoints or variants in turn: latency, errors, other answers."""

import json
import math
from collections.abc import Iterable, Sequence
from statistics import quantiles
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.aws import AwsClients
from tools.errors import AwsUnavailableError, InvalidInputError, UserError
from tools.invocation import Invocation, Request, invoke

#: Numbers that differ by less than this share are the same answer: two builds of one library
#: round differently.
SAME_SHARE = 1e-6
_SHOWN = 3
_PREVIEW_CHARACTERS = 200


class Side(BaseModel):
    """An endpoint, or one of its variants."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint_name: str
    variant: str | None = None

    @property
    def label(self) -> str:
        """As a person writes it: `endpoint` or `endpoint/variant`."""
        return self.endpoint_name + (f"/{self.variant}" if self.variant else "")


class SideResult(BaseModel):
    """How one side did.

    Attributes:
        errors: Requests that were refused or that the model did not answer with success.
        latency_p50_ms: Of the answered ones, as seen from here; None when none was.
        error_messages: What was said, each once, at most three.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: str
    requests: int
    errors: int
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    error_messages: tuple[str, ...]


class Difference(BaseModel):
    """A request that the two answered differently; `request` counts from 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: int
    a: str
    b: str


class Comparison(BaseModel):
    """What the same traffic showed.

    Attributes:
        compared: Requests that both answered.
        differing: How many of them they answered differently.
        largest_difference: Between two numbers at the same place of two answers; None where the
            answers have no numbers, or not the same places.
        examples: At most three of those.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    a: SideResult
    b: SideResult
    compared: int
    differing: int
    largest_difference: float | None = None
    examples: tuple[Difference, ...]


def side_of(text: str) -> Side:
    """Read `endpoint` or `endpoint/variant`.

    Raises:
        InvalidInputError: There is no name in it.
    """
    name, _, variant = text.partition("/")
    if not name:
        raise InvalidInputError(
            f"{text[:60]!r} names no endpoint.", remedy="Write an endpoint, or endpoint/variant."
        )
    return Side(endpoint_name=name, variant=variant or None)


def compare(
    a: Side, b: Side, requests: Sequence[Request], clients: AwsClients, *, rounds: int = 1
) -> Comparison:
    """Send every request to both, `rounds` times; who goes first changes with each turn.

    Raises:
        InvalidInputError: There is no request, or both sides are the same.
    """
    if not requests or a == b:
        raise InvalidInputError(
            "There is nothing to compare." if requests else "There is no request to send.",
            remedy="Name two endpoints or variants, and at least one request.",
        )
    taken: tuple[list[Invocation | str], list[Invocation | str]] = ([], [])
    turns = [request for _ in range(rounds) for request in requests]
    for number, request in enumerate(turns):
        order = ((0, a), (1, b)) if number % 2 == 0 else ((1, b), (0, a))
        for place, side in order:
            taken[place].append(_asked(side, request, clients))
    pairs = [
        (one, other)
        for one, other in zip(*taken, strict=True)
        if isinstance(one, Invocation) and isinstance(other, Invocation)
    ]
    differences = [
        Difference(request=number, a=_preview(one), b=_preview(other))
        for number, (one, other) in enumerate(zip(*taken, strict=True), 1)
        if _both(one, other) and not _same(one, other)
    ]
    return Comparison(
        a=_result(a, taken[0]),
        b=_result(b, taken[1]),
        compared=len(pairs),
        differing=len(differences),
        largest_difference=_largest(_gap(one, other) for one, other in pairs),
        examples=tuple(differences[:_SHOWN]),
    )


def _asked(side: Side, request: Request, clients: AwsClients) -> Invocation | str:
    """Return the answer, or why there was none: a refusal is a result here."""
    aimed = request.model_copy(update={"target_variant": side.variant})
    try:
        answer = invoke(side.endpoint_name, aimed, clients)
    except (UserError, AwsUnavailableError) as error:
        return error.message
    return answer if answer.ok else f"{answer.status_code}: {_preview(answer)}"


def _both(one: Invocation | str, other: Invocation | str) -> bool:
    return isinstance(one, Invocation) and isinstance(other, Invocation)


def _result(side: Side, taken: list[Invocation | str]) -> SideResult:
    latencies = sorted(one.latency_ms for one in taken if isinstance(one, Invocation))
    said = [one for one in taken if isinstance(one, str)]
    return SideResult(
        side=side.label,
        requests=len(taken),
        errors=len(said),
        latency_p50_ms=_percentile(latencies, 50),
        latency_p95_ms=_percentile(latencies, 95),
        error_messages=tuple(dict.fromkeys(said))[:_SHOWN],
    )


def _percentile(ordered: list[float], percent: int) -> float | None:
    if len(ordered) <= 1:
        return ordered[0] if ordered else None
    return round(quantiles(ordered, n=100, method="inclusive")[percent - 1], 3)


def _preview(taken: Invocation | str) -> str:
    text = taken if isinstance(taken, str) else taken.body.decode("utf-8", errors="replace")
    return text[:_PREVIEW_CHARACTERS]


def _same(one: Invocation | str, other: Invocation | str) -> bool:
    first, second = (t.body if isinstance(t, Invocation) else b"" for t in (one, other))
    if first == second:
        return True
    try:
        return _close(json.loads(first), json.loads(second))
    except ValueError:  # no JSON: only the same bytes are the same answer
        return False


def _largest(gaps: Iterable[float | None]) -> float | None:
    known = [gap for gap in gaps if gap is not None]
    return max(known, default=None)


def _gap(one: Invocation, other: Invocation) -> float | None:
    """The largest difference of two answers of the same form in JSON or CSV."""
    first, second = (_numbers(_read(answer.body)) for answer in (one, other))
    if not first or first.keys() != second.keys():
        return None
    return max(abs(first[place] - second[place]) for place in first)


def _read(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(body)
    except ValueError:
        rows = body.decode("utf-8", errors="replace").split()
        return [[_number(cell) for cell in row.split(",")] for row in rows]


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


def _numbers(value: Any, place: str = "") -> dict[str, float]:  # noqa: ANN401 - any JSON value
    match value:
        case bool():
            return {}
        case int() | float():
            return {place: float(value)} if math.isfinite(value) else {}
        case list():
            members: Iterable[tuple[Any, Any]] = enumerate(value)
        case dict():
            members = value.items()
        case _:
            return {}
    found: dict[str, float] = {}
    for key, member in members:
        found |= _numbers(member, f"{place}/{key}")
    return found


def _close(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON values
    match one, other:
        case bool(), _:
            return one is other
        case int() | float(), int() | float() if not isinstance(other, bool):
            return math.isclose(one, other, rel_tol=SAME_SHARE, abs_tol=SAME_SHARE)
        case list(), list():
            return len(one) == len(other) and all(map(_close, one, other))
        case dict(), dict():
            return one.keys() == other.keys() and all(_close(one[k], other[k]) for k in one)
        case _:
            return bool(one == other)
