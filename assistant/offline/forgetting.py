"""Requirements that are taken back without another in their place: "forget the budget"."""

import re
from collections.abc import Iterator

from assistant.offline.meaning import Candidate

_FIELDS = {
    "budget_usd_per_month": (
        r"budget(?: limit)?|cost (?:limit|cap)|price limit|ngan sach|gioi han chi phi"
    ),
    "latency_p95_ms": (
        r"latency(?: (?:target|requirement|limit|goal))?|p95|response time"
        r"|(?:yeu cau |muc )?do tre|thoi gian phan hoi"
    ),
    "region": r"region|vung|khu vuc",
    "gpu": r"gpus?(?: (?:requirement|thing|part))?",
    "growth_per_month": r"growth|tang truong",
    "framework": r"framework",
    "request_payload_bytes": (
        r"(?:request )?payload(?: size)?|input size|kich thuoc (?:dau vao|yeu cau)"
    ),
    "response_payload_bytes": r"(?:response|output) size|response payload|kich thuoc dau ra",
    "endpoint_name": r"(?:endpoint )?name|ten(?: endpoint)?",
    "idle_share": r"idle (?:share|time)",
    "peak_requests_per_second": r"peak(?: traffic| rate)?|luu luong dinh",
    "average_requests_per_second": r"average(?: traffic| rate)?",
    "streaming": r"streaming",
    "processing_time_s": r"processing time|thoi gian xu ly",
    "model_source": r"(?:model )?(?:path|location)|duong dan",
    "sample_path": r"sample(?: file)?|file mau",
    "deployment_preference": r"template preference|cloudformation preference",
}
_VERB = (
    r"(?:forget|drop|remove|ignore|scrap|scratch|clear|discard|delete|disregard|unset|"
    r"take (?:away|out|back)|lose|no longer (?:need|care about|have)|"
    r"(?:don't|do not|dont) care about|never mind|bo(?: qua| di| het)?|quen(?: di| "
    r"het)?|xoa(?: di| bo)?|khong quan tam(?: den| toi)?)"
)
_FILLER = (
    r"(?:\s+(?:what i said |everything |all )?(?:about|the|my|our|any|that|this|cai|yeu cau|"
    r"phan|ve|di|gioi han|chuyen))*\s+"
)
_PATTERNS = tuple(
    (
        field,
        re.compile(
            rf"(?<![\w-])(?<!don't )(?<!dont )(?<!not ){_VERB}{_FILLER}(?:{words})(?![\w-])(?! "
            rf"(?:in|to|by)\b)"
        ),
    )
    for field, words in _FIELDS.items()
)
_INDIFFERENT = re.compile(r"(?:don't|do not|dont) care|khong quan tam")
_NO_LIMIT = re.compile(
    r"\b(?:no (?:budget|cost) (?:limit|cap|constraint)|there(?:'s| is) no (?:budget|limit "
    r"on (?:cost|budget))|(?:no|without a) budget|money is no (?:object|issue)|khong "
    r"(?:gioi han|co) ngan sach|khong gioi han chi phi)\b"
)


def forgotten(passage: str, known: frozenset[str]) -> Iterator[Candidate]:
    """Yield what a folded passage takes back, with the value None.

    Args:
        passage: Folded text.
        known: Fields with a value; "no budget limit" takes one back only when there is one.
    """
    for field, pattern in _PATTERNS:
        for match in pattern.finditer(passage):
            if field not in known and _INDIFFERENT.match(match[0]):
                continue  # there is nothing to take back
            yield Candidate(field=field, value=None, start=match.start(), end=match.end(), weight=5)
    for match in _NO_LIMIT.finditer(passage):
        if "budget_usd_per_month" in known:
            yield Candidate(
                field="budget_usd_per_month",
                value=None,
                start=match.start(),
                end=match.end(),
                weight=5,
            )
