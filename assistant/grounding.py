"""Only what the user said is recorded: a quote must be theirs, and carry the value's numbers."""

import re
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import HumanMessage

from tools.errors import InvalidInputError
from tools.quantities import parse_value

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LITERAL_FIELDS = ("endpoint_name", "sample_path")


def said_by_user(field: str, value: Any, quote: str, state: Mapping[str, Any]) -> None:  # noqa: ANN401
    """Check that `quote` is the user's and that it carries `value`.

    Raises:
        InvalidInputError: It is not, so nothing may be recorded.
    """
    words = [_flat(_text(m)) for m in state.get("messages", ()) if isinstance(m, HumanMessage)]
    flat_quote = _flat(quote)
    if not flat_quote or not any(flat_quote in text for text in words):
        raise InvalidInputError(
            f"{field}: the quote is not in the user's messages.",
            remedy="Record only what the user said, with their own words as the quote.",
        )
    if value is None or _carried(field, value, quote):
        return
    raise InvalidInputError(
        f"{field}: the quoted words do not say {value!r}.",
        remedy="Give the value as the user put it, with its unit.",
    )


def _carried(field: str, value: Any, quote: str) -> bool:  # noqa: ANN401
    if isinstance(value, dict):
        named = _flat(str(value.get("uri", ""))) in _flat(quote)
        return named or _from_sentence(field, quote) == value
    if field in _LITERAL_FIELDS:
        return _flat(str(value)) in _flat(quote)
    if isinstance(value, bool) or not _NUMBER.search(str(value)):
        return True
    if field == "region":
        return True  # a city names it; the value itself was parsed
    numbers = set(_NUMBER.findall(str(value)))
    return numbers <= set(_NUMBER.findall(quote)) or _read(field, quote) == _read(field, value)


def _read(field: str, text: Any) -> Any:  # noqa: ANN401
    try:
        return parse_value(field, text)
    except InvalidInputError:
        return _from_sentence(field, str(text))


def _from_sentence(field: str, text: str) -> Any:  # noqa: ANN401
    from assistant.offline.understanding import understand

    return next((f.value for f in understand(text).facts if f.field == field), None)


def _text(message: HumanMessage) -> str:
    return message.content if isinstance(message.content, str) else str(message.content)


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())
