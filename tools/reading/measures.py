"""Measures in a text: a number, or a range, with its unit, in base units.

Base units: bytes, seconds, requests per second, US dollars (per month where a period is given),
shares
of one, parameters. All functions take folded text (`tools/folding.py`).
"""

import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from tools.reading.numerals import Numeral, numerals
from tools.reading.units import BYTE_UNITS, TIME_UNITS, Dimension, factor, named, unit_of


class Measure(BaseModel):
    """A measure in a text.

    Attributes:
        dimension: What is measured.
        low: Lower bound in the base unit; equal to `high` unless a range was given.
        high: Upper bound in the base unit.
        start: Index of the first character in the folded text.
        end: Index after the last character.
        period: Unit of time of a rate or an amount of money ("minute"), None without one.
        noun: What a rate counts ("requests"), empty when it was not said.
        currency: "usd", or another currency's name that was given.
        unit: The unit as pint knows it, or "".
        magnitude: What a word such as "thousand" multiplied the number by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimension: Dimension
    low: float
    high: float
    start: int
    end: int
    period: str | None = None
    noun: str = ""
    currency: str = "usd"
    unit: str = ""
    magnitude: float = 1.0


_TIME = named(TIME_UNITS, "time")
_PER = (
    r"(?:/|\bper\b|\bp/|\ban?\b|\beach\b|\bevery\b|\bmoi\b|\bmot\b|\btren\b|\btrong (?:mot|"
    r"1)\b|\btrong moi\b|\bin (?:one|a|an)\b)\s*"
)
_ADVERB = (
    r"(?P<adverb>daily|hourly|monthly|weekly|yearly|annually|per diem|hang ngay|hang gio|"
    r"hang thang|hang tuan)\b"
)
_ADVERBS = {
    "daily": "day",
    "per diem": "day",
    "hang ngay": "day",
    "hourly": "hour",
    "hang gio": "hour",
    "monthly": "month",
    "hang thang": "month",
    "weekly": "week",
    "hang tuan": "week",
    "yearly": "year",
    "annually": "year",
}
#: What a request is called; the second group counts as one only next to words about traffic.
REQUEST_NOUN = (
    r"req(?:uest)?s?|reqs|calls?|hits?|quer(?:y|ies)|predictions?|inferences?|"
    r"invocations?|transactions?|"
    r"requets|reqeusts?|requsts?|api calls?|lookups?|yeu cau|request|luot(?: goi| truy "
    r"cap| du doan| request| yeu cau)?|truy van|cuoc goi|giao dich|"
    r"lan goi|lan du doan|du doan"
)
#: What a request carries; counted as requests.
DATA_NOUN = (
    r"images?|photos?|pictures?|files?|documents?|docs?|records?|rows?|messages?|"
    r"e?mails?|texts?|videos?|claims?|"
    r"orders?|items?|jobs?|customers?|scans?|pages?|anh|file|tep|tai lieu|ban ghi|tin "
    r"nhan|don hang|khach hang"
)
_RATE_ABBREVIATION = re.compile(
    r"\s*(?P<abbreviation>[rqt]ps|[rqt]pm|req/s(?:ec)?|reqs/s(?:ec)?|rph|rpd|hz)(?![a-z0-9])"
)
_ABBREVIATIONS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
_NOUN = (
    rf"(?:\s*(?:[a-z-]+\s+){{0,2}}?(?P<noun>{REQUEST_NOUN})(?:\s+each|\s+coming in|"
    rf"\s+in)?\b|\s+(?P<other_noun>(?:[a-z][a-z-]+)(?:\s[a-z][a-z-]+)?))?"
)
_RATE = re.compile(rf"{_NOUN}\s*,?\s*(?:{_PER}(?:single\s+)?{_TIME}|(?<=[a-z0-9\s]){_ADVERB})")
_BEFORE_RATE = re.compile(
    rf"(?:\b(?:per|each|every|moi|mot|a)\s+{_TIME}|{_ADVERB})[\s,:]*(?:(?:we|i|it|they|"
    rf"chung toi|toi|minh|co|khoang|chung|tam|nhan|get|have|see|receive|expect|handle|serve|about|"
    rf"around|roughly|some|is|are|la|~)\s+){{0,4}}$"
)
_RATE_NOUN_AFTER = re.compile(
    rf"\s*(?:[a-z-]+\s+){{0,1}}?(?P<noun>{REQUEST_NOUN})\b|\s+(?P<data_noun>{DATA_NOUN})\b"
)
_BYTES = re.compile(rf"[\s-]?\s?{named(BYTE_UNITS, 'bytes')}(?!\s?/\s?s|ps)")
_DURATION = re.compile(rf"[\s-]?\s?{_TIME}(?:\s?\+)?")
_PERCENT = re.compile(r"\s?(?:%|percent\b|per cent\b|pct\b|phan tram\b)")
_PARAMETERS = re.compile(
    r"[\s-]*(?:b(?![a-z])[\s-]*)?(?:model\s+)?(?:params?|parameters?|tham so|weights)\b"
)
_BILLIONS = re.compile(r"b(?![a-z0-9])[\s-]*(?P<said>param\w*|tham so)?")
_PERIOD = re.compile(rf"\s*(?:(?:usd|dollars?)\s*)?(?:{_PER}{_TIME}|{_ADVERB})")
_CURRENCY_AFTER = re.compile(
    r"\s?(?:(?P<usd>usd|us dollars?|dollars?|dolars?|bucks|\$|do la(?: my)?|"
    r"do(?=\s*(?:/|moi|mot|thang|chu|thoi|nhe|$|[,.;)])))"
    r"|(?P<other>euros?|eur|€|pounds?|gbp|quid|£|vnd|vnđ|dong|yen|jpy|¥|rupees?|inr|chf|"
    r"francs?|aud|cad|sgd|cny|rmb|yuan|krw|won|d(?=\s*(?:/|moi|mot)\s*thang)))(?![a-z])"
)
_CURRENCY_BEFORE = re.compile(
    r"(?:(?P<usd>us\$|\$|usd)|(?P<other>€|eur|£|gbp|¥|a\$|c\$|s\$|vnd|₫|₹|inr))\s?$"
)
_CONNECTOR = re.compile(
    r"\s*(?:-|~|to\b|and\b|or\b|den\b|toi\b|hoac\b|va\b|hay\b|\.\.\.?|up to\b)\s*"
)
_ARTICLE = re.compile(
    rf"(?:(?<=within )|(?<=up to )|(?<=under )|(?<=below )|(?<=than )|(?<=about )|(?<=takes )|"
    rf"(?<=take )|(?<=in )|(?<=around )"
    rf"|(?<=over )|(?<=least )|(?<=most )|(?<=for )|(?<=nearly )|(?<=sub-)|(?<=sub )|"
    rf"(?<=roughly )|(?<=< ))(?P<article>an?|the|(?=second\b))\s?{_TIME}"
    r"(?P<half>\s+and\s+a\s+half)?"
)
_HALF_AFTER = re.compile(r"\s+(?:and\s+a\s+half|ruoi)\b")


def _rate(text: str, numeral: Numeral) -> Measure | None:
    """Read "rps", "requests a minute", "/s" or "daily" after the number."""
    short = _RATE_ABBREVIATION.match(text, numeral.end)
    if short:
        written = short["abbreviation"]
        period = "second" if "/" in written or written == "hz" else _ABBREVIATIONS[written[-1]]
        return _measured(numeral, Dimension.RATE, f"request / {period}", short.end(), period, "rps")
    match = _RATE.match(text, numeral.end)
    if match:
        period = (
            _ADVERBS[match["adverb"]] if match["adverb"] else unit_of(match["time"], duration=True)
        )
        noun = match["noun"] or match["other_noun"] or ""
        return _measured(
            numeral, Dimension.RATE, f"request / {period}", match.end(), period, noun.strip()
        )
    noun_after = _RATE_NOUN_AFTER.match(text, numeral.end)
    before = (
        _BEFORE_RATE.search(text, max(0, numeral.start - 60), numeral.start) if noun_after else None
    )
    if noun_after and before:
        period = (
            _ADVERBS[before["adverb"]]
            if before["adverb"]
            else unit_of(before["time"], duration=True)
        )
        return _measured(
            numeral,
            Dimension.RATE,
            f"request / {period}",
            noun_after.end(),
            period,
            noun_after["noun"] or noun_after["data_noun"],
        )
    return None


_BASES = {
    Dimension.BYTES: "byte",
    Dimension.DURATION: "second",
    Dimension.RATE: "request / second",
}


def _measured(
    numeral: Numeral,
    dimension: Dimension,
    unit: str,
    end: int,
    period: str | None = None,
    noun: str = "",
) -> Measure:
    value = tidy(numeral.value * factor(unit, _BASES[dimension]))
    return Measure(
        dimension=dimension,
        low=value,
        high=value,
        start=numeral.start,
        end=end,
        period=period,
        noun=noun,
        unit=unit,
    )


def tidy(value: float) -> float:
    """Remove the noise of binary fractions (0.30000000000000004), keep true fractions (7/6)."""
    rounded = float(f"{value:.12g}")
    return rounded if len(repr(rounded)) <= 12 else value


def _money(text: str, numeral: Numeral) -> Measure | None:
    before = _CURRENCY_BEFORE.search(text, max(0, numeral.start - 4), numeral.start)
    after = _CURRENCY_AFTER.match(text, numeral.end)
    if not before and not after:
        return None
    sign = before or after
    if sign is None:
        return None
    start = before.start() if before else numeral.start
    end = after.end() if after else numeral.end
    period_match = _PERIOD.match(text, end)
    period = None
    value = numeral.value
    if start and text[start - 1] == "-" and not text[: start - 1].rstrip()[-1:].isalnum():
        start, value = start - 1, -value
    if period_match:
        adverb = period_match["adverb"]
        period = _ADVERBS[adverb] if adverb else unit_of(period_match["time"], duration=True)
        end = period_match.end()
        value = tidy(value * factor(f"usd / {period}", "usd / month"))
    return Measure(
        dimension=Dimension.MONEY,
        low=value,
        high=value,
        start=start,
        end=end,
        period=period,
        currency="usd" if sign["usd"] else sign["other"],
    )


def _share(text: str, numeral: Numeral) -> Measure | None:
    percent = _PERCENT.match(text, numeral.end)
    if not percent:
        return None
    share = tidy(numeral.value / 100)
    period_match = _PERIOD.match(text, percent.end())
    period = None
    if period_match:
        adverb = period_match["adverb"]
        period = _ADVERBS[adverb] if adverb else unit_of(period_match["time"], duration=True)
    return Measure(
        dimension=Dimension.SHARE_RATE if period else Dimension.SHARE,
        low=share,
        high=share,
        start=numeral.start,
        end=period_match.end() if period_match else percent.end(),
        period=period,
    )


def _simple(text: str, numeral: Numeral) -> Measure | None:
    """Read bytes, a duration or a number of parameters after the number."""
    size = _BYTES.match(text, numeral.end)
    if size:
        return _measured(
            numeral, Dimension.BYTES, unit_of(size["bytes"], duration=False), size.end()
        )
    parameters = _PARAMETERS.match(text, numeral.end)
    billions = _BILLIONS.match(text, numeral.end)
    if parameters or billions:
        match = parameters or billions
        scale = 1e9 if billions and numeral.value < 1e6 else 1.0
        value = numeral.value * scale
        return Measure(
            dimension=Dimension.PARAMETERS,
            low=value,
            high=value,
            start=numeral.start,
            end=match.end() if match else numeral.end,
            unit="said" if parameters else "",
        )
    return _duration(text, numeral)


def _duration(text: str, numeral: Numeral) -> Measure | None:
    time = _DURATION.match(text, numeral.end)
    if not time:
        return None
    unit, end, value = unit_of(time["time"], duration=True), time.end(), numeral.value
    half = _HALF_AFTER.match(text, end)
    if half:
        value, end = value + 0.5, half.end()
    return _measured(numeral.model_copy(update={"value": value}), Dimension.DURATION, unit, end)


def _article_durations(text: str) -> Iterator[Measure]:
    """Read "within a second", "under an hour and a half", "sub-second"."""
    for match in _ARTICLE.finditer(text):
        start = match.start("article")
        value = 1.5 if match["half"] else 1.0
        numeral = Numeral(value=value, start=start, end=match.end("time"))
        unit = unit_of(match["time"], duration=True)
        yield _measured(numeral, Dimension.DURATION, unit, match.end())


def _single(text: str, numeral: Numeral) -> Measure:
    found = (
        _money(text, numeral)
        or _share(text, numeral)
        or _rate(text, numeral)
        or _simple(text, numeral)
    )
    if found:
        return found.model_copy(update={"magnitude": numeral.magnitude})
    return Measure(
        dimension=Dimension.PLAIN,
        low=numeral.value,
        high=numeral.value,
        start=numeral.start,
        end=numeral.end,
        magnitude=numeral.magnitude,
    )


def _joined(  # noqa: PLR0911 (each return is one way in which two measures are not one)
    first: Measure, second: Measure, between: str
) -> Measure | None:
    """Join "10-20 MB", "500 KB to 2 MB" and "1 h 30 min" into one measure."""
    both = {first.dimension, second.dimension}
    if both == {Dimension.DURATION} and re.fullmatch(r"\s*(?:and|va|,)?\s*", between):
        if factor(first.unit, "second") > factor(second.unit, "second"):
            total = tidy(first.low + second.low)
            return first.model_copy(update={"low": total, "high": total, "end": second.end})
        return None
    if not _CONNECTOR.fullmatch(between) or second.dimension is Dimension.PLAIN:
        return None
    if first.dimension is Dimension.PLAIN:
        scale = _scale(second)
        low = tidy(first.low * scale)
        if first.magnitude == 1 and low * second.magnitude <= second.high:
            low *= second.magnitude  # "2-3 million"
        if low > second.high and re.search(r"and|va|or|hay|hoac", between):
            return None  # "3 and 2 MB" is no range
        return second.model_copy(
            update={
                "low": min(low, second.high),
                "high": max(low, second.high),
                "start": first.start,
            }
        )
    loose = re.search(r"\b(?:and|va|or|hay|hoac)\b", between)
    if first.dimension is second.dimension and not loose:
        return second.model_copy(
            update={
                "low": min(first.low, second.low),
                "high": max(first.high, second.high),
                "start": first.start,
            }
        )
    return None


def _scale(measure: Measure) -> float:
    match measure.dimension:
        case Dimension.BYTES | Dimension.DURATION | Dimension.RATE:
            return factor(measure.unit, _BASES[measure.dimension])
        case Dimension.SHARE | Dimension.SHARE_RATE:
            return 0.01
        case Dimension.MONEY if measure.period:
            return factor(f"usd / {measure.period}", "usd / month")
        case _:
            return 1.0


def measures(text: str, *, vietnamese: bool = False) -> tuple[Measure, ...]:
    """Every number of a folded text with its unit, in order; numbers without a unit are `PLAIN`.

    Args:
        text: Folded text.
        vietnamese: "1.500" is fifteen hundred, not one and a half.
    """
    found: list[Measure] = []
    singles = [_single(text, n) for n in numerals(text, vietnamese=vietnamese)]
    singles += [
        m for m in _article_durations(text) if not any(s.start <= m.start < s.end for s in singles)
    ]
    for measure in sorted(singles, key=lambda m: m.start):
        last = found[-1] if found else None
        if last and measure.start < last.end:
            continue  # "one" of "50 requests in one minute"
        joined = _joined(last, measure, text[last.end : measure.start]) if last else None
        if joined:
            found[-1] = joined
        else:
            found.append(measure)
    return tuple(found)
