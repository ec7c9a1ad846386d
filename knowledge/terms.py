"""From text to the terms that are counted: words, identifiers, and numbers with their unit."""

import re
import unicodedata
from itertools import pairwise

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[._/:\-]?[^\W_]+|_+[^\W_]+)*", re.UNICODE)
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_QUANTITY = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)*)\s*-?\s*"
    r"(bytes?|kb|kib|mb|mib|gb|gib|tb|ms|milliseconds?|seconds?|secs?|s|minutes?|mins?|hours?|h|days?"
    r"|%|percent|giây|phút|giờ|ngày|phần trăm)(?![\w])",
    re.IGNORECASE,
)
_SCALE = {
    "byte": ("b", 1), "kb": ("b", 1e3), "kib": ("b", 1e3), "mb": ("b", 1e6), "mib": ("b", 1e6),
    "gb": ("b", 1e9), "gib": ("b", 1e9), "tb": ("b", 1e12),
    "ms": ("s", 1e-3), "millisecond": ("s", 1e-3), "second": ("s", 1), "sec": ("s", 1),
    "s": ("s", 1),
    "giây": ("s", 1), "minute": ("s", 60), "min": ("s", 60), "phút": ("s", 60), "hour": ("s", 3600),
    "h": ("s", 3600), "giờ": ("s", 3600), "day": ("s", 86400), "ngày": ("s", 86400),
    "%": ("%", 1), "percent": ("%", 1), "phần trăm": ("%", 1),
}  # fmt: skip

_STOPWORD_LIST = """
a about am an and any are as at be been but by can could did do does doing for from get give had has
have how i if in into is it its just many me much must my need no not of on or our please shall
should so some tell than that the their them then there these they this to up us use used using
want was way we what when where which while who whom why will with would you your
amazon aws sagemaker
là gì có không và của cho thì bao nhiêu như thế nào làm sao để khi nào tôi một các những được bị này
đó với từ trong ở hay hoặc nên cái nó thể ra
"""
_COMMON_NAMES = re.compile(r"\b(amazon|aws|sagemaker)\b(?![._/:-])", re.IGNORECASE)
_GENERAL_ABBREVIATIONS = (
    "api sdk cli url uri http https json csv xml yaml pdf jpg png html rest sql cpu gpu ram ssd ip "
    "dns tls ssl ml ai nlp ocr etl gpt llm rag tts asr sla kpi poc mvp qa ci cd iac os pii gdpr "
    "hipaa usd eur vnd utc faq"
)
_ALIASES = {
    "async": "asynchronous",
    "realtime": "real-time",
    "autoscaling": "auto scaling",
    "autoscale": "auto scaling",
    "mme": "multi-model endpoint",
    "cfn": "CloudFormation",
    "sklearn": "scikit-learn",
    "rollback": "rollback",
    "rollsback": "rollback",
    "rollingback": "rollback",
    "rolledback": "rollback",
    "big": "large",
    "biggest": "largest",
}
_ALIAS = re.compile(
    r"(?<![\w.])(async|real[ -]?time|auto-?scal(?:ing|e)|mme|cfn|sklearn|big|biggest"
    r"|roll(?:s|ing|ed)? back)(?![\w.])",
    re.IGNORECASE,
)
STOPWORDS = frozenset(_STOPWORD_LIST.split())


