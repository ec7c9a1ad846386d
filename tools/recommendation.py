"""Stage 2: what is recommended, why, at what cost, and what would change it."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer

from tools.catalog import Catalog
from tools.endpoint import ENDPOINT_OPTIONS, DeploymentMethod, InferenceOption
from tools.estimation import (
    CostEstimate,
    LatencyEstimate,
    asynchronous_latency,
    synchronous_latency,
)
from tools.recommending.choice import Choice, choose, deployment_method
from tools.recommending.compilation import accelerator, compilation, compilation_basis
from tools.recommending.gaps import assumptions, missing
from tools.recommending.scaling import AutoScaling, auto_scaling
from tools.recommending.sensitivity import Flip, flips
from tools.recommending.sizing import InstanceSizing, ServerlessSizing
from tools.requirements import Conflict, Requirements
from tools.rules.asked_conflicts import source_of
from tools.rules.case import Case
from tools.rules.conflicts import RULES as CONFLICT_RULES
from tools.rules.conflicts import conflict_fields
from tools.rules.exclusion import OPTION_RULES
from tools.rules.rule import Rule

__all__ = [
    "OptionVerdict",
    "Reason",
    "Recommendation",
    "assumptions",
    "conflicts",
    "missing",
    "recommend",
]

#: US dollars: exact inside, a number in JSON.
Usd = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class Reason(BaseModel):
    """A rule that applied, in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule_id: str
    text: str
    source_url: str


class OptionVerdict(BaseModel):
    """What the rules say about one option: `chosen`, `fits` or `ruled-out`, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    option: InferenceOption
    verdict: str
    cost_usd_per_month: Usd | None
    reasons: tuple[Reason, ...]


class Recommendation(BaseModel):
    """The recommendation; names as in the command line's JSON.

    Attributes:
        alternatives: Options that also fit, best first.
        initial_instance_count: None for serverless.
        provisioned_concurrency: Warm serverless environments; None: on demand.
        cost_usd_per_month: Compute at the given traffic; None when a price is not known.
        data_cost_usd_per_month: Data in and out, on top of it.
        options: A verdict on each of the three kinds of endpoint.
        assumptions: What was not said and is taken for granted, in plain words.
        as_of: Date of the price.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inference_option: InferenceOption
    alternatives: tuple[InferenceOption, ...]
    deployment_method: DeploymentMethod
    region: str
    instance_type: str | None = None
    initial_instance_count: int | None = None
    memory_size_in_mb: int | None = None
    max_concurrency: int | None = None
    provisioned_concurrency: int | None = None
    invocation_timeout_s: int | None = None
    max_concurrent_invocations_per_instance: int | None = None
    auto_scaling: AutoScaling | None = None
    accelerator: str = "none"
    compilation: str = "none"
    compilation_basis: str = ""
    cost_usd_per_month: Usd | None = None
    cost_if_forgotten_usd_per_month: Usd | None = None
    data_cost_usd_per_month: Usd | None = None
    cost_basis: str
    latency_p95_ms: float | None = None
    latency_basis: str
    sizing_basis: str
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    flips: tuple[Flip, ...]
    options: tuple[OptionVerdict, ...]
    assumptions: tuple[str, ...]
    as_of: str | None = None


def recommend(needs: Requirements, catalog: Catalog) -> Recommendation:
    """Recommend an option with its first size; pure, and total on valid requirements."""
    choice = choose(needs, catalog)
    cost, latency = _cost(choice), _latency(choice)
    return Recommendation(
        inference_option=choice.option,
        alternatives=choice.alternatives,
        deployment_method=deployment_method(needs),
        region=choice.case.workload.region,
        **_size(choice),
        auto_scaling=auto_scaling(
            choice.option,
            choice.case.workload,
            choice.sizing,
            catalog,
            needs.endpoint_name,
            needs,
        ),
        accelerator=accelerator(choice),
        compilation=compilation(choice),
        compilation_basis=compilation_basis(choice),
        cost_usd_per_month=cost.usd_per_month,
        cost_if_forgotten_usd_per_month=Decimal(0)
        if needs.copies_go_to_zero and choice.option is InferenceOption.REAL_TIME
        else cost.if_forgotten_usd_per_month,
        data_cost_usd_per_month=cost.data_usd_per_month,
        cost_basis=cost.basis,
        as_of=cost.as_of,
        latency_p95_ms=latency.p95_ms if latency else None,
        latency_basis=latency.basis if latency else "No endpoint answers, so there is no latency.",
        reasons=_reasons(choice),
        warnings=_warnings(choice),
        flips=flips(choice),
        options=tuple(_verdict(choice, option) for option in ENDPOINT_OPTIONS),
        assumptions=tuple(item.text for item in choice.case.workload.assumptions),
    )


