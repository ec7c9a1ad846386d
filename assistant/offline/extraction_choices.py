"""Requirements that are chosen, not measured: framework, GPU, pattern, region, ..."""

import re
from collections.abc import Iterator
from typing import Any

from assistant.offline.choice_rules import RULES
from assistant.offline.meaning import Candidate
from tools.errors import InvalidInputError
from tools.quantities import validated
from tools.reading.vocabulary import NO, REGION_CODE, YES, framework_pattern, region_names

_NAME = re.compile(
    r"\b(?:call (?:it|the endpoint|this|this one)|name (?:it|the endpoint|this)|named|"
    r"(?:endpoint )?name(?: is| should be| it|:|=)|endpoint name|endpoint (?:called|"
    r"named)|called|deploy(?: [^\s,.;]+){0,8}? as(?=\s[a-z0-9]+-[a-z0-9-]+\s*(?:$|"
    r"[,.;!]))|call the \w+(?=\s[a-z0-9]+-[a-z0-9-]+)|name will be|rename (?:it "
    r")?to|dat ten(?: (?:no|endpoint|cho "
    r"no))?(?: la)?|ten(?: endpoint)?(?: la|:)|goi (?:no )?la|"
    r"to endpoint|as endpoint)\s*[:=]?\s*[\"'`]?(?P<name>[a-z0-9][\w-]*[\w])[\"'`]?(?=$|"
    r"[\s,.;!?)\"'`])"
)
_NO_NAME = frozenset(
    [
        "it",
        "the",
        "a",
        "an",
        "this",
        "that",
        "my",
        "our",
        "your",
        "whatever",
        "something",
        "anything",
        "in",
        "on",
        "at",
        "for",
        "from",
        "with",
        "via",
        "when",
        "every",
        "once",
        "back",
        "by",
        "me",
        "us",
        "endpoint",
        "and",
        "or",
        "later",
        "now",
        "asynchronously",
        "directly",
        "only",
        "about",
        "than",
        "be",
        "is",
        "la",
        "gi",
        "model",
        "sagemaker",
        "sklearn",
    ]
)
_PLACE_BEFORE = re.compile(
    r"(?:\b(?:in|to|at|near|use|region|region:|from|the|aws|is|be|within|into|switch to|"
    r"move to|prefer|want|that|it|o|tai|vung|khu vuc|sang|qua|dung|la|chon|tu|but|no|or|"
    r"actually|make it)\s+|^\W*|[,;:(=]\s*)$"
)
_NOT_OUR_PLACE = re.compile(
    r"\b(?:users?|customers?|clients?|team|office|company|headquarters?|based|live|"
    r"living|born|flight|fly|travel|trip|weather|born|hotel|people|employees|shops?|"
    r"stores?|hospitals?|patients|i am|i'm|we are|we're|they are|bang cuu|nguoi dung|"
    r"khach hang|thoi tiet|van phong|cong ty|song)\b[^,;]{0,30}$"
)
_CONVERTED = re.compile(
    r"\b(?:export(?:ed)?|convert(?:ed)?|saved|turned|compiled|chuyen(?: doi)?|"
    r"xuat)\b[^,.;]{0,30}\b(?:to|into|as|in|sang|thanh|ra)\s+(?:an? |the )?$"
)
_FRAMEWORK_DENIED = re.compile(
    r"\b(?:not|no|never|isn't|instead of|rather than|moved (?:away )?from|without|khong "
    r"(?:phai|dung)(?: la)?|thay vi|chu khong|unlike|(?:moved|migrated|switched|ported) "
    r"from)\s+(?:an? |in |the |with |"
    r"using )*$"
)
_BOOLEAN_FIELDS = {
    "gpu": ("required", "not-needed"),
    "streaming": (True, False),
    "interactive": (True, False),
}
_ANSWER = re.compile(rf"^\W*(?P<answer>(?:{YES})|(?:{NO}))\b(?P<rest>.*)$", re.DOTALL)


def choices(passage: str, expecting: tuple[str, ...]) -> Iterator[Candidate]:
    """Yield the choices that one passage (folded text) states."""
    for field, value, pattern, weight in RULES:
        for match in pattern.finditer(passage):
            yield Candidate(
                field=field, value=value, start=match.start(), end=match.end(), weight=weight
            )
    yield from _frameworks(passage)
    yield from _regions(passage, expecting)
    yield from _short(passage, expecting)


def endpoint_names(passage: str) -> Iterator[Candidate]:
    """Yield the endpoint name that is wished for, its value still to be read."""
    for match in _NAME.finditer(passage):
        start, end = match.span("name")
        if match["name"] in _NO_NAME or (
            match[0].startswith("called") and "-" not in match["name"]
        ):
            continue
        yield Candidate(field="endpoint_name", value=None, start=start, end=end)


