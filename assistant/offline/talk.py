"""What a turn's answer is made from, and the shape of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.messages import Translator
from assistant.offline.desk import Desk
from assistant.offline.history import Turn, dictionary
from assistant.offline.meaning import Intent, Understanding

_TOWARDS_A_PLAN = frozenset({Intent.INFORM, Intent.CORRECT, Intent.PROCEED})


class Understand(Protocol):
    """Reads a text; `expecting` are the fields asked for last, `known` what was said before."""

    def __call__(
        self, text: str, *, expecting: tuple[str, ...] = (), known: Mapping[str, Any] = {}
    ) -> Understanding:
        """Return what the text means."""
        ...


@dataclass(frozen=True)
class Reply:
    """A text and what later turns must know of it.

    Attributes:
        asked: Fields that the next message may answer.
        asks: This is an asking round (a reminder of an old question is none).
        restart: The conversation begins anew.
        practice: It is about exam practice.
        answered: It answers a question from the notes and does nothing else.
    """

    text: str
    asked: tuple[str, ...] = ()
    asks: bool = False
    restart: bool = False
    practice: bool = False
    answered: bool = False


@dataclass(frozen=True)
class Talk:
    """One turn: what was said, what is known, and the tools' answers.

    Attributes:
        needs: `values`, `assumed`, `missing`, `conflicts` after this turn's facts are recorded.
        refused: Rows `{"field", "message", "remedy"}` that could not be recorded.
    """

    turn: Turn
    desk: Desk
    understood: Understanding
    _: Translator
    intents: tuple[Intent, ...]
    needs: Mapping[str, Any] = field(default_factory=dict)
    refused: tuple[Mapping[str, Any], ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """What is known now: field to value."""
        return dictionary(self.needs.get("values"))

    @property
    def before(self) -> dict[str, Any]:
        """What was known when the turn began."""
        return self.turn.state.values

    @property
    def pending(self) -> dict[str, Any] | None:
        """The plan that waits for a person."""
        return self.turn.state.pending_plan

    @property
    def changes(self) -> bool:
        """Whether this turn changed what is known."""
        return self.values != self.before

    @property
    def advances(self) -> bool:
        """Whether the turn goes on towards a plan after its sections."""
        said = bool(self.understood.facts or self.refused)
        return said or self.agrees or bool(_TOWARDS_A_PLAN & set(self.intents))

    @property
    def agrees(self) -> bool:
        """Whether the person says yes without a plan to say yes to."""
        return Intent.APPROVE in self.intents and not self.pending

    @property
    def taken(self) -> dict[str, Any]:
        """What is taken for granted: field to value, those that matter most first."""
        assumed = dictionary(self.needs.get("assumed"))
        missing = self.needs.get("missing")
        first = [f for f in missing if f in assumed] if isinstance(missing, list | tuple) else []
        return {name: assumed[name] for name in first}
