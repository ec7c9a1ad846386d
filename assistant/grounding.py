"""Only what the user said is recorded: a quote must be theirs, and carry the value.

The chat model chooses field and quote; whether the quote says the value is read by the rules of the
built-in chat model, or the value stands in the quote literally. What is asked as a supposition, and
what the user has corrected since, is not recorded.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage

from tools.errors import InvalidInputError
from tools.options import DeploymentOptions
from tools.quantities import parse_value

LONGEST_READ = 500  # characters of a quote that are read by themselves
_CLOSE = 5e-3  # relative: a rate per day has many decimals in requests per second
_TAKES_BACK = re.compile(
    r"\b(?:forget|drop|remove|ignore|scrap|discard|clear|disregard|unset|never mind|no longer|"
    r"not needed|bỏ|quên|xóa|xoá|không cần|bo qua|quen di|xoa)\b"
)
_NUMBER = re.compile(r"[-+]?\d[\d.,\s]*")
_LITERAL_FIELDS = frozenset(
    {"endpoint_name", "sample_path", "model_source", "input_uri", "output_uri"}
)


def said_by_user(field: str, value: Any, quote: str, state: Mapping[str, Any]) -> None:  # noqa: ANN401
    """Check that `quote` is the user's and that it carries `value`.

    Args:
        field: A requirement field.
        value: As the chat model gave it; None forgets the field.
        quote: What the chat model says the user said.
        state: The thread's; its `messages`, and `requirements` as they were before.

    Raises:
        InvalidInputError: It is not, so nothing may be recorded.
    """
    said = [m.text for m in state.get("messages", ()) if isinstance(m, HumanMessage)]
    wanted = _flat(quote)
    holders = [i for i, text in enumerate(said) if _quoted(wanted, _flat(text))]
    if not holders:
        raise InvalidInputError(
            f"{field}: the quote is not in the user's messages.",
            remedy="Record only what the user said, with their own words as the quote.",
        )
    rules = _Rules(field, state)
    if value is None:
        _taken_back(field, said[-1], rules)
        return
    parsed = parse_value(field, value)
    if not any(rules.carry(value, parsed, quote, said[i]) for i in reversed(holders)):
        raise InvalidInputError(
            f"{field}: the quoted words do not say {str(value)[:100]!r}.",
            remedy="Give the value as the user put it, with its unit; else ask the user.",
        )
    _not_corrected(field, parsed, said[holders[-1] + 1 :], rules)


class _Rules:
    """What the built-in reading finds in words of the user for one field."""

    def __init__(self, field: str, state: Mapping[str, Any]) -> None:
        self.field = field
        self._known = json.dumps(state.get("requirements") or {}, sort_keys=True)
        self._asked = _asked(state.get("messages", ()))

    def understand(self, text: str, expecting: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
        return _understood(text, expecting, self._known)

    def values(self, text: str, expecting: tuple[str, ...] = ()) -> list[Any]:
        return self._of(self.understand(text, expecting).facts)

    def carry(self, value: Any, parsed: Any, quote: str, message: str) -> bool:  # noqa: ANN401
        """Whether `quote`, out of `message`, says the value and does not only suppose it."""
        asked = self.understand(message, self._asked)
        stated = [*self._of(asked.facts), *self.values(message)]
        if _among(parsed, stated):
            return True
        if _among(parsed, self._of(asked.what_if)):
            return False
        if self.field in DeploymentOptions.model_fields and _only_asked(quote, message):
            return False
        if self.field in _LITERAL_FIELDS:
            name = value.get("uri", "") if isinstance(value, dict) else str(value)
            return _stands_in(name, " ".join(message.split()))
        short = quote[:LONGEST_READ]
        in_quote = [*self._parsed(short), *self.values(short, (self.field,))]
        if _among(parsed, in_quote):
            return True
        return _literal(value, quote, read=bool(stated or in_quote))

    def _of(self, facts: Iterable[Any]) -> list[Any]:
        return [fact.value for fact in facts if fact.field == self.field]

    def _parsed(self, quote: str) -> Iterator[Any]:
        try:
            yield parse_value(self.field, quote)
        except InvalidInputError:
            return


@lru_cache(maxsize=64)
def _understood(text: str, expecting: tuple[str, ...], known: str) -> Any:  # noqa: ANN401
    """Read a text once for all the facts that are drawn from it."""
    from assistant.offline.understanding import understand  # loads word lists

    return understand(text, expecting=expecting, known=json.loads(known))


def _taken_back(field: str, newest: str, rules: _Rules) -> None:
    """Check that the user's newest words take the field back, or everything."""
    understood = rules.understand(newest)
    gone = {fact.field for fact in understood.facts if fact.value is None}
    if field in gone or "restart" in understood.intents:
        return
    if not gone and _TAKES_BACK.search(_flat(newest)):
        return
    raise InvalidInputError(
        f"{field}: the user did not take it back.",
        remedy="Forget only what the user asks to forget.",
    )


