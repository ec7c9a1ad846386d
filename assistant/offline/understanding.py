"""Reading what a person wrote, by rules, in English and Vietnamese (with and without diacritics).

The stages: the text is folded and mended → places are taken out → other people's words and foreign
numbers are blanked → it is split into passages with a mood → each passage gives candidates →
negations
and corrections are settled → facts. A wrong fact is worse than a missed one: the assistant can ask
again.

Decisions:
    * p95, p99 and "on average" are all read as the latency target; an explicit p95 wins over the
      others.
    * A rate without "peak" or "average" is the peak when given per second or minute (the rate that
      must
      be served) and the average when given per hour, day or longer (only a mean can be meant).
      Beside a
      peak it is the average.
    * A size without a word is the request's. Milliseconds without a word are latency; longer times
      without a word are left out unless asked for.
    * A bare number counts only when asked for, and only for fields with one natural unit (requests
      per
      second, counts, shares, dollars a month).
    * Idle time in words ("office hours") is a pattern; a share is recorded only when a number is
      said.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from assistant.offline.amounts import with_currency
from assistant.offline.extraction_choices import choices, endpoint_names
from assistant.offline.extraction_data import data_places
from assistant.offline.extraction_named import named_options
from assistant.offline.extraction_options import asked
from assistant.offline.extraction_quantities import adjusted, bursts, quantities
from assistant.offline.extraction_sources import sources
from assistant.offline.forgetting import forgotten
from assistant.offline.intents import corrects, intents, is_out_of_scope, manipulates, option_named
from assistant.offline.language import detect
from assistant.offline.masking import (
    blank,
    with_plain_names,
    without_foreign_numbers,
    without_others_words,
)
from assistant.offline.meaning import (
    Candidate,
    Fact,
    Intent,
    Language,
    Refusal,
    Understanding,
)
from assistant.offline.reading import Mood, Passage, passages, with_headings
from assistant.offline.settling import settled, stands
from assistant.offline.typos import mend
from tools.errors import InvalidInputError
from tools.quantities import QUANTITIES, validated
from tools.reading.folding import FoldedText, fold
from tools.reading.measures import measures

__all__ = ["Fact", "Intent", "Refusal", "Understanding", "understand"]

_FACTOR = re.compile(
    r"\b(?:(?P<double>doubl\w+|twice|gap doi|nhan doi)|(?P<triple>tripl\w+|gap ba)|"
    r"(?P<half>halv\w+|halves|is halved|giam (?:mot )?nua|half)|"
    r"(?P<times>\d+(?:\.\d+)?)\s?(?:x|times|lan)|x\s?(?P<x>\d+)|gap (?P<gap>\d+|ba|bon|"
    r"nam|muoi)|"
    r"(?P<up>grows?|increases?|rises?|goes up|tang)(?: by| them)? "
    r"(?P<percent>\d+)\s?(?:%|percent|phan tram)|(?P<down>drops?|falls?|shrinks?|"
    r"decreases?|goes down|giam)(?: by)? (?P<less>\d+)\s?(?:%|percent|phan tram))"
)
_FACTOR_OF = (
    (
        "payload",
        re.compile(
            r"\b(?:payloads?|inputs?|requests? (?:size|are)|images?|files?|kich thuoc|dau "
            r"vao)\b"
        ),
    ),
    ("budget", re.compile(r"\b(?:budget|ngan sach)\b")),
    (
        "traffic",
        re.compile(
            r"\b(?:traffic|load|volume|requests?|users?|usage|calls?|rps|luu luong|luong truy "
            r"cap|yeu cau|nguoi dung|truy cap|it|we)\b"
        ),
    ),
)
_UNWANTED = re.compile(
    r"\b(?:don't want|dont want|do not want|not|no|instead of|rather than|khong muon|khong can|"
    r"khong dung|khong phai)\s+(?:to use |use |a |an |the )?[\w-]+"
)
_NAMES = {"ba": 3.0, "bon": 4.0, "nam": 5.0, "muoi": 10.0}
_FROM = re.compile(
    r"\b(?:chang\w*|rais\w*|lower\w*|reduc\w*|increas\w*|cut|bump\w*|went|switch\w*|"
    r"mov\w*|updat\w*|doi|giam|tang|sua|nang|ha|chuyen)\b[^.;]{0,30}?(\b(?:from|"
    r"tu)\s+[^,.;]{1,24}?)\s+(?=(?:to|thanh|sang|xuong|len|den)\b)"
)
_TARGET_NAME = re.compile(r"(?<![\w-])(?P<name>[a-z0-9]+(?:-[a-z0-9]+)+)(?![\w-])")
_NOT_A_NAME = re.compile(
    r"real-time|roll-?back|scikit-learn|auto-?scal\w*|[a-z]{2}-[a-z]+-\d|batch-transform|"
    r"cold-start\w*|re-\w+"
)


#: Longer messages are pasted files; they are read up to here.
_LONGEST = 8000


class _Reading(BaseModel):
    """What one message gives on the way to facts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: tuple[Candidate, ...] = ()
    supposed: tuple[Candidate, ...] = ()
    intents: tuple[Intent, ...] = ()