def fold(text: str) -> str:
    """Lower case without diacritics: "Độ trễ" and "do tre" become the same."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("Đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def is_identifier(token: str) -> bool:
    """Whether a token is a name to be found exactly: CamelCase, snake_case, or dotted.

    Plain numbers, abbreviations ("e.g") and alternatives ("and/or") are none.
    """
    if len(token) < 4 or token[0].isdigit():
        return False
    return bool(re.search(r"[a-z0-9][A-Z]|[A-Za-z0-9]_[A-Za-z0-9]|[a-z0-9]\.[a-z0-9]", token))


def is_instance_type(token: str) -> bool:
    """Whether a token has the form of a hosting instance type, such as ml.m5.xlarge."""
    return bool(re.fullmatch(r"ml\.[a-z0-9-]+\.[a-z0-9]+", token.lower()))


def expand_aliases(text: str) -> str:
    """Short forms in full, as the notes write them: "async" becomes "asynchronous"."""
    return _ALIAS.sub(lambda match: _ALIASES[re.sub(r"[\s-]", "", match.group().lower())], text)


def quantities(text: str) -> list[str]:
    """Numbers with a unit in one spelling: "8 minutes" and "480 s" are both "480s"."""
    found = []
    for number, unit in _QUANTITY.findall(text):
        name = unit.lower()
        base = _SCALE.get(name) or _SCALE.get(name.rstrip("s"))
        if base:
            found.append(f"{_number(number) * base[1]:.6g}{base[0]}")
    return found


def _number(text: str) -> float:
    """Reads 6,291,456 as grouped and 0.5 as decimal."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    return float(
        text.replace(",", ".")
        if text.count(",") == 1 and "." not in text
        else text.replace(",", "")
    )


def tokens(text: str) -> list[str]:
    """The raw tokens, identifiers whole, in order."""
    return _TOKEN.findall(text)


def stem(word: str) -> str:
    """Plural and singular become one; no more, since names must stay apart."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def terms(text: str) -> list[str]:
    """What is counted: stems, whole identifiers and their parts, quantities."""
    result = quantities(text)
    for token in tokens(text):
        lowered = token.lower()
        if lowered in STOPWORDS:
            continue
        result.append(stem(lowered))
        if is_identifier(token) or "-" in token:
            parts = [p.lower() for p in _CAMEL.findall(token) if len(p) > 1]
            result.extend(stem(p) for p in parts if p != lowered and p not in STOPWORDS)
    return result


def identifiers(text: str) -> list[str]:
    """The names in a query that must be found exactly: metrics, errors, calls, settings, types."""
    found = (t for t in tokens(text) if is_identifier(t) and t.lower() not in STOPWORDS)
    return [stem(t.lower()) for t in found]


def proper_names(text: str) -> list[str]:
    """Names of things in a sentence: capitalised words, and neighbouring ones as one name.

    The first word of a sentence tells nothing, nor does a text in title case; identifiers are
    not among them, and common names such as SageMaker are left out. Abbreviations count.
    """
    words = re.findall(r"[^\W_][\w-]*|[.!?:]", text)
    pairs = zip([".", *words], words, strict=False)
    marked = [(w, w[0].isupper() and before not in ".!?:") for before, w in pairs]
    if sum(is_name for _, is_name in marked) > len(words) / 2:
        return []
    names = [w if is_name and w.lower() not in STOPWORDS else "" for w, is_name in marked]
    joined = [f"{a} {b}" for a, b in pairwise(names) if a and b]
    single = [n for n in names if len(n) > 2 and not is_identifier(n)]
    return [" ".join(stem(w.lower()) for w in n.split()) for n in single + joined]


def general_abbreviations() -> frozenset[str]:
    """Abbreviations of computing that belong to no product, as terms."""
    return frozenset(_GENERAL_ABBREVIATIONS.split())


def neighbours(text: str) -> set[str]:
    """Pairs of neighbouring capitalised words, as `proper_names` writes names of two words."""
    words = re.findall(r"[^\W_][\w-]*", text)
    named = ((a, b) for a, b in pairwise(words) if a[0].isupper() and b[0].isupper())
    return {f"{stem(a.lower())} {stem(b.lower())}" for a, b in named}


def without_common_names(text: str) -> str:
    """The text without the names that every question here may carry, which tell nothing."""
    rest = _COMMON_NAMES.sub(" ", text)
    return rest if terms(rest) else text


def syllable_terms(text: str) -> list[str]:
    """Vietnamese is written in syllables: each and each pair of neighbours, without diacritics."""
    words = [w for w in re.findall(r"[^\W_]+", fold(text)) if w not in _FOLDED_STOPWORDS]
    return words + [f"{a} {b}" for a, b in pairwise(words)] + quantities(text)


_FOLDED_STOPWORDS = frozenset(fold(w) for w in STOPWORDS)
