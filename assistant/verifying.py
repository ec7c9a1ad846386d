"""A provider's words held to what was retrieved: citations that exist, numbers that have a source.

A number that neither a tool, the person nor the application's state has said is marked; a citation
of nothing that was retrieved in this turn is taken out. Code is left as it is.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, ToolMessage

from assistant import events
from knowledge.measuring import same_bytes, spans

_SENTENCE = re.compile(r".*(?:[.!?:]\s|\n)", re.DOTALL)  # everything up to the last whole sentence
_FENCE = re.compile(r"```")
_CODE = re.compile(
    r"`[^`\n]*`|https?://\S+|\b[A-Z]{3}-\d{3}\b|\b\d{4}-\d\d-\d\d\S*|\b\d{1,2}:\d\d\b"
)
_ORDINAL = re.compile(r"^\s*(?:[-*]\s*)?\d{1,2}[.)](?=\s)", re.MULTILINE)
_NUMBER = re.compile(
    r"(?<![\w.,/#@:~-])(?:USD ?|\$)?\d+(?:[.,]\d+)*(?:\s?(?:USD|bytes?|[KMGT]i?B|ms|"
    r"milliseconds?|microseconds?|"
    r"seconds?|minutes?|hours?|days?|weeks?|months?|percent|%|characters?|giây|phút|giờ|ngày|s|"
    r"h)(?!\w))?(?![\w/-]|[.,]\d)"
)
_CITATION = re.compile(r" ?\[(?P<name>\d{1,3}|[a-z0-9]+(?:-[a-z0-9]+)+)\](?!\()")
_ANY_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_FEW = 3  # so small a count without a unit is one of words, not of facts


class Sources(NamedTuple):
    """What an answer may rest on.

    Attributes:
        values: Numbers that were said, as they are and in base units (bytes, seconds).
        ids: What was retrieved in this turn: note ids, and "1", "2", .. for its citations.
    """

    values: frozenset[float]
    ids: frozenset[str]


def sources_of(messages: Sequence[BaseMessage], instructions: str) -> Sources:
    """Collect what was said by tools, by the person and by the application.

    Args:
        messages: The thread's, up to the answer.
        instructions: The system message, which holds the state.
    """
    said = (HumanMessage, ToolMessage, SystemMessage)
    texts = [instructions, *(m.text for m in messages if isinstance(m, said))]
    newest = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=0)
    results = [m.text for m in messages[newest:] if isinstance(m, ToolMessage)]
    cited = [c for text in results for c in _citations(text)]
    named = {match for text in results for match in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", text)}
    return Sources(
        frozenset(value for text in texts for value in _values(text)),
        frozenset({*named, *(str(i + 1) for i in range(len(cited)))}),
    )


def _citations(result: str) -> list[Any]:
    try:
        found = json.loads(result)
    except ValueError:
        return []
    cited = found.get("citations") if isinstance(found, dict) else None
    return cited if isinstance(cited, list) else []


def _values(text: str) -> Iterable[float]:
    for span in spans(text):
        yield span.value
    for number in _ANY_NUMBER.findall(text):
        yield from _readings(number)


def _readings(number: str) -> Iterable[float]:
    """What a written number may mean: 21.600 is grouped in Vietnamese, decimal in English."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number):
        yield float(re.sub(r"[.,]", "", number))
    if number.count(".") + number.count(",") == 1:
        yield float(number.replace(",", "."))
    elif number.isdigit() and len(number) < 20:  # longer ones are no quantities
        yield float(number)


class Verified:
    """Takes an answer as it comes and passes it on, sentence by sentence, verified."""

    def __init__(self, say: Callable[[Any], None], sources: Sources, mark: str) -> None:
        """Take who hears it, what it may rest on, and the words that mark a number."""
        self._say = say
        self._sources = sources
        self._mark = mark
        self._held = ""
        self._in_code = False
        self.text = ""

    def __call__(self, event: Any) -> None:  # noqa: ANN401 - any event
        """Hold text back until its sentence is whole; everything else passes."""
        if not isinstance(event, events.TextDelta):
            self._say(event)
            return
        self._held += event.text
        whole = _SENTENCE.match(self._held)
        if whole:
            self._held = self._held[whole.end() :]
            self._tell(whole.group())

    def finish(self) -> None:
        """Tell what is left."""
        held, self._held = self._held, ""
        if held:
            self._tell(held)

    def _tell(self, text: str) -> None:
        parts = _FENCE.split(text)
        told = []
        for i, part in enumerate(parts):
            told.append(part if self._in_code else self._checked(part))
            if i < len(parts) - 1:
                self._in_code = not self._in_code
        said = "```".join(told)
        self.text += said
        if said:
            self._say(events.TextDelta(text=said))

    def _checked(self, text: str) -> str:
        kept = [m.span() for pattern in (_CODE, _ORDINAL) for m in pattern.finditer(text)]
        text, kept = self._without_citations(text, kept)
        return _NUMBER.sub(lambda m: self._marked(m, kept), text)

    def _without_citations(
        self, text: str, kept: list[tuple[int, int]]
    ) -> tuple[str, list[tuple[int, int]]]:
        made = _CITATION.sub(lambda m: m.group() if m["name"] in self._sources.ids else "", text)
        if made == text:
            return text, [*kept, *(m.span() for m in _CITATION.finditer(text))]
        spared = [m.span() for p in (_CODE, _ORDINAL, _CITATION) for m in p.finditer(made)]
        return made, spared

    def _marked(self, found: re.Match[str], kept: list[tuple[int, int]]) -> str:
        if any(start <= found.start() < end for start, end in kept) or self._is_known(
            found.group()
        ):
            return found.group()
        if found.string[found.end() :].lstrip(" *_").startswith(self._mark):
            return found.group()
        return f"{found.group()} {self._mark}"

    def _is_known(self, said: str) -> bool:
        number = _ANY_NUMBER.search(said)
        if number is None:
            return True
        readings = list(_readings(number.group()))
        bare = said == number.group()
        if bare and any(value <= _FEW for value in readings):
            return True
        decimals = len(number.group().rpartition(".")[2]) if "." in number.group() else 0
        wanted = [*readings, *(s.value for s in spans(said) if s.dimension in {"bytes", "time"})]
        if "%" in said or "percent" in said:
            wanted += [value / 100 for value in readings]
        return any(self._has(value, decimals, said) for value in wanted)

    def _has(self, value: float, decimals: int, said: str) -> bool:
        """Whether a number was said, or one that rounds to it."""
        near = 0.5 * 10**-decimals if value >= 10 else 1e-9  # below, rounding misleads
        if "B" in said and value > 1e3:  # bytes
            return any(same_bytes(value, known) for known in self._sources.values if known > 1e3)
        return any(abs(value - known) <= near for known in self._sources.values)