def understand(
    text: str,
    *,
    expecting: tuple[str, ...] = (),
    known: Mapping[str, Any] | None = None,
    language: Language | None = None,
) -> Understanding:
    """Read a message. Pure: the same arguments give the same result.

    Args:
        text: What the person wrote; data, never an instruction.
        expecting: Fields that the assistant asked for in its last turn, so that "50 ms" and "no"
            are
            understood.
        known: Requirements recorded so far, as JSON values; they settle what "actually 20 MB"
            corrects.
        language: The conversation's language, taken when the message does not show its own.

    Returns:
        Intents, facts and suppositions; every quote is a verbatim slice of `text`.
    """
    known = known or {}
    detected, _ = detect(text)
    spoken: Language = detected or language or "en"
    folded = mend(fold(_readable(text)))
    named = named_options(folded)
    others = {option.start for option in named}
    data = tuple(d for d in data_places(folded, expecting, known) if d.start not in others)
    data = (*data, *named)
    found = sources(folded, expected="model_source" in expecting, taken=data)
    names = tuple(_names(folded, found.text))
    plain = found.text
    for name in names:
        plain = blank(plain, name.start, name.end)
    words = with_headings(without_others_words(with_plain_names(plain)))
    plain = without_foreign_numbers(_without_old_values(words))
    parts = passages(plain, expected=bool(expecting), vietnamese=spoken == "vi")
    reading = _read(
        parts,
        words,
        (*data, *found.candidates, *names),
        expecting,
        known,
        vietnamese=spoken == "vi",
    )
    facts = settled(plain, reading.said)
    return _understanding(folded, parts, reading, facts, spoken, clear=detected is not None)


def _readable(text: str) -> str:
    """The first `_LONGEST` characters, cut between words: what follows is no conversation."""
    return text if len(text) <= _LONGEST else " ".join(text[:_LONGEST].rsplit(maxsplit=1)[:1])


def _names(folded: FoldedText, text: str) -> Iterable[Candidate]:
    for candidate in endpoint_names(text):
        name = folded.quote(candidate.start, candidate.end)
        try:
            yield candidate.model_copy(update={"value": validated("endpoint_name", name)})
        except InvalidInputError as error:
            yield candidate.model_copy(update={"refusal": (error.message, error.remedy)})


def _without_old_values(text: str) -> str:
    """Blank "from 5 MB" in "change it from 5 MB to 20 MB"."""
    for match in _FROM.finditer(text):
        text = blank(text, match.start(1), match.end(1))
    return text


def _read(
    parts: tuple[Passage, ...],
    words: str,
    places: tuple[Candidate, ...],
    expecting: tuple[str, ...],
    known: Mapping[str, Any],
    *,
    vietnamese: bool,
) -> _Reading:
    said: list[Candidate] = []
    supposed: list[Candidate] = []
    wanted: list[Intent] = []
    for part in parts:
        candidates = _candidates(part, words, places, expecting, known, vietnamese=vietnamese)
        informs = part.mood is Mood.STATEMENT and bool(candidates)
        wanted += intents(part, informs=informs, expected=bool(expecting))
        match part.mood:
            case Mood.STATEMENT:
                said += candidates
            case Mood.SUPPOSITION:
                supposed += candidates
            case Mood.QUESTION:
                pass
    if any(manipulates(part.text) for part in parts):
        return _Reading(intents=(Intent.OUT_OF_SCOPE,))
    if {Intent.ASK_KNOWLEDGE, Intent.INFORM, Intent.CORRECT} & set(wanted):
        wanted = _without_misfits(parts, wanted)
    return _Reading(
        said=tuple(said), supposed=tuple(supposed), intents=tuple(dict.fromkeys(wanted))
    )


def _without_misfits(parts: tuple[Passage, ...], wanted: list[Intent]) -> list[Intent]:
    """A question without a word of the field belongs to what stands beside it."""
    if any(is_out_of_scope(part.text) for part in parts):
        return wanted
    return [intent for intent in wanted if intent is not Intent.OUT_OF_SCOPE]


