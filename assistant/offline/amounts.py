"""Numbers that only the word "budget" makes an amount of money: "budget 900 a month"."""

import re

from tools.reading.measures import Measure, tidy
from tools.reading.units import Dimension, factor

#: English only: without a currency, a Vietnamese budget is as likely to be in dong.
_BUDGET_BEFORE = re.compile(
    r"\bbudget(?:\s+(?:is|was|of|at|to|now|about|around|roughly|up|max(?:imum)?|limit|cap|"
    r"should|can|be)\b|\s*[:=~])*\s*$"
)
_MULTIPLIED = re.compile(r"\s?(?:x|times|fold|%)(?![a-z])")


def with_currency(passage: str, found: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """Read numbers beside "budget" as US dollars a month, the unit that the assistant asks for.

    Args:
        passage: Folded text of the passage.
        found: Its measures; positions are indices into `passage`.
    """
    return tuple(_amount(passage, measure) for measure in found)


def _amount(passage: str, measure: Measure) -> Measure:
    bare = measure.dimension is Dimension.PLAIN
    periodic = measure.dimension is Dimension.RATE and measure.period and not measure.noun
    if not (bare or periodic) or not _BUDGET_BEFORE.search(passage[: measure.start]):
        return measure
    if _MULTIPLIED.match(passage, measure.end):
        return measure
    # a rate is requests a second; the amount is dollars a month
    scale = factor("request / second", "request / month") if periodic else 1.0
    given = {"low": tidy(measure.low * scale), "high": tidy(measure.high * scale)}
    return measure.model_copy(update={"dimension": Dimension.MONEY, **given})
