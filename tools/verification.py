"""Stage 6: the endpoint is invoked for real with a sample; results and latency are reported."""

import base64
from collections.abc import Iterator
from statistics import quantiles

from pydantic import BaseModel, ConfigDict

from tools.aws import AwsClients
from tools.errors import UserError
from tools.invocation import (
    Invocation,
    Request,
    invoke,
    invoke_now,
    is_asynchronous,
    targets_of,
)
from tools.plan import DeploymentPlan

#: Real-time and serverless endpoints are asked so often; an asynchronous one once.
INVOCATIONS = 5
#: Of very many models behind one endpoint, so many are asked.
MOST_TARGETS = 20
PREVIEW_BYTES = 2_000


class Verification(BaseModel):
    """What real invocations showed.

    Attributes:
        ok: Every invocation was answered with success.
        invocations: How many were made.
        latency_p50_ms: Median as seen from here, network included.
        latency_p95_ms: 95th percentile, the first (cold) one included.
        first_latency_ms: The first one's, which carries a cold start.
        sample_origin: "user", "archive", "generated", or "guessed" when nothing better was known.
        content_type: Of the sample.
        response_preview: Beginning of the last answer, as text.
        detail: What went wrong, in the model's words; empty when ok.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    ok: bool
    invocations: int
    latency_p50_ms: float | None = None
    latency_p95_ms: float | None = None
    first_latency_ms: float | None = None
    sample_origin: str = ""
    content_type: str = ""
    response_preview: str = ""
    detail: str = ""


#: Tried in turn when no sample is known: the shapes that handlers most often take.
_GUESSES = (
    Request(body=b"[[0.0]]", content_type="application/json"),
    Request(body=b'{"instances": [[0.0]]}', content_type="application/json"),
    Request(body=b'{"inputs": [[0.0]]}', content_type="application/json"),
    Request(body=b'{"inputs": "a sample text"}', content_type="application/json"),
    Request(body=b"0.0", content_type="text/csv"),
)


def verify(plan: DeploymentPlan, clients: AwsClients) -> Verification:
    """Invoke the plan's endpoint with its sample and report.

    A model that refuses the sample is a result (`ok` false), not an error.
    """
    origin = plan.sample.origin if plan.sample else "guessed"
    requests = (_request(plan),) if plan.sample else _GUESSES
    answers: list[Invocation] = []
    used = requests[0]
    for used in requests:
        try:
            answers = list(_ask(plan, used, clients))
        except UserError as error:
            return Verification(ok=False, invocations=0, sample_origin=origin, detail=error.message)
        if answers[-1].ok:
            break
    return _report(answers, used, origin)


def _request(plan: DeploymentPlan) -> Request:
    sample = plan.sample
    assert sample is not None  # noqa: S101 - the caller looked
    return Request(
        body=base64.b64decode(sample.body_base64),
        content_type=sample.content_type,
        accept=sample.accept,
    )


def _ask(plan: DeploymentPlan, request: Request, clients: AwsClients) -> Iterator[Invocation]:
    endpoint_name = plan.endpoint_name
    if is_asynchronous(endpoint_name, clients):
        yield invoke(endpoint_name, request, clients)
        return
    variants = plan.spec.variants if plan.spec else ()
    requests = (
        _by_variant(tuple(variant.name for variant in variants), request)
        if len(variants) > 1
        else _aimed(endpoint_name, request, clients)
    )
    for aimed in requests:
        answer = invoke_now(endpoint_name, aimed, clients)
        if aimed.target_variant is not None and not answer.ok:
            told = f"{aimed.target_variant}: ".encode() + answer.body
            answer = answer.model_copy(update={"body": told})
        yield answer
        if not answer.ok:
            return


def _by_variant(names: tuple[str, ...], request: Request) -> Iterator[Request]:
    """Of several variants each is asked, in turn, whatever its weight."""
    for number in range(max(INVOCATIONS, len(names))):
        yield request.model_copy(update={"target_variant": names[number % len(names)]})


def _aimed(endpoint_name: str, request: Request, clients: AwsClients) -> Iterator[Request]:
    """One model is asked several times; of several, components or archives, each at least once."""
    found = targets_of(endpoint_name, clients)
    if found is None:
        yield from [request] * INVOCATIONS
        return
    names = found.names[:MOST_TARGETS] or (found.only_one(endpoint_name),)
    for _ in range(max(1, INVOCATIONS // len(names))):
        for name in names:
            yield request.model_copy(update={found.field: name})


def _report(answers: list[Invocation], request: Request, origin: str) -> Verification:
    latencies = sorted(answer.latency_ms for answer in answers)
    last = answers[-1]
    preview = last.body[:PREVIEW_BYTES].decode("utf-8", errors="replace")
    return Verification(
        ok=all(answer.ok for answer in answers),
        invocations=len(answers),
        latency_p50_ms=_percentile(latencies, 50),
        latency_p95_ms=_percentile(latencies, 95),
        first_latency_ms=answers[0].latency_ms,
        sample_origin=origin,
        content_type=request.content_type,
        response_preview=preview if last.ok else "",
        detail="" if last.ok else f"{last.status_code}: {preview}",
    )


def _percentile(ordered: list[float], percent: int) -> float:
    if len(ordered) == 1:
        return ordered[0]
    return round(quantiles(ordered, n=100, method="inclusive")[percent - 1], 3)
