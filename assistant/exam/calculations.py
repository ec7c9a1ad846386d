"""What a question's numbers give when worked out: the few formulas of sizing, scaling and shares.

Each formula says in which questions it applies; a result only counts when an option has it.
"""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from tools.catalog import load_catalog

_NUMBER = r"(\d[\d,]{0,14}(?:\.\d{1,9})?)"
_PER_SECOND = re.compile(
    rf"{_NUMBER}\s*(?:\w+\s){{0,2}}?(?:rps\b|requests?(?: \w+)? (?:per|a|each) second|(?:calls|"
    rf"invocations|predictions) (?:per|a) second)"
    rf"|max_rps (?:of|is|=)\s*{_NUMBER}",
    re.I,
)
_TARGET = re.compile(
    r"\btarget(?:[- ]?(?:value|tracking))|invocationsperinstance|invocations per instance", re.I
)
_GIVEN_TARGET = re.compile(rf"target(?: ?value)?(?: of| is| =|:)? {_NUMBER}", re.I)
_FACTOR = re.compile(r"(?:safety )?factor (?:of |is |= ?)?(0?\.\d+)", re.I)
_SECONDS = re.compile(rf"{_NUMBER}\s*(ms|milliseconds?|s|seconds?)\b", re.I)
_WEIGHTS = re.compile(r"\bweights?\b", re.I)
_HOURLY = re.compile(
    rf"(?:\$\s*{_NUMBER}|{_NUMBER}\s*(?:usd|dollars))\s*(?:per|an|a|/)\s*(?:instance[- ])?hour",
    re.I,
)
_COUNT_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_INSTANCES = re.compile(
    rf"\b(\d+|{'|'.join(_COUNT_WORDS)}) (?:ml\.[a-z0-9-]+\.\w+|(?:\w+ )?instances?)", re.I
)
_HOURS_A_MONTH = 730


class Result(NamedTuple):
    """A number that was worked out, and how."""

    value: float
    shown: str


def worked_out(stem: str) -> tuple[Result, ...]:
    """Every number that a formula gives for a stem, the most special formula first."""
    return tuple(
        result
        for formula in (_micros, _target, _instances, _memory, _weights, _concurrency, _monthly)
        for result in formula(stem)
    )


def _value(text: str | None) -> float:
    return float((text or "0").replace(",", ""))


def _rates(stem: str) -> list[float]:
    return [_value(m[1] or m[2]) for m in _PER_SECOND.finditer(stem)]


def _target(stem: str) -> Iterator[Result]:
    if not _TARGET.search(stem) or not (rates := _rates(stem)):
        return
    given = _FACTOR.search(stem)
    factor = (
        float(given[1]) if given else load_catalog().limit_number("autoscaling_safety_factor_start")
    )
    for rate in rates:
        yield Result(
            rate * factor * 60,
            f"{rate:g} requests per second x {factor:g} x 60 = {rate * factor * 60:g}",
        )


def _instances(stem: str) -> Iterator[Result]:
    if not re.search(
        r"how many (?:\w+ ){0,2}(?:instances|copies)|(?:number|count) of instances", stem, re.I
    ):
        return
    rates = sorted(_rates(stem))
    if (target := _GIVEN_TARGET.search(stem)) and rates and _value(target[1]):
        wanted = math.ceil(rates[-1] * 60 / _value(target[1]))
        yield Result(wanted, f"{rates[-1]:g} x 60 / {target[1]} rounded up is {wanted}")
    if len(rates) > 1 and rates[0]:
        wanted = math.ceil(rates[-1] / rates[0])
        yield Result(wanted, f"{rates[-1]:g} / {rates[0]:g} rounded up is {wanted}")


def _memory(stem: str) -> Iterator[Result]:
    if "serverless" not in stem.lower() or not re.search(r"\bmemory", stem, re.I):
        return
    for match in re.finditer(rf"{_NUMBER}\s*(GB|MB)\b", stem):
        need = _value(match[1]) * (1024 if match[2] == "GB" else 1)
        sizes = [size for size in load_catalog().serverless_memory_sizes_mb() if size >= need]
        if sizes:
            yield Result(sizes[0], f"The smallest size that holds {need:g} MB is {sizes[0]} MB")


def _weights(stem: str) -> Iterator[Result]:
    match = re.search(rf"weights?(?: of)? ((?:{_NUMBER}(?:, | and |,? and )?)+)", stem, re.I)
    if not match:
        return
    weights = [_value(n) for n in re.findall(_NUMBER, match[1])]
    whole = sum(weights)
    for weight in dict.fromkeys(weights):
        if whole and len(weights) > 1:
            yield Result(100 * weight / whole, f"{weight:g} of {whole:g} is {weight / whole:.0%}")


def _concurrency(stem: str) -> Iterator[Result]:
    times = [
        _value(m[1]) * (0.001 if m[2].lower().startswith("m") else 1)
        for m in _SECONDS.finditer(stem)
    ]
    if re.search(r"\bconcurren|\bat once|in flight", stem, re.I):
        for rate in _rates(stem):
            for seconds in times:
                yield Result(
                    rate * seconds,
                    f"{rate:g} per second x {seconds:g} s = {rate * seconds:g} at once",
                )


def _micros(stem: str) -> Iterator[Result]:
    if re.search(r"\b(?:Model|Overhead)Latency\b", stem) and re.search(
        r"\bthreshold|\balarm", stem, re.I
    ):
        words = re.sub(r"\bhalf a second\b", "0.5 seconds", stem)
        for match in _SECONDS.finditer(re.sub(r"\b(?:one|a) second\b", "1 second", words)):
            micros = _value(match[1]) * (1e3 if match[2].lower().startswith("m") else 1e6)
            yield Result(micros, f"The metric counts microseconds: {match[0]} are {micros:,.0f}")


def _monthly(stem: str) -> Iterator[Result]:
    price = _HOURLY.search(stem)
    count = _INSTANCES.search(stem)
    if price and re.search(r"\bmonth", stem, re.I):
        word = count[1].lower() if count else "1"
        number = float(_COUNT_WORDS.get(word) or word)
        cost = _value(price[1] or price[2]) * number * _HOURS_A_MONTH
        yield Result(
            cost,
            f"{number:g} x {_value(price[1] or price[2]):g} x {_HOURS_A_MONTH} h = {cost:,.2f}",
        )
