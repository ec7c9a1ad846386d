"""Typing errors in words of the field, mended; never in numbers, units or negations."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from tools.reading.folding import FoldedText

_WORDS = [
    "latency",
    "payload",
    "payloads",
    "request",
    "requests",
    "response",
    "responses",
    "serverless",
    "asynchronous",
    "production",
    "development",
    "staging",
    "budget",
    "traffic",
    "average",
    "steady",
    "scikit-learn",
    "sklearn",
    "xgboost",
    "pytorch",
    "tensorflow",
    "lightgbm",
    "catboost",
    "frankfurt",
    "singapore",
    "sydney",
    "tokyo",
    "mumbai",
    "ireland",
    "virginia",
    "oregon",
    "london",
    "endpoint",
    "endpoints",
    "deploy",
    "parameters",
    "streaming",
    "template",
    "cloudformation",
    "jumpstart",
    "region",
    "processing",
    "realtime",
    "compare",
    "approve",
    "sensitive",
    "regulated",
    "hugging",
    "transformers",
    "sagemaker",
    "inference",
    "prediction",
    "predictions",
    "sporadic",
    "constant",
]
#: Real words that are one slip away from a word above.
_REAL = frozenset(
    [
        "temple",
        "contemplate",
        "legion",
        "reason",
        "employ",
        "displayed",
        "deployed",
        "deploys",
        "deploying",
        "budgets",
        "templates",
        "regions",
        "responses",
        "responded",
        "responsive",
        "respond",
        "approved",
        "approves",
        "compared",
        "compares",
        "streams",
        "stream",
        "processing",
        "requested",
        "requester",
        "request",
        "requests",
        "payloads",
        "endpoint",
        "product",
        "productions",
        "reduction",
        "predict",
        "predicted",
    ]
)
_TOKEN = re.compile(r"[a-z][a-z-]*[a-z]")


@lru_cache(maxsize=4096)
def mended(word: str) -> str:
    """The word of the field that `word` is a slip of, or `word` itself."""
    if len(word) < 5 or word in _WORDS or word in _REAL:
        return word
    allowed = 1 if len(word) < 10 else 2
    for candidate in _WORDS:
        if candidate[0] != word[0] or abs(len(candidate) - len(word)) > allowed:
            continue
        if word == candidate + "s" or word.startswith(candidate):
            continue
        if OSA.distance(word, candidate, score_cutoff=allowed) <= allowed:
            return candidate
    return word


def mend(folded: FoldedText) -> FoldedText:
    """Mend the slips in `folded`; quotes still give what was typed."""
    pieces: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in _TOKEN.finditer(folded.text):
        word = mended(match[0])
        if word == match[0]:
            continue
        pieces += [folded.text[position : match.start()], word]
        offsets += folded.offsets[position : match.start()]
        last = len(match[0]) - 1
        offsets += [folded.offsets[match.start() + min(i, last)] for i in range(len(word))]
        position = match.end()
    if not pieces:
        return folded
    return FoldedText(
        original=folded.original,
        text="".join(pieces) + folded.text[position:],
        offsets=(*offsets, *folded.offsets[position:]),
    )
