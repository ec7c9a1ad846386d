"""The first way: a scenario becomes requirements, and the rules judge what each option names."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from assistant.exam.ranges import out_of_range
from assistant.exam.scenario import requirements_of
from tools.catalog import Catalog, load_catalog
from tools.endpoint import InferenceOption
from tools.recommendation import Reason, Recommendation, recommend

_CHOSEN, _FITS, _OUT = 1.0, 0.15, -1.0
_NAMES = {
    InferenceOption.SERVERLESS: re.compile(r"\bserverless\b(?!ly)", re.I),
    InferenceOption.ASYNCHRONOUS: re.compile(r"\basync(?:hronous(?:ly)?)?\b|bất đồng bộ", re.I),
    InferenceOption.BATCH_TRANSFORM: re.compile(
        r"\bbatch[- ](?:transform|inference|prediction|job)\w*|\btransform job", re.I
    ),
    InferenceOption.REAL_TIME: re.compile(
        r"(?<!near )\breal[- ]?time\b|\b(?:persistent|multi-?model|multi-?container|synchronous) "
        r"(?:inference )?endpoint|thời gian thực",
        re.I,
    ),
}

#: What each way of inference lacks, in an option that proposes both together.
_LACKS = {
    InferenceOption.SERVERLESS: re.compile(
        r"\bgpu|\bml\.|\binstance type|\bstream\w*|\bvpc\b|network isolation|data capture|"
        r"multi-?model|"
        r"\bshadow|\bvariants?\b|inferentia|\binf[12]\b|neuron",
        re.I,
    ),
    InferenceOption.ASYNCHRONOUS: re.compile(
        r"\bstream(?:s|ed|ing)?\b|multi-?model|token by token", re.I
    ),
    InferenceOption.BATCH_TRANSFORM: re.compile(
        r"\bstream(?:s|ed|ing)?\b|\bshadow|immediate", re.I
    ),
}
#: No longer to be had, or never offered for hosting.
_GONE = re.compile(
    r"elastic inference|\beia\b|edge manager|\bml\.t3\b|\bspot (?:instances?|"
    r"capacity)\b[^.]*\bendpoint",
    re.I,
)

#: A text that denies something proposes nothing of it.
_DENIES = re.compile(r"\b(?:no|not|without|never|cannot|lacks?|unlike|instead|refused?)\b", re.I)
#: What is impossible may be the answer here.
_ASKS_FOR_FAULTS = re.compile(
    r"\b(?:refused?|rejected|invalid|faults?|fails?|failed|wrong|exclude\w*|not (?:valid|"
    r"allowed|possible|"
    r"supported)|errors?|why|what (?:will|does) happen|outcome)\b[^.?]*\?\s*(?:(?:choose|"
    r"select)[^.]*\.?)?$",
    re.I,
)


class Ruling(NamedTuple):
    """What the rules say on one option: -1 to 1, and the reasons."""

    score: float
    reasons: tuple[Reason, ...]
    told: str = ""


@lru_cache(maxsize=64)
def judged(stem: str) -> Recommendation | None:
    """The recommendation for what a stem tells of the need; None when it tells nothing."""
    needs = requirements_of(stem)
    return recommend(needs, _catalog()) if needs.said() else None


@lru_cache(maxsize=1)
def _catalog() -> Catalog:
    return load_catalog()


def option_of(text: str) -> InferenceOption | None:
    """The way of inference that an option's text proposes; the first one named."""
    found = {
        option: match.start()
        for option, pattern in _NAMES.items()
        if (match := pattern.search(text))
    }
    return min(found, key=lambda option: found[option]) if found else None


def rulings(stem: str, options: Mapping[str, str]) -> dict[str, Ruling]:
    """Judge the options by the rules; empty when fewer than two ways of inference are offered.

    Args:
        stem: The scenario.
        options: Letter to text.
    """
    impossible = {} if _ASKS_FOR_FAULTS.search(stem) else _impossible(options)
    proposed = {letter: option_of(text) for letter, text in options.items()}
    if len(set(proposed.values()) - {None}) < 2 or (made := judged(stem)) is None:
        return impossible
    return {
        letter: _ruling(option, made) for letter, option in proposed.items() if option is not None
    } | impossible


def _impossible(options: Mapping[str, str]) -> dict[str, Ruling]:
    """Options that no endpoint can have, unless that is true of all of them."""
    found = {
        letter: Ruling(_OUT, (), told)
        for letter, text in options.items()
        if (told := out_of_range(text) or contradiction_in(text))
    }
    return found if len(found) < len(options) else {}


def contradiction_in(text: str) -> str:
    """Say what an option proposes that no endpoint has, such as a serverless GPU; else empty."""
    if _DENIES.search(text):
        return ""
    if gone := _GONE.search(text):
        return f"{gone[0]} is not to be had for endpoints."
    option = option_of(text)
    lacks = _LACKS.get(option) if option else None
    if lacks and (match := lacks.search(text)):
        return f"The {option} option has no {match[0].strip()}."
    return ""


def _ruling(option: InferenceOption, made: Recommendation) -> Ruling:
    row = next((row for row in made.options if row.option == option), None)
    if option == made.inference_option:
        return Ruling(_CHOSEN, made.reasons[:2] if row is None else row.reasons[:2])
    if row is not None and row.verdict == "ruled-out":
        return Ruling(_OUT, row.reasons[:2])
    if option in made.alternatives:
        return Ruling(_FITS, row.reasons[:1] if row else ())
    return Ruling(-0.5, made.reasons[:1])
