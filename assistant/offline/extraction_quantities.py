"""Measures of a passage given to the requirements they belong to."""

import re
from collections.abc import Iterator

from assistant.offline.cues import (
    BOUNDARY,
    BUDGET,
    BUSY,
    COMPARATOR,
    CUES,
    GROWTH,
    IDLE,
    NO_BUDGET,
    SHRINK,
    CueSpan,
)
from assistant.offline.intents import corrects
from assistant.offline.meaning import Candidate
from assistant.offline.quantity_words import (
    CHOOSING,
    CONTINUES,
    COUNTS,
    DATA_NOUN,
    EACH,
    EACH_MODEL,
    FARTHEST,
    FIRST_PER_INTERVAL,
    GROWTH_FACTOR,
    HEAVY,
    LATER,
    MODEL_AFTER,
    MODEL_BEFORE,
    MODELS,
    MOST_MEASURES,
    NO_COLD_START,
    NO_GROWTH,
    NO_TRAFFIC_DEED,
    NO_TRAFFIC_NOUN,
    PARAMETER_CONTEXT,
    PERIOD_WORDS,
    PERIODIC_GROWTH,
    PRESENT,
    PROCESSING,
    SHARED,
    SMALL_WORDS,
    TRAFFIC_VERB,
    TURN,
    UNIT_BEFORE,
)
from assistant.offline.settling import denied
from tools.errors import InvalidInputError
from tools.quantities import BARE_NUMBER_FIELDS, QUANTITIES, monthly_growth, value_of
from tools.reading.measures import REQUEST_NOUN, Measure, tidy
from tools.reading.units import Dimension, factor


def quantities(
    passage: str, found: tuple[Measure, ...], expecting: tuple[str, ...]
) -> Iterator[Candidate]:
    """Yield what the measures of one passage say.

    Args:
        passage: Folded text of the passage, foreign numbers blanked out.
        found: Its measures; positions are indices into `passage`.
        expecting: Fields that the assistant has just asked for.
    """
    found = tuple(m for m in found if not denied(passage, m.start) and not _is_present(passage, m))
    if len(found) > MOST_MEASURES:
        found = ()
    for measure in found:
        field = _field(passage, measure, found, expecting)
        if field:
            yield _candidate(field, measure)
    yield from _growth_factors(passage)
    for match in NO_COLD_START.finditer(passage):
        yield Candidate(
            field="cold_start_tolerance_ms",
            value=0.0,
            start=match.start(),
            end=match.end(),
            weight=2,
        )
    for match in NO_GROWTH.finditer(passage):
        yield Candidate(field="growth_per_month", value=0.0, start=match.start(), end=match.end())


def _is_present(passage: str, measure: Measure) -> bool:
    """Whether a time is how long it takes today or elsewhere, not what is wanted."""
    if measure.dimension is not Dimension.DURATION:
        return False
    left = [m.end() for m in TURN.finditer(passage, 0, measure.start)]
    right = TURN.search(passage, measure.end)
    clause = passage[left[-1] if left else 0 : right.start() if right else len(passage)]
    return bool(PRESENT.search(clause)) and not PROCESSING.search(clause)


def _candidate(field: str, measure: Measure) -> Candidate:
    weight = 1
    dimension = QUANTITIES[field][0]
    if measure.dimension is Dimension.PLAIN and dimension is Dimension.PLAIN:
        dimension = Dimension.PLAIN
    try:
        value, refusal = value_of(field, measure), None
    except InvalidInputError as error:
        value, refusal = None, (error.message, error.remedy)
    return Candidate(
        field=field,
        value=value,
        start=measure.start,
        end=measure.end,
        weight=weight,
        refusal=refusal,
    )


def _field(  # noqa: PLR0911 (one a dimension)
    passage: str, measure: Measure, found: tuple[Measure, ...], expecting: tuple[str, ...]
) -> str | None:
    match measure.dimension:
        case Dimension.BYTES:
            return _size(passage, measure, found, expecting)
        case Dimension.DURATION:
            return _duration(passage, measure, found, expecting)
        case Dimension.RATE:
            return _rate(passage, measure, found, expecting)
        case Dimension.MONEY:
            return _money(passage, measure, expecting)
        case Dimension.SHARE | Dimension.SHARE_RATE:
            return _share(passage, measure, expecting)
        case Dimension.PARAMETERS:
            near = passage[max(0, measure.start - 30) : measure.end + 20]
            said = measure.unit == "said" or PARAMETER_CONTEXT.search(near)
            return "model_parameters" if said or "model_parameters" in expecting else None
        case _:
            return _plain(passage, measure, found, expecting)