def _not_corrected(field: str, parsed: Any, later: Sequence[str], rules: _Rules) -> None:  # noqa: ANN401
    for text in later:
        values = rules.values(text)
        if values and not _among(parsed, values):
            raise InvalidInputError(
                f"{field}: the user has said {values[-1]!r} since.",
                remedy="Record the user's newest words.",
            )


def _literal(value: Any, quote: str, *, read: bool) -> bool:  # noqa: ANN401
    """Whether the value itself stands in the quote, as a whole word.

    A number without a unit counts only where the rules `read` nothing for the field: "20" out of
    "20 minutes" is not what was said.
    """
    if isinstance(value, bool | dict):
        return False
    text = _flat(f"{value:g}" if isinstance(value, float) else str(value))
    if _NUMBER.fullmatch(text) and read:
        return False
    return _stands_in(text, _flat(quote))


def _only_asked(quote: str, message: str) -> bool:
    """Whether the words stand in a question alone: "is serverless cheaper?" wishes for nothing."""
    from assistant.offline.reading import Mood, passages  # loads word lists
    from tools.reading.folding import fold

    wanted = fold(quote).text.strip()
    parts = passages(fold(message).text, expected=False, vietnamese=False)
    moods = [part.mood for part in parts if wanted in part.text]
    return bool(moods) and Mood.STATEMENT not in moods


def _quoted(quote: str, text: str) -> bool:
    """Whether `quote` stands in `text` and cuts no word and no number in two."""
    pattern = rf"(?<!\w)(?<!\d[.,]){re.escape(quote)}(?!\w|[.,]\d)"
    if not quote[:1].isalnum():
        pattern = pattern.removeprefix(r"(?<!\w)")
    if not quote[-1:].isalnum():
        pattern = pattern.removesuffix(r"(?!\w|[.,]\d)")
    return bool(quote) and re.search(pattern, text) is not None


def _stands_in(text: str, words: str) -> bool:
    """Whether `text` is a whole word, path or number with unit in `words`, case included."""
    pattern = rf"(?<![\w/:@~-])(?<!\w[.,]){re.escape(text)}(?![\w/:@~-]|[.,]\w)"
    return bool(text) and re.search(pattern, words) is not None


def _among(parsed: Any, values: Iterable[Any]) -> bool:  # noqa: ANN401
    return any(_same(parsed, value) for value in values)


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    try:
        return math.isclose(float(one), float(other), rel_tol=_CLOSE)
    except (TypeError, ValueError):
        return bool(one == other)


def _asked(messages: Sequence[Any]) -> tuple[str, ...]:
    """The fields that the last answer asked for."""
    for message in reversed(messages):
        if isinstance(message, AIMessage) and not message.tool_calls:
            noted = message.additional_kwargs.get("sagepilot")
            return tuple(noted.get("asked") or ()) if isinstance(noted, dict) else ()
    return ()


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())