def _frameworks(passage: str) -> Iterator[Candidate]:
    found = [m for m in framework_pattern().finditer(passage) if m.lastgroup]
    for match in found:
        before = passage[: match.start()]
        if _FRAMEWORK_DENIED.search(before):
            continue
        weight = 3 if _CONVERTED.search(before) else 1
        if re.match(r"[\s-]*(?:format|runtime)\b", passage[match.end() :]):
            weight = 2
        yield Candidate(
            field="framework",
            value=(match.lastgroup or "").lower(),
            start=match.start(),
            end=match.end(),
            weight=weight,
        )


def _regions(passage: str, expecting: tuple[str, ...]) -> Iterator[Candidate]:
    names = region_names()
    for match in re.finditer(rf"(?<![\w./-]){REGION_CODE}(?![\w-])", passage):
        yield _checked("region", names.get(match[0], match[0]), match.start(), match.end())
    cities = list(_cities(passage))
    for city in cities:
        before = passage[: city.start()]
        asked = "region" in expecting
        placed = asked or _PLACE_BEFORE.search(before) or _one_of_several(passage, city, cities)
        if placed and (asked or not _NOT_OUR_PLACE.search(before)):
            yield Candidate(
                field="region", value=names[city[0]], start=city.start(), end=city.end()
            )


def _one_of_several(passage: str, city: re.Match[str], cities: list[re.Match[str]]) -> bool:
    """Beside another by "or": neither is chosen, so both are candidates."""
    return any(
        re.fullmatch(r"\s*,?\s*(?:or|hoac|hay)\s+(?:in )?", passage[city.end() : other.start()])
        for other in cities
    )


def _cities(passage: str) -> Iterator[re.Match[str]]:
    cities = sorted((n for n in region_names() if "-" not in n), key=len, reverse=True)
    yield from re.finditer(rf"(?<![\w-])(?:{'|'.join(map(re.escape, cities))})(?![\w-])", passage)


def _checked(field: str, value: Any, start: int, end: int) -> Candidate:
    try:
        return Candidate(field=field, value=validated(field, value), start=start, end=end)
    except InvalidInputError as error:
        return Candidate(
            field=field, value=None, start=start, end=end, refusal=(error.message, error.remedy)
        )


def _short(passage: str, expecting: tuple[str, ...]) -> Iterator[Candidate]:
    """Read "no", "cpu", "prod", "internal" as answers to what was asked."""
    plain = passage.strip(" .!?,\n")
    start = passage.find(plain)
    end = start + len(plain)
    asked = [field for field in expecting if field in _BOOLEAN_FIELDS]
    answer = _ANSWER.match(passage)
    if answer and len(asked) == 1 and _stands_alone(answer["rest"]):
        yes = bool(re.fullmatch(YES, answer["answer"]))
        value = _BOOLEAN_FIELDS[asked[0]][0 if yes else 1]
        yield Candidate(
            field=asked[0], value=value, start=answer.start("answer"), end=answer.end("answer")
        )
    for field, pattern, value in _WORDS:
        if field in expecting and re.fullmatch(
            rf"(?:an? |the |it's |just |la )?(?:{pattern})(?: data| please| thoi| nhe)?", plain
        ):
            yield Candidate(field=field, value=value, start=start, end=end)


def _stands_alone(rest: str) -> bool:
    return not re.match(
        r"\s*(?:idea|clue|thanks|more|way|wait|problem|,? i meant|[\w]* ?\d)", rest
    ) and bool(
        re.match(r"\s*(?:$|[,.;!]|i don't|it |we |not|gpu|need|a$|can|dau|nhe|cam on)", rest)
    )


_WORDS = (
    ("gpu", "cpus?", "not-needed"),
    ("gpu", "gpus?", "required"),
    ("environment", "test|testing|thu nghiem|dev|phat trien", "development"),
    ("environment", "live|that|san xuat|prod|production", "production"),
    ("data_sensitivity", "internal|private|confidential|noi bo", "internal"),
    ("data_sensitivity", "public|cong khai|open", "public"),
    ("data_sensitivity", "regulated|sensitive|nhay cam|personal", "regulated"),
    ("deployment_preference", "code|python", "sdk"),
    ("deployment_preference", "template|templates", "cloudformation"),
    ("deployment_preference", "jump ?start", "jumpstart"),
    ("traffic_pattern", "batch", "batch"),
    ("traffic_pattern", "bursts?|uneven", "spiky"),
)
