"""What the pages need of `assistant`: the real `App` and the tests' fake both fit these shapes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from assistant.events import Event, PlanProposed, RequirementsUpdated


class Entry(Protocol):
    """One line of a thread; `events` are those of an assistant's turn."""

    @property
    def role(self) -> Literal["user", "assistant", "event"]:
        """Who speaks; "event" is an outcome that the app notes."""

    @property
    def text(self) -> str:
        """The words, empty when there are only events."""

    @property
    def events(self) -> tuple[Event, ...]:
        """In the order they came."""


class Conversation(Protocol):
    """One thread."""

    def say(self, text: str) -> Iterator[Event]:
        """A turn; ends with `TurnFinished`."""

    def approve(
        self, digest: str, *, typed_name: str | None = None, accept_eula: bool = False
    ) -> Iterator[Event]:
        """Carry that plan out; the digest says which was seen."""

    def reject(self, digest: str, reason: str = "") -> Iterator[Event]:
        """Drop the pending plan."""

    def transcript(self) -> tuple[Entry, ...]:
        """What to redraw."""

    def pending_plan(self) -> PlanProposed | None:
        """The plan that awaits an answer now."""

    def requirements(self) -> RequirementsUpdated | None:
        """What is known so far."""


class ThreadSummary(Protocol):
    """A thread in the list; `updated_at` is aware UTC."""

    @property
    def name(self) -> str:
        """What stands in the address."""

    @property
    def title(self) -> str:
        """The first words that were said."""

    @property
    def updated_at(self) -> datetime:
        """The last change."""


class InvocationResult(Protocol):
    """An endpoint's answer; `output_location` is where an asynchronous one was written."""

    @property
    def status_code(self) -> int:
        """HTTP's."""

    @property
    def body(self) -> bytes:
        """As it came."""

    @property
    def content_type(self) -> str | None:
        """As the endpoint named it."""

    @property
    def latency_ms(self) -> float:
        """Seen from here, milliseconds."""

    @property
    def output_location(self) -> str | None:
        """An S3 URI, or None."""


class PracticeRoom(Protocol):
    """Exam practice of the user; everything is plain JSON, as `assistant.exam.room` says."""

    def choices(self) -> dict[str, Any]:
        """Topics, tasks, own sets, figures of the exam."""

    def start(self, **wish: Any) -> str:  # noqa: ANN401 - topic, task, count, mode, source
        """A new session's id."""

    def resume(self) -> str | None:
        """The session that goes on still."""

    def asked(self, session_id: str) -> dict[str, Any] | None:
        """The question that waits; None at the end."""

    def answer(self, session_id: str, question_id: str, letters: list[str]) -> dict[str, Any]:
        """The mark, with a rationale for each option."""

    def result(self, session_id: str) -> dict[str, Any]:
        """How the session went."""

    def finish(self, session_id: str) -> None:
        """The end of a session."""

    def show(self, session_id: str, question_id: str) -> dict[str, Any]:
        """What the product itself says."""

    def progress(self) -> dict[str, Any]:
        """Standing by task and topic."""


class App(Protocol):
    """Everything behind the page."""

    @property
    def target(self) -> Literal["sandbox", "aws"]:
        """Where calls go."""

    @property
    def target_label(self) -> str:
        """The same for people."""

    @property
    def region(self) -> str:
        """AWS's code."""

    @property
    def account(self) -> str:
        """Twelve digits."""

    @property
    def chat_model_label(self) -> str:
        """Who talks."""

    def recover(self) -> Sequence[object]:
        """Continue, or finish taking back, what a killed process left."""

    def conversation(self, thread: str) -> Conversation:
        """The thread of that name, new or not."""

    def threads(self) -> tuple[ThreadSummary, ...]:
        """All threads."""

    def delete_thread(self, name: str) -> None:
        """Forget a thread; endpoints stay."""

    def practice(self) -> PracticeRoom:
        """Exam practice of the user."""

    def endpoints(self) -> tuple[Mapping[str, Any], ...]:
        """What runs in this account and region."""

    def invoke(
        self, endpoint_name: str, body: bytes, *, content_type: str, accept: str | None = None
    ) -> InvocationResult:
        """One request; an asynchronous one is waited for, within bounds."""

    def sample_for(self, endpoint_name: str) -> tuple[bytes, str] | None:
        """A request body that the endpoint takes, with its content type."""
