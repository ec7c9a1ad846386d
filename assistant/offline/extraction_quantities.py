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
from assistant.offline.settling import denied
from tools.errors import InvalidInputError
from tools.measures import REQUEST_NOUN, Measure, tidy
from tools.quantities import BARE_NUMBER_FIELDS, QUANTITIES, monthly_growth, value_of
from tools.units import Dimension, factor

#: A passage with more numbers is a table or a log, not a wish.
_MOST_MEASURES = 24
_SMALL_WORDS = re.compile(
    r"[\s:=~(-]*(?:(?:is|are|of|at|to|about|around|under|below|up|roughly|be|la|khoang|"
    r"duoi|on|the|a|an|should|must|"
    r"can|may|take|takes|within|than|less|in|max|toi|den|trong|co|tam|just|only|"
    r"maybe|something|like)\s*)*"
)
_MODEL_WORD = (
    r"(?:models?|weights|artifacts?|artefacts?|archive|checkpoint|tarball|pickle|llms?|"
    r"classifier|mo hinh|"
    r"§+)"
)
_MODEL_BEFORE = re.compile(
    rf"\b{_MODEL_WORD}(?:'s)?(?: (?:itself|file|size|is|are|about|around|roughly|approx|"
    rf"of|weighs?|weighing|nang|khoang|co|kich thuoc|dung luong|la|just|only|a|"
    rf"takes up|has|at|tam|artifact|archive|under|below|less than|max|file is)|"
    rf"[\s:=~,(])*$|§+(?: (?:is|weighs|about|nang|co|khoang)|[\s:=~,(])*$"
)
_MODEL_AFTER = re.compile(
    rf"^\)?[\s-]*(?:big |large |heavy )?(?:(?!to\b|for\b|per\b|from\b|in\b|into\b|and\b|"
    rf"of\b|request|payload|input|image|response|output|answer|memory|ram|with|"
    rf"each)[a-z0-9-]+\s){{0,2}}?{_MODEL_WORD}\b"
    r"(?! (?:input|request|payload|output|response))"
)
_PARAMETER_CONTEXT = re.compile(
    r"\b(?:models?|llms?|llama\w*|mistral|gemma|qwen|falcon|gpt\w*|params?|parameters?|"
    r"bloom|phi|mo hinh|tham so)\b"
)
_MODELS = re.compile(
    r"\s+(?:(?!other\b|versions?\b)[a-z-]+\s){0,2}?models\b|\s+(?:mo hinh|model)\b"
)
_SHARED = re.compile(
    r"\b(?:serv\w*|host\w*|endpoints?|deploy\w*|behind|run\w*|share\w*|one per|put|"
    r"trien khai|phuc vu|chay|chung)\b"
)
_CHOOSING = re.compile(
    r"\b(?:compar\w*|candidates?|choose|tried|trained|experiment\w*|between|so sanh)\b"
)
_TRAFFIC_VERB = re.compile(
    r"\b(?:gets?|getting|receiv\w*|handl\w*|scor\w*|process\w*|serv\w*|predict\w*|classif\w*|"
    r"expect\w*|call\w*|hit\w*|pok\w*|ping\w*|quer\w*|invok\w*|used?|traffic|volume|"
    r"load|throughput|"
    r"incoming|comes?|arriv\w*|sees?|nhan|xu ly|luu luong|phuc vu|goi|peak\w*|average)\b"
)
_NO_TRAFFIC_DEED = re.compile(
    r"\b(?:deploy\w*|releas\w*|retrain\w*|train\w*|experiment\w*|ship\w*|commit\w*|"
    r"hir\w*|onboard\w*|"
    r"meet\w*|builds?|publish\w*|huan luyen|phat hanh)\b"
)
_NO_TRAFFIC_NOUN = re.compile(
    r"\b(?:dollars?|usd|euros?|bytes?|[kmgt]i?bs?|hours?|minutes?|seconds?|ms|days?|"
    r"weeks?|deploy\w*|releases?|developers?|people|models?|retrain\w*|training|"
    r"updates?|meetings?|steps?|commits?|epochs?|versions?|features?|new|tokens?|"
    r"frames?|degrees|percent|drops?|do|engineers?|words?|characters?|replicas?|"
    r"instances?|failures?|errors?|gb|us|nguoi dung moi)\b"
)
#: A rate of each user is no traffic until it is multiplied, which is not ours to do.
_EACH = re.compile(
    r"\b(?:each|per|every|a single|moi) (?:\w+ )?(?:users?|customers?|clients?|devices?|"
    r"sensors?|stores?|cameras?|persons?|agents?|"
    r"tenants?|employees?|shops?|nguoi(?: dung)?|khach(?: hang)?|thiet bi)\b"
)
_HEAVY = re.compile(
    r"\b(?:models?|mo hinh|llm)\b(?:(?!\b(?:images?|scans?|files?|anh|tep|requests?|yeu "
    r"cau|payloads?)\b)[^.;]){0,40}"
    r"\b(?:nang|weighs?|weighing)(?: (?:khoang|chung|tam|about|around|roughly|in at))*[\s~]*$"
)
#: Between two measures of one thing: "usually 2 MB, sometimes 20 MB".
_CONTINUES = re.compile(
    r"\b(?:sometimes|occasionally|up to|at worst|max\w*|usually|or|rarely|even|as much "
    r"as|doi khi|co khi|co luc|toi da|len den|hoac)\b"
)
_TURN = re.compile(r"[,;]|\b(?:but|and we|nhung|con)\b")
_PRESENT = re.compile(
    r"\b(?:currently|right now|at the moment|today|as of now|used to|laptop|heroku|"
    r"on-?prem\w*|hien (?:tai|nay|gio)|bay gio|dang la)\b"
)
_PROCESSING = re.compile(
    r"\b(?:tak(?:es|e|ing)|process\w*|runs?|must|should|needs?|want|xu ly|mat)\b"
)
#: A cue that is farther away (characters and boundaries) says nothing about a measure.
_FARTHEST = 70
_EACH_MODEL = re.compile(r"\b(?:models|\d+ mo hinh)\b[^.;]{0,40}\b(?:each|moi (?:mo hinh|cai))\b")
_DATA_NOUN = re.compile(
    r"(?:images?|photos?|pictures?|files?|documents?|docs?|records?|rows?|messages?|"
    r"e?mails?|texts?|videos?|claims?|"
    r"orders?|items?|jobs?|customers?|scans?|pages?|anh|file|tep|tai lieu|ban ghi|tin "
    r"nhan|don hang|khach hang)"
)
_LATER = re.compile(
    r"\b(?:grow\w* (?:from|to)|will (?:be|reach|grow|rise)|eventually|next (?:year|"
    r"month|quarter)|someday|one day|"
    r"in (?:a|one|two|six|\d+) (?:months?|years?)|later on|sau nay|nam sau|sang nam|"
    r"tuong lai|tang (?:tu|len|toi))\b"
)
_UNIT_BEFORE = re.compile(
    r"\b(?:rps|qps|tps|requests? per second|req(?:uest)?s?\s?/\s?s(?:ec)?)\s*(?:(?:is|"
    r"of|at|about|around|la|khoang)\s*|[:=~]\s*)*$"
)
_GROWTH_FACTOR = re.compile(
    r"\b(?:(?P<double>doubl\w+|twice|tang gap doi|gap doi|nhan doi)|(?P<triple>tripl\w+|"
    r"tang gap ba|gap ba)|(?P<ten>(?:grow\w* )?(?P<n>\d+)\s?x|tang gap (?P<m>\d+)(?: "
    r"lan)?))"
    r"\b\s*(?:[a-z]+\s){0,2}?(?:every|each|per|a|an|once (?:a|per)|in (?:a|one)|moi|"
    r"hang|trong (?:mot|1))\s+(?:(?P<count>\d+|two|three|six)\s+)?(?P<period>day|week|"
    r"month|quarter|year|ngay|tuan|thang|quy|nam)s?\b"
)
_NO_GROWTH = re.compile(
    r"\b(?:no growth|won't grow|will not grow|not growing|doesn't grow|isn't growing|"
    r"traffic (?:is|stays?) flat|khong tang(?: truong)?)\b"
)
_PERIOD_WORDS = {"ngay": "day", "tuan": "week", "thang": "month", "quy": "quarter", "nam": "year"}
_COUNTS = {"two": 2, "three": 3, "six": 6}
_PERIODIC_GROWTH = re.compile(
    r"\b(?:(?P<month>monthly|month over month|mom)|(?P<year>yearly|annual(?:ly)?|year over "
    r"year|yoy)|(?P<week>weekly))\b"
)
_NO_COLD_START = re.compile(
    r"\b(?:no|zero|without(?: any)?|avoid|can't (?:have|accept|tolerate|afford)(?: "
    r"any)?|cannot (?:have|accept|tolerate|afford)(?: any)?|don't want(?: any)?|never|"
    r"not (?:tolerate|accept))\s+cold[ -]?starts?\b|"
    r"\bcold[ -]?starts? (?:are|is) (?:not (?:ok|okay|acceptable|allowed|fine)|"
    r"unacceptable|a no-?go)|\b(?:khong (?:duoc |chap nhan |muon )?(?:co )?|tranh "
    r")(?:khoi dong (?:nguoi|lanh)|cold start)\b"
)
_FIRST_PER_INTERVAL = re.compile(
    r"\b(?:a|one|1|mot) (?:single )?(?:request|call|prediction|yeu cau|lan goi)s? (?:every|"
    r"each|per|moi|cach)\s+$"
)


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
    if len(found) > _MOST_MEASURES:
        found = ()
    for measure in found:
        field = _field(passage, measure, found, expecting)
        if field:
            yield _candidate(field, measure)
    yield from _growth_factors(passage)
    for match in _NO_COLD_START.finditer(passage):
        yield Candidate(
            field="cold_start_tolerance_ms",
            value=0.0,
            start=match.start(),
            end=match.end(),
            weight=2,
        )
    for match in _NO_GROWTH.finditer(passage):
        yield Candidate(field="growth_per_month", value=0.0, start=match.start(), end=match.end())


