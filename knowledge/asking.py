"""What a question asks for: a quantity of a unit, yes or no, a comparison, a reason, steps."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["quantity", "yes-no", "comparison", "reason", "steps", "plain"]
Dimension = Literal["time", "bytes", "price", "percent", "characters", "count"]
Bound = Literal["max", "min", "default"]

_PRICE = (
    r"\b(?:cost|costs|price|prices|how much (?:is|does|do)|usd|charged?)\b|"
    r"\bgiá\b(?! trị)|chi phí|bao nhiêu tiền"
)
_CHARACTERS = (
    r"\bcharacters?\b|\bký tự\b|"
    r"how long (?:can|may|is)[^?]*(?:\b(?:names?|ids?|keys?)|Id)\b|name length"
)
_TIME = (
    r"\bhow (?:long|quickly|soon|fast|often|late)\b|\btime-?outs?\b|\btime limit|\b(?:how many|of) "
    r"(?:seconds|minutes|hours|days|weeks)\b|\bcool-?downs?\b|\btime\b|\blongest\b|\bTTL\b|bao "
    r"lâu|thời gian"
    r"|mấy (?:giây|phút)|bao nhiêu (?:giây|phút|giờ)|TimeoutInSeconds|\b\w+InSeconds\b|"
    r"RequestTTL\w*"
)
_BYTES = (
    r"\bpayloads?\b|"
    r"\bhow (?:big|large)[^?]*\b(?:files?|requests?|images?|inputs?|bod(?:y|ies))\b|"
    r"\bmemory\b|\bdisk\b|\bstorage\b|\b(?:image|body|file|"
    r"request|"
    r"volume|total) size\b|\bbiggest\b|\blargest (?:input|file|request)|\bhow many (?:bytes|mb|"
    r"gb)\b|\bbytes\b"
    r"|\w+In(?:MB|GB)\b|bộ nhớ|dung lượng|tệp lớn|bao nhiêu (?:mb|gb)"
)
_PERCENT = r"\bshare of\b|\bpercent|\bhow much traffic\b|phần trăm|tỷ lệ"
_COUNT = r"\bhow many\b|\bnumber of\b|\bhighest\b|\bmaxim\w+ \w*concurren|\bMax\w+|bao nhiêu|mấy"
_DIMENSIONS: tuple[tuple[Dimension, re.Pattern[str]], ...] = (
    ("price", re.compile(_PRICE, re.IGNORECASE)),
    ("characters", re.compile(_CHARACTERS, re.IGNORECASE)),
    ("time", re.compile(_TIME, re.IGNORECASE)),
    ("percent", re.compile(_PERCENT, re.IGNORECASE)),
    ("bytes", re.compile(_BYTES, re.IGNORECASE)),
    ("count", re.compile(_COUNT, re.IGNORECASE)),
)
_QUANTITY = re.compile(
    r"\bhow (?:long|big|large|much|many|quickly|often|soon)\b|\b(?:limits?|maximum|max|minimum|"
    r"min|default|"
    r"largest|biggest|highest|lowest|longest|smallest|most|cost|price)\b|\bat most\b|"
    r"\bup to\b|\bwhat (?:payload|memory|time-?out|port)\b|"
    r"\bwhat (?:value|size)\b|\bwhich "
    r"port\b|\btime-?out\b"
    r"|bao nhiêu|bao lâu|tối đa|tối thiểu|mặc định|lớn nhất|lâu nhất|giới hạn|cổng nào|"
    r"\bgiá\b(?! trị)|\bmấy\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"\bhow (?:long|big|large|much|many)\b|bao nhiêu|bao lâu|\bmấy\b|\bgiá\b(?! trị)|\bwhat "
    r"(?:does|do) .+ (?:cost|charge)\b"
    r"|\bthroughput\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^\s*(?:can|could|does|do|did|is|are|may|might|will|would|should|must|has|have|am)\b|"
    r"\b(?:có|được)\b.*\b(?:không|chưa)\s*\W*$|\bhết\b.*\bkhông\s*\W*$|\bphải không\b",
    re.IGNORECASE,
)
_COMPARISONS = (
    re.compile(r"differences? between (?P<a>.+?) (?:and|vs\.?) (?P<b>[^?,:;]+)", re.IGNORECASE),
    re.compile(r"\bcompar\w+ (?P<a>.+?) (?:and|with|to|vs\.?) (?P<b>[^?,:;.]+)", re.IGNORECASE),
    re.compile(
        r"(?:how (?:does|do|is|are) )(?P<a>.+?) (?:differ\w*|different) from (?P<b>[^?,:;]+)", re.I
    ),
    re.compile(
        r"^(?P<a>[^?,:;]+?) (?:vs\.?|versus|or|rather than) (?P<b>[^?,:;]+)[?:,]", re.IGNORECASE
    ),
    re.compile(r"^(?P<a>[^?,:;]+?) (?:vs\.?|versus) (?P<b>[^?,:;]+)", re.IGNORECASE),
    re.compile(
        r"^(?P<a>.+?) "
        r"(?:khác gì(?: so)? với|khác gì|khác|so với) (?P<b>.+?)(?: ở (?:chỗ|điểm)| thế|\?|$)",
        re.I,
    ),
)
_REASON = re.compile(r"\bwhy\b|\bvì sao\b|\btại sao\b|\breason\b", re.IGNORECASE)
_STEPS = re.compile(
    r"\bhow (?:do|can|should|would|to)\b|\bwhat should i do\b|\bsteps\b|làm (?:sao|thế nào)|cách "
    r"nào",
    re.IGNORECASE,
)
_BOUNDS: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    (
        "default",
        re.compile(
            r"\bdefault|"
            r"\bdo not set\b|\bunset\b|\bnot set\b|\bwithout setting\b|mặc định|không đặt",
            re.I,
        ),
    ),
    (
        "min",
        re.compile(
            r"\bmin(?:imum)?\b|\b(?:smallest|lowest|shortest|least)\b|tối thiểu|nhỏ nhất", re.I
        ),
    ),
    (
        "max",
        re.compile(
            r"\bmax|"
            r"\b(?:largest|biggest|highest|longest|most|limits?|"
            r"how (?:long|big|large|many))\b|tối đa|nhất|giới hạn",
            re.I,
        ),
    ),
)
_NAMES = re.compile(
    r"\b(?:which|what) (?:\w+ ){0,2}(?:parameters?|headers?|fields?|settings?|metrics?|actions?|"
    r"permissions?|calls?|api|apis|operations?|errors?|variables?|propert(?:y|ies)|header)\b|"
    r"\b(?:tham số|thiết lập|chỉ số|quyền|biến môi trường|trường|lệnh gọi) nào\b",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"\b[A-Za-z]+[a-z][A-Z]\w*")  # MaxPayloadInMB asks for no maximum
_REAL_TIME = re.compile(r"real-?\s?time|thời gian thực", re.IGNORECASE)
_JOINED = re.compile(r"\?\s+(?=\w)|;\s+|,?\s+(?:and|as well as|và)\s+", re.IGNORECASE)
_MOST_PARTS = 3


class Wanted(BaseModel):
    """What a question asks for.

    Attributes:
        kind: What the answer has to begin with.
        dimension: Of the quantity; None where none is told.
        bounds: Which value: several where the question asks for several.
        amount: Whether only a number answers it.
        names_wanted: Whether a setting, header, metric or the like is asked for by its name.
        sides: Both sides of a comparison; else empty.
        parts: Questions that stand joined in one, as put; empty when it is one question.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    dimension: Dimension | None = None
    bounds: tuple[Bound, ...] = ()
    amount: bool = False
    names_wanted: bool = False
    sides: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def wanted_by(question: str) -> Wanted:
    """What a question, in English or Vietnamese, asks for."""
    sides = _sides(question)
    dimension = _dimension(question)
    return Wanted(
        kind=_kind(question, sides),
        dimension=dimension,
        names_wanted=_NAMES.search(question) is not None,
        amount=_AMOUNT.search(question) is not None,
        bounds=tuple(
            name for name, words in _BOUNDS if words.search(_IDENTIFIER.sub(" ", question))
        ),
        sides=sides,
        parts=() if sides else _parts(question),
    )