def _nearest(passage: str, measure: Measure, found: tuple[Measure, ...]) -> tuple[str | None, bool]:
    """The field of the cue that is nearest to `measure`; whether there is a cue at all."""
    same = [m for m in found if m.dimension is measure.dimension] or [measure]
    spans = _cue_spans(passage, measure)
    cue_first = bool(spans) and min(s.start for s in spans) < min(m.start for m in same)
    earlier = [m for m in same if m.end <= measure.start]
    goes_on = bool(earlier) and _shares(passage, earlier[-1], measure)
    best: tuple[int, str | None] | None = None
    for span in spans:
        owner = _owner(passage, span, same, cue_first=cue_first)
        if owner is not None and owner is not measure and not _shares(passage, owner, measure):
            continue
        total = _distance(passage, span, measure, same, cue_first=cue_first)
        if owner is not None and owner is not measure:
            total += 60
        if goes_on:
            total = min(total, FARTHEST)
        if best is None or total < best[0]:
            best = (total, span.field)
    if best and best[0] > FARTHEST:
        return None, True  # said about something else
    return (best[1], True) if best else (None, False)


def _shares(passage: str, owner: Measure, measure: Measure) -> bool:
    """Whether `measure` goes on about what `owner` measures, correcting or widening it."""
    if measure.dimension is Dimension.RATE:
        return False
    between = passage[owner.end : measure.start]
    return corrects(between) or bool(CONTINUES.search(between))


def _distance(
    passage: str, span: CueSpan, measure: Measure, same: list[Measure], *, cue_first: bool
) -> int:
    after = span.start >= measure.end
    gap = passage[measure.end : span.start] if after else passage[span.end : measure.start]
    between = sum(
        1
        for m in same
        if m is not measure
        and min(span.end, measure.end) <= m.start < max(span.start, measure.start)
    )
    penalty = 25 * len(BOUNDARY.findall(gap)) + 40 * between + (3 if after == cue_first else 0)
    return len(gap.strip()) + penalty + span.cost


def _owner(passage: str, span: CueSpan, same: list[Measure], *, cue_first: bool) -> Measure | None:
    """The measure that a cue stands beside with nothing but small words between."""
    following = next((m for m in same if m.start >= span.end), None)
    previous = next((m for m in reversed(same) if m.end <= span.start), None)
    if following and not SMALL_WORDS.fullmatch(passage[span.end : following.start]):
        following = None
    if re.search(r"\s(?:to|of|at|around|is|toi|den)$", passage[span.start : span.end]):
        previous = None
    if previous and not SMALL_WORDS.fullmatch(passage[previous.end : span.start]):
        previous = None
    if following and previous:
        return following if cue_first else previous
    return following or previous


def _cue_spans(passage: str, measure: Measure) -> list[CueSpan]:
    spans = [
        CueSpan(match.start(), match.end(), cue.field, cue.cost)
        for cue in CUES[measure.dimension]
        for match in cue.pattern.finditer(passage)
        if match.end() <= measure.start or match.start() >= measure.end
    ]
    kept: list[CueSpan] = []
    for span in sorted(spans, key=lambda s: s.start - s.end):
        if not any(k.start <= span.start and span.end <= k.end for k in kept):
            kept.append(span)
    return kept


def _expected(dimension: Dimension, expecting: tuple[str, ...]) -> list[str]:
    return [field for field in expecting if QUANTITIES.get(field, (None,))[0] is dimension]


def _size(
    passage: str, measure: Measure, found: tuple[Measure, ...], expecting: tuple[str, ...]
) -> str | None:
    before, after = passage[: measure.start], passage[measure.end :]
    if MODEL_BEFORE.search(before) or MODEL_AFTER.search(after) or HEAVY.search(before):
        return "model_size_bytes"
    if EACH_MODEL.search(passage):
        return None  # the size of one of several models is neither
    field, cued = _nearest(passage, measure, found)
    if cued:
        return field
    if re.search(r"\([^)]*$", before):
        return None  # "our engine (LightGBM, 60 MB)": an aside about what stands before it
    return _uncued(passage, Dimension.BYTES, measure, found, expecting, "request_payload_bytes")