def conflicts(needs: Requirements, catalog: Catalog) -> tuple[Conflict, ...]:
    """Return the needs that cannot all be had, with the numbers; empty when there are none."""
    case = Case(needs, catalog)
    return tuple(
        Conflict(
            fields=conflict_fields(rule, case),
            text=rule.says(case),
            rule_id=rule.id,
            source_url=source_of(rule, case),
        )
        for rule in CONFLICT_RULES
        if rule.when(case)
    )


def _size(choice: Choice) -> dict[str, Any]:
    sizing = choice.sizing
    if isinstance(sizing, ServerlessSizing):
        return {
            "memory_size_in_mb": sizing.memory_size_in_mb,
            "max_concurrency": sizing.max_concurrency,
            "provisioned_concurrency": sizing.provisioned_concurrency or None,
            "sizing_basis": sizing.basis,
        }
    if sizing is None:
        return {"sizing_basis": "Nothing is to be sized."}
    size: dict[str, Any] = {
        "instance_type": sizing.instance.name,
        "initial_instance_count": sizing.initial,
        "sizing_basis": sizing.basis,
    }
    if choice.option is InferenceOption.ASYNCHRONOUS:
        size["invocation_timeout_s"] = _timeout_s(choice.case)
        size["max_concurrent_invocations_per_instance"] = _side_by_side(choice.case, sizing)
    return size


def _timeout_s(case: Case) -> int:
    """Twice the processing time, at least the default, at most what AWS allows."""
    default = case.limit("async_invocation_timeout_default")
    wanted = max(default, 2 * case.workload.processing_time_s)
    return int(min(wanted, case.limit("async_invocation_timeout_max")))


def _side_by_side(case: Case, sizing: InstanceSizing) -> int:
    top = case.limit("async_max_concurrent_invocations_per_instance_max")
    return int(max(1, min(sizing.parallel, top)))


def _cost(choice: Choice) -> CostEstimate:
    known = choice.case.costs.get(choice.option)
    if known is not None:
        return known
    if choice.option is InferenceOption.BATCH_TRANSFORM:
        basis = "A job is paid by the instance-hour while it runs; its length is not known."
        idle = Decimal(0)
    else:
        basis, idle = "Nothing is deployed, so there is no cost to name.", None
    return CostEstimate(
        usd_per_month=None, if_forgotten_usd_per_month=idle, data_usd_per_month=None, basis=basis
    )


def _latency(choice: Choice) -> LatencyEstimate | None:
    match choice.option:
        case InferenceOption.REAL_TIME | InferenceOption.SERVERLESS:
            return synchronous_latency(choice.case.workload)
        case InferenceOption.ASYNCHRONOUS:
            return asynchronous_latency(choice.case.workload)
        case InferenceOption.BATCH_TRANSFORM | InferenceOption.EDGE | InferenceOption.NONE:
            return None


def _reason(rule: Rule, case: Case) -> Reason:
    return Reason(rule_id=rule.id, text=rule.says(case), source_url=rule.source_url)


def _reasons(choice: Choice) -> tuple[Reason, ...]:
    """What speaks for the choice, then what excludes the other endpoints; each rule once."""
    rules = [rule for rule in choice.preferred if choice.option in rule.prefers]
    for option in (*ENDPOINT_OPTIONS, InferenceOption.BATCH_TRANSFORM):
        if option is not InferenceOption.BATCH_TRANSFORM or not choice.ranking:
            rules += choice.excluded[option]
    return tuple(_reason(rule, choice.case) for rule in dict.fromkeys(rules))


def _warnings(choice: Choice) -> tuple[Reason, ...]:
    return tuple(
        _reason(rule, choice.case)
        for rule in OPTION_RULES
        if choice.option in rule.warns and rule.when(choice.case)
    )


def _verdict(choice: Choice, option: InferenceOption) -> OptionVerdict:
    """Why it was chosen, what excludes it, or what the chosen option has before it."""
    excluded = choice.excluded[option]
    if option is choice.option:
        verdict, rules = "chosen", [r for r in choice.preferred if option in r.prefers]
    elif excluded:
        verdict, rules = "ruled-out", list(excluded)
    else:
        verdict = "fits"
        rules = [
            rule
            for rule in choice.preferred
            if choice.option in rule.prefers and option not in rule.prefers
        ]
    return OptionVerdict(
        option=option,
        verdict=verdict,
        cost_usd_per_month=choice.case.usd(option),
        reasons=tuple(_reason(rule, choice.case) for rule in rules),
    )
