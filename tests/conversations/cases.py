"""The conversations as data: what is said, where it must end, what may be recorded."""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

FOLDER = Path(__file__).parent / "cases"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Then(_Value):
    """What must hold right after a turn.

    Attributes:
        plan: Whether a plan waits for an answer; None when either will do.
        asked: One of these fields must be asked for.
        absent: None of these fields may be recorded.
        conflict: A conflict that names one of these fields must be shown.
        mentions: The answer must contain each of these.
    """

    plan: bool | None = None
    asked: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()


class Step(_Value):
    """One thing the person does: says something, approves, or turns the plan down."""

    say: str | None = None
    approve: bool = False
    reject: str | None = None
    then: Then = Then()


class Expected(_Value):
    """Where the conversation must end.

    Attributes:
        end: A served endpoint, a conflict that is explained, or no plan at all.
        option: The endpoint's kind, one of these.
        conflict: The conflict shown at the end names one of these fields.
        reason: Why there is no plan.
    """

    end: Literal["deployed", "conflict", "declined"]
    option: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()
    reason: Literal["out-of-scope", "batch-transform"] | None = None


class KnownGap(_Value):
    """What a case does not do yet.

    Attributes:
        why: The cause, in the product.
        problems: What judging finds; a change of any of them is noticed.
    """

    why: str
    problems: tuple[str, ...]


class Case(_Value):
    """One person's conversation.

    Attributes:
        turns: In order; `{name}` stands for a model's path.
        if_asked: What the person answers when there is no plan yet although they expected one.
        said: Field: value (or `{any: [..]}`); nothing else may be recorded at the end.
        must: The fields of `said` that must be recorded.
        known_gap: Why the case does not end as it should yet; the gap itself is asserted.
    """

    id: str
    language: Literal["en", "vi"]
    person: str
    turns: tuple[Step, ...]
    if_asked: str | None = None
    expected: Expected
    said: dict[str, Any]
    must: tuple[str, ...]
    known_gap: KnownGap | None = None

    @field_validator("turns", mode="before")
    @classmethod
    def _words_alone_are_said(cls, turns: Any) -> Any:
        return [{"say": turn} if isinstance(turn, str) else turn for turn in turns]


def load_cases() -> tuple[Case, ...]:
    """All cases, by file name."""
    files = sorted(FOLDER.glob("*.yaml"))
    return tuple(Case.model_validate(yaml.safe_load(f.read_text("utf-8"))) for f in files)
