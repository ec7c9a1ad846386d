"""Cost: the budget, the cheaper option, and what a forgotten endpoint costs."""

from decimal import Decimal

from tools.endpoint import InferenceOption
from tools.estimation import break_even_requests_per_month
from tools.rules.case import Case
from tools.rules.rule import (
    ASYNCHRONOUS,
    PRICING_PAGE,
    REAL_TIME,
    SERVERLESS,
    Rule,
)


def _cheaper(case: Case, one: InferenceOption, other: InferenceOption) -> bool:
    first, second = case.usd(one), case.usd(other)
    return first is not None and second is not None and first < second


def _over(case: Case, option: InferenceOption) -> str:
    cost = case.costs[option].total_usd_per_month
    return (
        f"About {cost} USD a month are over the budget of "
        f"{case.needs.budget_usd_per_month:f} USD (estimate)."
    )


def _compare(case: Case, one: InferenceOption, other: InferenceOption) -> str:
    return (
        f"At this traffic {one} costs about {case.usd(one)} USD a month, {other} about "
        f"{case.usd(other)} USD (estimate)."
    )


def break_even_per_day(case: Case) -> Decimal | None:
    """Return the requests a day from which real-time is cheaper than serverless on demand."""
    instances = case.usd(REAL_TIME)
    price = case.catalog.serverless_price(case.serverless.memory_size_in_mb, case.workload.region)
    if instances is None or price is None:
        return None
    monthly = break_even_requests_per_month(
        instances, case.workload.processing_time_s, price.usd_per_second
    )
    return monthly * 24 / 730


def _standing(case: Case) -> Decimal:
    if case.needs.copies_go_to_zero:
        return Decimal(0)
    cost = case.costs.get(REAL_TIME)
    return (cost and cost.if_forgotten_usd_per_month) or Decimal(0)


def _data(case: Case) -> Decimal:
    costs = list(case.costs.values())
    return max((cost.data_usd_per_month or Decimal(0)) for cost in costs)


def _unchecked(case: Case, option: InferenceOption) -> bool:
    budget = case.needs.budget_usd_per_month
    return budget is not None and option in case.costs and case.usd(option) is None


def _unchecked_text(case: Case, option: InferenceOption) -> str:
    return (
        f"Whether it stays within the budget of {case.needs.budget_usd_per_month or 0:f} USD "
        f"cannot be said. {case.costs[option].basis.split('. ')[0]}."
    )


RULES = (
    Rule(
        id="REC-111",
        title="Serverless over the budget",
        source_url=PRICING_PAGE,
        rules_out=(SERVERLESS,),
        when=lambda case: case.exceeds_budget(SERVERLESS),
        says=lambda case: _over(case, SERVERLESS),
    ),
    Rule(
        id="REC-206",
        title="Real-time over the budget",
        source_url=PRICING_PAGE,
        rules_out=(REAL_TIME,),
        when=lambda case: case.exceeds_budget(REAL_TIME),
        says=lambda case: _over(case, REAL_TIME),
    ),
    Rule(
        id="REC-306",
        title="Asynchronous over the budget",
        source_url=PRICING_PAGE,
        rules_out=(ASYNCHRONOUS,),
        when=lambda case: case.exceeds_budget(ASYNCHRONOUS),
        says=lambda case: _over(case, ASYNCHRONOUS),
    ),
    Rule(
        id="REC-506",
        title="Above break-even",
        source_url=PRICING_PAGE,
        prefers=(REAL_TIME,),
        weight=4,
        when=lambda case: case.workload.interactive and _cheaper(case, REAL_TIME, SERVERLESS),
        says=lambda case: _compare(case, REAL_TIME, SERVERLESS),
    ),
    Rule(
        id="REC-512",
        title="Below break-even",
        source_url=PRICING_PAGE,
        prefers=(SERVERLESS,),
        weight=2,
        when=lambda case: _cheaper(case, SERVERLESS, REAL_TIME),
        says=lambda case: _compare(case, SERVERLESS, REAL_TIME),
    ),
    Rule(
        id="REC-525",
        title="Paid only while requests come",
        source_url=PRICING_PAGE,
        prefers=(ASYNCHRONOUS,),
        weight=1,
        when=lambda case: not case.workload.interactive and _cheaper(case, ASYNCHRONOUS, REAL_TIME),
        says=lambda case: _compare(case, ASYNCHRONOUS, REAL_TIME),
    ),
    Rule(
        id="REC-651",
        title="Cost if forgotten",
        source_url=PRICING_PAGE,
        warns=(REAL_TIME,),
        when=lambda case: _standing(case) > 0,
        says=lambda case: (
            f"Idle or forgotten, the endpoint costs {_standing(case)} USD a month until it is "
            "deleted."
        ),
    ),
    Rule(
        id="REC-652",
        title="Data costs extra",
        source_url=PRICING_PAGE,
        warns=(REAL_TIME, SERVERLESS, ASYNCHRONOUS),
        when=lambda case: _data(case) >= 1,
        says=lambda case: (
            f"Data in and out adds about {_data(case)} USD a month; it counts against the budget."
        ),
    ),
    Rule(
        id="REC-653",
        title="Near the budget",
        source_url=PRICING_PAGE,
        warns=(REAL_TIME,),
        when=lambda case: (
            case.needs.budget_usd_per_month is not None
            and case.usd(REAL_TIME) is not None
            and not case.exceeds_budget(REAL_TIME)
            and (case.usd(REAL_TIME) or 0) * 10 > case.needs.budget_usd_per_month * 9
        ),
        says=lambda case: (
            f"{case.usd(REAL_TIME)} USD a month use up most of the budget of "
            f"{case.needs.budget_usd_per_month:f} USD; more instances at a peak exceed it."
        ),
    ),
    Rule(
        id="REC-654",
        title="Serverless price not known, budget unchecked",
        source_url=PRICING_PAGE,
        warns=(SERVERLESS,),
        when=lambda case: _unchecked(case, SERVERLESS),
        says=lambda case: _unchecked_text(case, SERVERLESS),
    ),
    Rule(
        id="REC-655",
        title="Instance price not known, budget unchecked",
        source_url=PRICING_PAGE,
        warns=(REAL_TIME, ASYNCHRONOUS),
        when=lambda case: _unchecked(case, REAL_TIME),
        says=lambda case: _unchecked_text(case, REAL_TIME),
    ),
)
