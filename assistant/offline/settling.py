"""From candidates to facts: negations, corrections and several values for one field are settled."""

import re
from collections.abc import Iterable

from assistant.offline.intents import corrects
from assistant.offline.meaning import Candidate
from tools.quantities import QUANTITIES, SMALLER_IS_WORSE

_COMPARING = re.compile(
    r"\b(?:not|no|never|cannot|can't|n't|won't|khong|doesn't|shouldn't|mustn't|should "
    r"not|must not)\s+(?:(?:be|exceed|go|take|cost|spend|duoc|pay|to|have|ever|want|"
    r"wait)\s+)*(?:to\s+)?(?:(?:any )?(?:more|longer|greater|bigger|larger|higher|"
    r"slower|bigger)(?: than)?|over|above|exceed\w*|beyond|past|qua|vuot(?: qua)?|lon "
    r"hon|nhieu hon|lau hon)\s+(?:than\s+)?(?:\w+\s+)?$"
)
_NEGATION = re.compile(
    r"(?:\b(?:not|isn't|isnt|aren't|wasn't|never|don't need|dont need|doesn't need|do "
    r"not need|doesn't have to be|does not have to be|no longer|instead of|rather than|"
    r"not (?:really )?(?:need|want)|don't want|"
    r"khong phai(?: la)?|khong can|thay vi|chu khong(?: phai)?|khong con|khong "
    r"muon))\s+(?:(?:the|a|an|about|around|really|exactly|just|in|for|on|at|under|over|"
    r"below|within|be|to be|necessarily|is|la|o|duoi|trong|khoang|yet|use|using|with|"
    r"any|very|that|so|our)\s+)*$"
)
_CHOICE_NEGATION = re.compile(
    r"(?:\b(?:not|isn't|isnt|aren't|never|no|n't|don't|dont|doesn't|won't|without|"
    r"instead of|rather than|neither|nor|khong|ko|chua|thay vi|khong phai(?: la)?|chu "
    r"khong))\s+(?:(?:the|a|an|any|really|very|need|want|for|in|like|about|use|using|be|"
    r"with|handle|have|on|la|o|phai|can|dung|co|muon|chay|yet|contain|contains|involve|"
    r"our|quite|exactly|going to|going|to|deal|deals|chua|bi)\s+)*$"
)
_CHOICE_NEGATION_AFTER = re.compile(
    r"^\s*(?:(?:is|are|was)(?: not|n't)|isn't|aren't|not (?:yet|needed|required)|khong can|"
    r"is out|won't work)\b"
)
_HEDGE = re.compile(
    r"\b(?:maybe|perhaps|possibly|might|could (?:be|need)|may (?:need|want)|not sure|unsure|"
    r"co le|co the la|chac la|hinh nhu|khong chac|someday|eventually|later on|in the future|"
    r"one day|sau nay)\b"
)
_NATURALLY_NEGATIVE = frozenset(
    {("gpu", "not-needed"), ("streaming", False), ("interactive", False)}
)


def stands(passage: str, candidate: Candidate) -> bool:
    """Whether a candidate is said, not denied or merely thought of ("maybe a GPU")."""
    before = passage[: candidate.start]
    if candidate.weight >= 5:
        return True
    if candidate.field in QUANTITIES:
        return not denied(passage, candidate.start)
    if candidate.field in {"model_source", "sample_path", "endpoint_name"}:
        return not _NEGATION.search(before) and not re.search(
            r"\b(?:don't|dont|do not|never|khong) (?:call|name|use|deploy|dat|"
            r"dung)[^,.;]{0,20}$",
            before,
        )
    if (candidate.field, candidate.value) in _NATURALLY_NEGATIVE:
        return not _HEDGE.search(passage)
    clause = re.split(r"[,;]|\bbut\b|\bnhung\b", before)[-1]
    negated = _CHOICE_NEGATION.search(clause) and not re.search(r"(?:^|\W)no\s*,\s*$", before)
    return not (
        negated
        or _CHOICE_NEGATION_AFTER.match(passage[candidate.end :])
        or _HEDGE.search(clause + passage[candidate.start : candidate.end + 20])
    )


def settled(text: str, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate a field, in the order of the message.

    A later value replaces an earlier one when words of correction stand between them; otherwise the
    worse bound of several quantities is kept, and several different choices stay open.
    """
    by_field: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda c: (c.start, -c.end)):
        by_field.setdefault(candidate.field, []).append(candidate)
    chosen = [_one(text, field, group) for field, group in by_field.items()]
    return tuple(sorted((c for c in chosen if c is not None), key=lambda c: c.start))


def _one(text: str, field: str, group: list[Candidate]) -> Candidate | None:
    group = _not_overlapped(group)
    for index in range(len(group) - 1, 0, -1):
        between = text[group[index - 1].end : group[index].start]
        if corrects(between) or re.search(
            r"[,.;!]\s*(?:no|nope|khong|ko)\b|\b(?:make it|nham)\b", between
        ):
            group = group[index:]
            break
    if field in QUANTITIES:
        return _worst(text, field, group)
    heaviest = max(c.weight for c in group)
    group = [c for c in group if c.weight == heaviest]
    different = {repr(c.value) for c in group}
    if len(different) == 1 or field in _STRICTEST:
        return _strictest(field, group)
    return None


#: Of several values the strictest holds: production data about patients is regulated whatever else
#: it is.
_STRICTEST = {"data_sensitivity": ("regulated", "internal", "public")}


def _strictest(field: str, group: list[Candidate]) -> Candidate:
    order = _STRICTEST.get(field, ())
    return min(group, key=lambda c: order.index(c.value) if c.value in order else 0)


def _not_overlapped(group: list[Candidate]) -> list[Candidate]:
    """Of readings of the same words the heavier, then the longer one."""
    kept: list[Candidate] = []
    for candidate in sorted(group, key=lambda c: (-c.weight, c.start - c.end)):
        if not any(candidate.start < k.end and k.start < candidate.end for k in kept):
            kept.append(candidate)
    return sorted(kept, key=lambda c: c.start)


def _explicit(text: str, candidate: Candidate) -> bool:
    """It is the 95th percentile by name, not another percentile beside it."""
    before, after = text[max(0, candidate.start - 30) : candidate.start], text[candidate.end :]
    return bool(
        re.search(r"\b(?:p95|95th)[^\d]*$", before)
        or re.match(r"\s*(?:at |for |as |\()?(?:the )?(?:p95|95th)", after)
    )


def denied(passage: str, start: int) -> bool:
    """Whether a measure at `start` is denied: "not 50 ms", but not "no more than 50 ms"."""
    before = passage[:start]
    return bool(_NEGATION.search(before)) and not _COMPARING.search(before)


def _worst(text: str, field: str, group: list[Candidate]) -> Candidate:
    if group[-1].value is None:
        return group[-1]
    usable = [c for c in group if c.value is not None] or group
    if field == "latency_p95_ms":
        exact = [c for c in usable if _explicit(text, c)]
        usable = exact or usable
    if any(c.value is None for c in usable):
        return usable[-1]
    return (min if field in SMALLER_IS_WORSE else max)(usable, key=lambda c: c.value)
