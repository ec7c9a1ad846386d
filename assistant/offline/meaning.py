"""What a message means to the offline assistant: intents, facts and hypothetical facts."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["en", "vi"]


class Intent(StrEnum):
    """What a person wants with a message, or with a part of it.

    `APPROVE` is explicit approval of a plan ("approve", "deploy it"); the person must still press
    the
    button. `PROCEED` goes on with defaults ("go ahead", "I don't know", and a plain "yes").
    """

    INFORM = "inform"
    CORRECT = "correct"
    ASK_KNOWLEDGE = "ask-knowledge"
    WHY_NOT = "why-not"
    COMPARE = "compare"
    WHAT_IF = "what-if"
    PROCEED = "proceed"
    APPROVE = "approve"
    REJECT = "reject"
    STATUS = "status"
    CANCEL = "cancel"
    LIST_ENDPOINTS = "list-endpoints"
    DELETE = "delete"
    UNDO = "undo"
    INVOKE = "invoke"
    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    SMALL_TALK = "small-talk"
    OUT_OF_SCOPE = "out-of-scope"
    RESTART = "restart"


class Fact(BaseModel):
    """One requirement that was said.

    Attributes:
        field: A field of `Requirements`.
        value: JSON in the field's base unit; None means the person wants it forgotten.
        quote: The words that say it, a verbatim slice of the message.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    value: Any
    quote: str


class Refusal(BaseModel):
    """A requirement that was said and cannot be: negative, absurd, no such region.

    Attributes:
        field: A field of `Requirements`.
        quote: The words that say it, a verbatim slice of the message.
        message: Why it cannot be.
        remedy: What to say instead, one imperative sentence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    quote: str
    message: str
    remedy: str


class Understanding(BaseModel):
    """What a message means.

    Attributes:
        language: The language it is written in, or that of the conversation when it does not show.
        language_is_clear: The message itself shows its language ("50 ms" does not).
        intents: In the order of the message, each once; empty when nothing was understood.
        facts: What was said, at most one a field, in the order of the message.
        what_if: Facts that were only supposed; never to be recorded.
        refused: What was said and cannot be.
        option: The inference option that is named, in the spelling of `InferenceOption`.
        question: The text of a question about SageMaker, verbatim.
        factor: What is multiplied in a supposition, "traffic" or "payload", and by how much.
        endpoint_name: The endpoint that is named, as a wish or to be acted on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Language
    language_is_clear: bool = True
    intents: tuple[Intent, ...] = ()
    facts: tuple[Fact, ...] = ()
    what_if: tuple[Fact, ...] = ()
    refused: tuple[Refusal, ...] = ()
    option: str | None = None
    question: str | None = None
    factor: tuple[str, float] | None = None
    endpoint_name: str | None = None


class Candidate(BaseModel):
    """A requirement that a passage may say, before negation and corrections are settled.

    Attributes:
        field: A field of `Requirements`.
        value: JSON in base units, None to forget.
        start: Index of its first character in the folded message.
        end: Index after its last character.
        weight: More certain readings of the same words win.
        refusal: Message and remedy when the value cannot be.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    value: Any
    start: int
    end: int
    weight: int = 1
    refusal: tuple[str, str] | None = None


Known = Mapping[str, Any]