def _dimension(question: str) -> Dimension | None:
    told = _REAL_TIME.sub(" ", question)
    return next((name for name, words in _DIMENSIONS if words.search(told)), None)


def _kind(question: str, sides: tuple[str, ...]) -> Kind:
    if sides:
        return "comparison"
    if _REASON.search(question):
        return "reason"
    if _YES_NO.search(question):
        return "yes-no"
    if _QUANTITY.search(question):
        return "quantity"
    return "steps" if _STEPS.search(question) else "plain"


def _sides(question: str) -> tuple[str, ...]:
    for words in _COMPARISONS:
        if found := words.search(question.strip()):
            return (_side(found["a"]), _side(found["b"]))
    return ()


def _side(words: str) -> str:
    opening = r"^(?:what(?:'s| is) the |the |a |an |should i (?:take|use) |which is \w+,? )+"
    return re.sub(opening, "", words.strip(" ?.,"), flags=re.IGNORECASE)


def _parts(question: str) -> tuple[str, ...]:
    """The parts that each ask for something of their own."""
    parts = [p.strip(" ?") for p in _JOINED.split(question) if p.strip(" ?")]
    asking = [p for p in parts if _QUANTITY.search(p) or _dimension(p)]
    told = {_dimension(p) for p in parts}
    if len(parts) < 2 or len(asking) < len(parts) or len(parts) > _MOST_PARTS:
        return ()
    return tuple(parts) if len(told) > 1 and None not in told else ()