def _is_present(passage: str, measure: Measure) -> bool:
    """Whether a time is how long it takes today or elsewhere, not what is wanted."""
    if measure.dimension is not Dimension.DURATION:
        return False
    left = [m.end() for m in _TURN.finditer(passage, 0, measure.start)]
    right = _TURN.search(passage, measure.end)
    clause = passage[left[-1] if left else 0 : right.start() if right else len(passage)]
    return bool(_PRESENT.search(clause)) and not _PROCESSING.search(clause)


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
            said = measure.unit == "said" or _PARAMETER_CONTEXT.search(near)
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
            total = min(total, _FARTHEST)
        if best is None or total < best[0]:
            best = (total, span.field)
    if best and best[0] > _FARTHEST:
        return None, True  # said about something else
    return (best[1], True) if best else (None, False)


def _shares(passage: str, owner: Measure, measure: Measure) -> bool:
    """Whether `measure` goes on about what `owner` measures, correcting or widening it."""
    if measure.dimension is Dimension.RATE:
        return False
    between = passage[owner.end : measure.start]
    return corrects(between) or bool(_CONTINUES.search(between))


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
    if following and not _SMALL_WORDS.fullmatch(passage[span.end : following.start]):
        following = None
    if re.search(r"\s(?:to|of|at|around|is|toi|den)$", passage[span.start : span.end]):
        previous = None
    if previous and not _SMALL_WORDS.fullmatch(passage[previous.end : span.start]):
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
    if _MODEL_BEFORE.search(before) or _MODEL_AFTER.search(after) or _HEAVY.search(before):
        return "model_size_bytes"
    if _EACH_MODEL.search(passage):
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
    if not _is_traffic(passage, measure) or _EACH.search(passage):
        return None
    if _LATER.search(passage[: measure.end]):
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
    if _NO_TRAFFIC_NOUN.search(measure.noun) or _NO_TRAFFIC_DEED.search(clause):
        return False
    return bool(_DATA_NOUN.fullmatch(measure.noun) or _TRAFFIC_VERB.search(clause))


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
    before = re.search(rf"(?:^|[,;])\s*(?:{COMPARATOR}\s*)*$", passage[: measure.start])
    after = re.match(r"\s*(?:max|tops|budget)?\s*(?:$|[,;.!])", passage[measure.end :])
    return bool(before and after and measure.period)


