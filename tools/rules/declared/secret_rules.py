"""Secrets in plain sight (CHK-515): container environments can be read by whoever may describe."""

import re
from collections.abc import Iterator

from tools.rules.declared import pages
from tools.rules.declared.rule import DeclaredRule, Fault, Seen

_NAME = re.compile(
    r"(^|_)(PASSWORD|PASSWD|PWD|PASSPHRASE|SECRET|SECRETS|SECRET_KEY|TOKEN|API_?KEY|AUTH_?KEY|"
    r"ACCESS_KEY|ACCESS_KEY_ID|PRIVATE_KEY|CREDENTIALS?)$",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bhf_[A-Za-z0-9]{20,}\b|\bsk-[A-Za-z0-9_-]{20,}|"
    r"\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bglpat-[A-Za-z0-9_-]{20,}|"
    r"\bAIza[0-9A-Za-z_-]{35}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|"
    r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.|"
    r"[a-z][a-z0-9+]*://[^/\s:@]+:[^/\s:@]+@",
)
#: What language models call tokens.
_NO_SECRET = re.compile(r"(EOS|BOS|PAD|STOP|UNK|MASK|SEP|CLS|START|END|IMAGE|SPECIAL)_TOKEN$", re.I)
#: What names a secret without being one.
_POINTER = re.compile(
    r"arn:|s3://|/|\{\{resolve:|(true|false|none|null|yes|no|\d+)$", re.IGNORECASE
)


def _secret(seen: Seen) -> Iterator[Fault]:
    for owner, container in seen.containers:
        for key, node in container.at("Environment").members():
            text = node.text
            if not text:
                continue
            named = _NAME.search(key) and not _NO_SECRET.search(key) and not _POINTER.match(text)
            if named or _VALUE.search(text):
                yield Fault(
                    f"Variable {key} of {owner.id} holds a secret in plain text; whoever may "
                    "describe the model or read the template sees it.",
                    (node,),
                )


SECRET_RULES = (
    DeclaredRule(
        "CHK-515", "Secret in the container's environment", pages.CONTAINER, "high", _secret,
        "Keep it in Secrets Manager, give its ARN, and change the secret that was shown.",
    ),
)  # fmt: skip