def _uncued(
    passage: str,
    dimension: Dimension,
    measure: Measure,
    found: tuple[Measure, ...],
    expecting: tuple[str, ...],
    default: str | None,
) -> str | None:
    """The field of a measure that no word explains: the one asked for, or the default."""
    asked = _expected(dimension, expecting)
    same = [m for m in found if m.dimension is dimension]
    place = same.index(measure)
    if (place and corrects(passage[same[place - 1].end : measure.start])) or (
        place + 1 < len(same) and corrects(passage[measure.end : same[place + 1].start])
    ):
        same = [measure]
    if len(same) > 1:
        return asked[same.index(measure)] if len(asked) == len(same) else None
    if default in asked or not asked:
        return default
    return asked[0] if len(asked) == 1 else None


def _duration(
    passage: str, measure: Measure, found: tuple[Measure, ...], expecting: tuple[str, ...]
) -> str | None:
    if measure.unit in {"day", "week", "month", "year"}:
        return None  # plans and histories, not answers
    field, cued = _nearest(passage, measure, found)
    if cued:
        return field
    milliseconds = measure.unit in {"millisecond", "microsecond"}
    return _uncued(
        passage,
        Dimension.DURATION,
        measure,
        found,
        expecting,
        "latency_p95_ms" if milliseconds else None,
    )


def _rate(
    passage: str, measure: Measure, found: tuple[Measure, ...], expecting: tuple[str, ...]
) -> str | None:
    if not _is_traffic(passage, measure) or EACH.search(passage):
        return None
    if LATER.search(passage[: measure.end]):
        return None
    field, cued = _nearest(passage, measure, found)
    if cued:
        return field
    others = [m for m in found if m.dimension is Dimension.RATE and m is not measure]
    if any(_nearest(passage, m, found)[0] == "peak_requests_per_second" for m in others):
        return "average_requests_per_second"
    asked = _expected(Dimension.RATE, expecting)
    if len(asked) == 1:
        return asked[0]
    momentary = measure.period in {"second", "minute"}
    return "peak_requests_per_second" if momentary else "average_requests_per_second"


def _is_traffic(passage: str, measure: Measure) -> bool:
    """Whether a rate counts requests; other nouns must stand beside a word about traffic."""
    if not measure.noun:
        return measure.period is not None
    if measure.noun == "rps" or re.fullmatch(REQUEST_NOUN, measure.noun):
        return True
    left = [m.end() for m in BOUNDARY.finditer(passage, 0, measure.start)]
    right = BOUNDARY.search(passage, measure.end)
    clause = passage[left[-1] if left else 0 : right.start() if right else len(passage)]
    if NO_TRAFFIC_NOUN.search(measure.noun) or NO_TRAFFIC_DEED.search(clause):
        return False
    return bool(DATA_NOUN.fullmatch(measure.noun) or TRAFFIC_VERB.search(clause))


def _money(passage: str, measure: Measure, expecting: tuple[str, ...]) -> str | None:
    if "budget_usd_per_month" in expecting and not NO_BUDGET.search(passage):
        return "budget_usd_per_month"
    rest = passage[: measure.start] + passage[measure.end :]
    alone = len(re.findall(r"\w+", rest)) <= 1
    if NO_BUDGET.search(rest) and not re.search(r"\b(?:budget|ngan sach)\b", rest):
        return None
    return (
        "budget_usd_per_month"
        if BUDGET.search(rest) or alone or _cornered(passage, measure)
        else None
    )


def _cornered(passage: str, measure: Measure) -> bool:
    """The amount stands alone between commas: "sklearn, 2 KB, $200 a month"."""
    before = re.search(rf"(?:^|[,;]|\s-)\s*(?:{COMPARATOR}\s*)*$", passage[: measure.start])
    after = re.match(r"\s*(?:max|tops|budget)?\s*(?:$|[,;.!])", passage[measure.end :])
    return bool(before and after and measure.period)


def _share(passage: str, measure: Measure, expecting: tuple[str, ...]) -> str | None:
    growing = GROWTH.search(passage) or SHRINK.search(passage)
    if measure.dimension is Dimension.SHARE_RATE or growing:
        periodic = measure.period or PERIODIC_GROWTH.search(passage)
        wanted = growing or "growth_per_month" in expecting
        return "growth_per_month" if wanted and periodic else None
    if IDLE.search(passage) or BUSY.search(passage) or "idle_share" in expecting:
        return "idle_share"
    return None