def _share(passage: str, measure: Measure, expecting: tuple[str, ...]) -> str | None:
    growing = GROWTH.search(passage) or SHRINK.search(passage)
    if measure.dimension is Dimension.SHARE_RATE or growing:
        periodic = measure.period or _PERIODIC_GROWTH.search(passage)
        wanted = growing or "growth_per_month" in expecting
        return "growth_per_month" if wanted and periodic else None
    if IDLE.search(passage) or BUSY.search(passage) or "idle_share" in expecting:
        return "idle_share"
    return None


def _plain(
    passage: str, measure: Measure, found: tuple[Measure, ...], expecting: tuple[str, ...]
) -> str | None:
    if _MODELS.match(passage, measure.end):
        shared = _SHARED.search(passage) and not _CHOOSING.search(passage)
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
        if measure.dimension is Dimension.PLAIN and _UNIT_BEFORE.search(passage[: measure.start]):
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
        elif measure.dimension is Dimension.DURATION and _FIRST_PER_INTERVAL.search(
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
    for match in _GROWTH_FACTOR.finditer(passage):
        number = 2 if match["double"] else 3 if match["triple"] else int(match["n"] or match["m"])
        period = _PERIOD_WORDS.get(match["period"], match["period"])
        count = _COUNTS.get(match["count"] or "", 0) or int(match["count"] or 1)
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
    periodic = _PERIODIC_GROWTH.search(passage)
    if periodic and periodic.lastgroup != "month":
        value = tidy(monthly_growth(value, periodic.lastgroup or "month"))
    return candidate.model_copy(update={"value": value})
