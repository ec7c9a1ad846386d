"""Read the text form of a protobuf message, as `config.pbtxt` has it, without its schema."""

import re
from typing import Any

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<word>[A-Za-z0-9_.+\-/]+)|(?P<mark>[{}<>\[\]:;,])"""
)
_MARKS = frozenset("{}<>[]:;,")
_CLOSING = {"{": "}", "<": ">"}

Message = dict[str, list[Any]]


class TextFormatError(ValueError):
    """The text is no text-format message."""


def parse_message(text: str) -> Message:
    """Return the fields of a message: every field a list of its values, in order.

    Values are strings (quoted text and bare words alike) and nested messages.

    Raises:
        TextFormatError: The text is not well formed.
    """
    tokens = _tokens(text)
    message, end = _message(tokens, 0, None)
    if end != len(tokens):
        raise TextFormatError(f"unexpected {tokens[end]!r}")
    return message


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise TextFormatError(f"unexpected character {text[position]!r}")
        position = match.end()
        if match.lastgroup is not None:
            tokens.append(match.group())
    return tokens


def _message(tokens: list[str], at: int, closing: str | None) -> tuple[Message, int]:
    fields: Message = {}
    while at < len(tokens):
        token = tokens[at]
        if token == closing:
            return fields, at + 1
        if token in (",", ";"):
            at += 1
            continue
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", token):
            raise TextFormatError(f"expected a field name, found {token!r}")
        values, at = _values(tokens, at + 1)
        fields.setdefault(token, []).extend(values)
    if closing is not None:
        raise TextFormatError(f"missing {closing!r}")
    return fields, at


def _values(tokens: list[str], at: int) -> tuple[list[Any], int]:
    if at < len(tokens) and tokens[at] == ":":
        at += 1
    if at >= len(tokens):
        raise TextFormatError("a field has no value")
    if tokens[at] != "[":
        value, at = _value(tokens, at)
        return [value], at
    values, at = [], at + 1
    while at < len(tokens) and tokens[at] != "]":
        if tokens[at] == ",":
            at += 1
            continue
        value, at = _value(tokens, at)
        values.append(value)
    if at >= len(tokens):
        raise TextFormatError("missing ']'")
    return values, at + 1


def _value(tokens: list[str], at: int) -> tuple[Any, int]:
    token = tokens[at]
    if token in _CLOSING:
        return _message(tokens, at + 1, _CLOSING[token])
    if token[0] in "\"'":
        text = token[1:-1]
        while at + 1 < len(tokens) and tokens[at + 1][0] in "\"'":  # adjacent strings join
            at += 1
            text += tokens[at][1:-1]
        return re.sub(r"\\(.)", r"\1", text), at + 1
    if token in _MARKS:
        raise TextFormatError(f"unexpected {token!r}")
    return token, at + 1