def _plain(
    passage: str, measure: Measure, found: tuple[Measure, ...], expecting: tuple[str, ...]
) -> str | None:
    if MODELS.match(passage, measure.end):
        shared = SHARED.search(passage) and not CHOOSING.search(passage)
        return "model_count" if shared or "model_count" in expecting else None
    rates = [m for m in found if m.dimension is Dimension.RATE]
    if rates:
        return None  # settled by `bursts`
    fields = [f for f in expecting if f in QUANTITIES]
    words = re.findall(r"[a-z]+", passage)
    bare = [f for f in fields if f in BARE_NUMBER_FIELDS]
    rate_only = set(bare) <= {"peak_requests_per_second", "average_requests_per_second"}
    if len(bare) != len(fields) or not bare or len(words) > 4 or len(found) > 1:
        return None
    if len(bare) > 1:
        return "peak_requests_per_second" if rate_only else None
    return bare[0]


def bursts(passage: str, found: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """Give "bursts to 500" after "100 rps" its unit, and "every 5 seconds" a rate."""
    result: list[Measure] = []
    rate = next((m for m in found if m.dimension is Dimension.RATE), None)
    for measure in found:
        if measure.dimension is Dimension.PLAIN and UNIT_BEFORE.search(passage[: measure.start]):
            given = {"dimension": Dimension.RATE, "period": "second"}
            result.append(measure.model_copy(update=given))
            continue
        if rate and measure.dimension is Dimension.PLAIN and _beside_peak(passage, measure):
            scale = rate.high and tidy(_per_second(rate))
            result.append(
                measure.model_copy(
                    update={
                        "dimension": Dimension.RATE,
                        "low": measure.low * scale,
                        "high": measure.high * scale,
                        "period": rate.period,
                    }
                )
            )
        elif measure.dimension is Dimension.DURATION and FIRST_PER_INTERVAL.search(
            passage[: measure.start]
        ):
            per_second = 1 / measure.high if measure.high > 0 else 0.0
            result.append(
                measure.model_copy(
                    update={
                        "dimension": Dimension.RATE,
                        "low": per_second,
                        "high": per_second,
                        "period": "hour",
                    }
                )
            )
        else:
            result.append(measure)
    return tuple(result)


def _per_second(rate: Measure) -> float:

    return factor(f"request / {rate.period}", "request / second")


def _beside_peak(passage: str, measure: Measure) -> bool:
    before = passage[max(0, measure.start - 40) : measure.start]
    after = passage[measure.end : measure.end + 20]
    cue = (
        r"(?:avg|average|averaging|mean|trung binh|peaks?|burst\w*|spik\w*|up|max\w*|"
        r"surges?|cao diem|dinh|toi da|len)"
    )
    return bool(
        re.search(
            rf"\b{cue}(?:\s+(?:to|of|at|around|about|is|are|maybe|toi|den|la|khoang|can|"
            rf"reach|hit|hits))*\s*[:=~]?\s*$",
            before,
        )
        or re.match(rf"\s*(?:at|in|on|during|luc|gio)?\s*(?:the\s+)?{cue}\b", after)
    )


def _growth_factors(passage: str) -> Iterator[Candidate]:
    for match in GROWTH_FACTOR.finditer(passage):
        number = 2 if match["double"] else 3 if match["triple"] else int(match["n"] or match["m"])
        period = PERIOD_WORDS.get(match["period"], match["period"])
        count = COUNTS.get(match["count"] or "", 0) or int(match["count"] or 1)
        months = {"day": 24 / 730, "week": 168 / 730, "month": 1.0, "quarter": 3.0, "year": 12.0}[
            period
        ]
        if not 1 < number <= 1000 or not 0 < count <= 1000:
            continue
        value = tidy(number ** (1 / (months * count)) - 1) if months * count > 0.01 else 0.0
        yield Candidate(
            field="growth_per_month", value=value, start=match.start(), end=match.end(), weight=2
        )


def adjusted(passage: str, candidate: Candidate, measure_end: int) -> Candidate:
    """Turn "used 10% of the time" into idleness and "shrinking 5%" into negative growth."""
    if candidate.value is None:
        return candidate
    if candidate.field == "idle_share" and BUSY.search(passage) and not IDLE.search(passage):
        return candidate.model_copy(update={"value": tidy(1 - candidate.value)})
    if candidate.field == "growth_per_month" and candidate.weight == 1:
        return _periodic(passage, candidate)
    return candidate


def _periodic(passage: str, candidate: Candidate) -> Candidate:
    value = candidate.value
    if SHRINK.search(passage) and not GROWTH.search(passage):
        value = -value
    periodic = PERIODIC_GROWTH.search(passage)
    if periodic and periodic.lastgroup != "month":
        value = tidy(monthly_growth(value, periodic.lastgroup or "month"))
    return candidate.model_copy(update={"value": value})
