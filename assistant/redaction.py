"""Secrets are taken out before anything is stored, logged or shown to a chat model."""

import re
from typing import Any

_MARK = "[redacted]"
_SECRETS = (
    re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b"),
    re.compile(r"(?i)(aws_?secret_?access_?key\W{1,5})[A-Za-z0-9/+=]{40}"),
    re.compile(r"(?i)(aws_?session_?token\W{1,5})[A-Za-z0-9/+=]{40,}"),
    re.compile(r"(?<![A-Za-z0-9/+=])(?!/)(?=[A-Za-z0-9/+]*[A-Z])(?=[A-Za-z0-9/+]*[a-z])"
               r"(?=[A-Za-z0-9/+]*\d)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"),  # a bare secret key
    re.compile(r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{20,}\b"),
    re.compile(r"\bhf_[A-Za-z0-9]{20,}\b"),
    re.compile(r"\b(?:ghp|gho|ghs|github_pat)_[A-Za-z0-9_]{20,}\b"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}\b"),  # a JWT
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
               re.DOTALL),
    re.compile(r"(?i)\b((?:password|passwd|api[_-]?key|secret)\s*[:=]\s*)\S{6,}"),
)  # fmt: skip


def printable(text: str) -> str:
    """Return `text` without halves of surrogate pairs, which no database or wire can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def redact(text: str) -> str:
    """Return `text` with keys, tokens, passwords and private keys replaced by a mark."""
    text = printable(text)
    for pattern in _SECRETS:
        text = pattern.sub(lambda m: (m.group(1) if m.lastindex else "") + _MARK, text)
    return text


def redact_json(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value with every string in it redacted."""
    match value:
        case str():
            return redact(value)
        case dict():
            return {key: redact_json(member) for key, member in value.items()}
        case list() | tuple():
            return [redact_json(member) for member in value]
        case _:
            return value