def _candidates(
    part: Passage,
    words: str,
    places: tuple[Candidate, ...],
    expecting: tuple[str, ...],
    known: Mapping[str, Any],
    *,
    vietnamese: bool,
) -> list[Candidate]:
    """What a passage says, positions in the whole message; nothing when it is out of scope."""
    if is_out_of_scope(part.text):
        return []
    end = part.start + len(part.text)
    here = [c for c in places if part.start <= c.start < end]
    local = [
        c.model_copy(update={"start": c.start - part.start, "end": c.end - part.start})
        for c in here
    ]
    hoped = (
        (*expecting, *(f for f in known if f not in expecting))
        if corrects(part.text)
        else expecting
    )
    found = with_currency(part.text, measures(part.text, vietnamese=vietnamese))
    found = bursts(part.text, found)
    local += [adjusted(part.text, c, c.end) for c in quantities(part.text, found, hoped)]
    local += choices(words[part.start : end], expecting)
    local = _with_named(local, list(asked(words[part.start : end])))
    local += forgotten(part.text, frozenset(known))
    return [
        c.model_copy(update={"start": c.start + part.start, "end": c.end + part.start})
        for c in local
        if stands(part.text, c)
    ]


#: "scale on CPU at 60 %" says neither that no GPU is needed nor a share of anything.
_CONSUMED = frozenset({*QUANTITIES, "gpu"})


def _with_named(local: list[Candidate], named: list[Candidate]) -> list[Candidate]:
    """Add what is asked for by name; its words say nothing else."""
    free = [
        c
        for c in local
        if c.field not in _CONSUMED or not any(c.start < n.end and n.start < c.end for n in named)
    ]
    return [*free, *named]


def _understanding(
    folded: FoldedText,
    parts: tuple[Passage, ...],
    reading: _Reading,
    facts: tuple[Candidate, ...],
    spoken: Language,
    *,
    clear: bool,
) -> Understanding:
    def fact(candidate: Candidate) -> Fact:
        return Fact(field=candidate.field, value=candidate.value, quote=quote(candidate))

    def quote(candidate: Candidate) -> str:
        return folded.quote(candidate.start, candidate.end).strip()

    refused = tuple(
        Refusal(field=c.field, quote=quote(c), message=c.refusal[0], remedy=c.refusal[1])
        for c in facts
        if c.refusal
    )
    supposed = settled(folded.text, reading.supposed)
    kept = tuple(fact(c) for c in facts if not c.refusal)
    wish = next((f.value for f in kept if f.field == "endpoint_name"), None)
    return Understanding(
        language=spoken,
        language_is_clear=clear,
        intents=reading.intents,
        facts=kept,
        what_if=tuple(fact(c) for c in supposed if not c.refusal),
        refused=refused,
        option=_option(parts),
        question=_question(folded, parts, reading.intents),
        factor=_factor(parts),
        endpoint_name=wish or _target(folded, reading.intents),
    )


def _option(parts: tuple[Passage, ...]) -> str | None:
    for part in parts:
        why = re.search(r"\b(?:why|sao)\b", part.text)
        text = part.text if why else _UNWANTED.sub(lambda m: " " * len(m[0]), part.text)
        named = option_named(text, after=why.start() if why else 0)
        if named:
            return named
    return None


def _question(
    folded: FoldedText, parts: tuple[Passage, ...], wanted: tuple[Intent, ...]
) -> str | None:
    if Intent.ASK_KNOWLEDGE not in wanted:
        return None
    asked = [p for p in parts if Intent.ASK_KNOWLEDGE in intents(p, informs=False, expected=False)]
    if not asked:
        return None
    first, last = asked[0], asked[-1]
    return folded.quote(first.start, last.start + len(last.text)).strip()


def _factor(parts: tuple[Passage, ...]) -> tuple[str, float] | None:
    for part in parts:
        match = _FACTOR.search(part.text) if part.mood is Mood.SUPPOSITION else None
        if not match:
            continue
        what = next((name for name, pattern in _FACTOR_OF if pattern.search(part.text)), None)
        if what:
            return what, _times(match)
    return None


def _times(match: re.Match[str]) -> float:
    if match["double"]:
        return 2.0
    if match["triple"]:
        return 3.0
    if match["half"]:
        return 0.5
    if match["percent"]:
        return 1 + float(match["percent"]) / 100
    if match["less"]:
        return max(0.0, 1 - float(match["less"]) / 100)
    written = match["times"] or match["x"] or match["gap"]
    return _NAMES.get(written) or float(written)


def _target(folded: FoldedText, wanted: tuple[Intent, ...]) -> str | None:
    """The endpoint to act on: "delete fraud-prod", "is fraud-prod up?"."""
    if not {Intent.DELETE, Intent.STATUS, Intent.INVOKE, Intent.UNDO} & set(wanted):
        return None
    for match in _TARGET_NAME.finditer(folded.text):
        if not _NOT_A_NAME.fullmatch(match["name"]):
            return folded.quote(*match.span("name"))
    named = re.search(
        r"\bendpoint\s+(?:named |called |ten )?(?P<name>[a-z][\w-]*\d[\w-]*)\b", folded.text
    )
    return folded.quote(*named.span("name")) if named else None
