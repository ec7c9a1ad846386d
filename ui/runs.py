"""Turns that outlive the script run that started them.

Streamlit reruns its script at every click and forgets it when a tab closes, so a turn runs in a
thread of its own and folds its events into a `Run`; any number of pages watch that.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.events import Event, Failed, RequirementsUpdated
from ui.blocks import Blocks, fold
from ui.contract import App, Conversation, Entry
from ui.failures import failed

logger = logging.getLogger(__name__)

MAX_WAITING_MESSAGES = 5


@dataclass(frozen=True)
class RunView:
    """What a page draws of a run at one moment; a larger `version` is newer."""

    version: int = 0
    blocks: Blocks = ()
    requirements: RequirementsUpdated | None = None
    finished: bool = False
    crash: Failed | None = None


class Run:
    """One turn, written by its own thread and read by any page.

    Attributes:
        text: What the person said; empty when the turn answers a plan.
        answers: The digest of the plan it answers, if it does.
        history: The thread as it was before the turn.
    """

    def __init__(self, text: str, answers: str | None, history: tuple[Entry, ...]) -> None:
        self.text = text
        self.answers = answers
        self.history = history
        self._changed = threading.Condition()
        self._view = RunView()

    def view(self) -> RunView:
        """The newest view."""
        with self._changed:
            return self._view

    def wait(self, seen_version: int, timeout_s: float) -> RunView:
        """The newest view, as soon as it is newer than `seen_version` or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self._view.version > seen_version, timeout_s)
            return self._view

    def add(self, event: Event) -> None:
        """Fold one more event in."""
        with self._changed:
            before = self._view
            needs = event if isinstance(event, RequirementsUpdated) else before.requirements
            self._show(RunView(before.version + 1, fold(before.blocks, event), needs))

    def finish(self, crash: Failed | None = None) -> None:
        """Nothing more follows; `crash` is what the conversation itself did not report."""
        with self._changed:
            before = self._view
            self._show(RunView(before.version + 1, before.blocks, before.requirements, True, crash))

    def _show(self, view: RunView) -> None:
        self._view = view
        self._changed.notify_all()


class Runs:
    """At most one running turn a thread; messages that come meanwhile wait their turn."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = threading.RLock()
        self._runs: dict[str, Run] = {}
        self._waiting: dict[str, deque[str]] = {}

    def latest(self, thread: str) -> Run | None:
        """The thread's newest run, finished or not."""
        with self._lock:
            return self._runs.get(thread)

    def active(self, thread: str) -> Run | None:
        """The thread's run while it goes on."""
        run = self.latest(thread)
        return run if run is not None and not run.view().finished else None

    def waiting(self, thread: str) -> tuple[str, ...]:
        """Messages that are said when the running turn is over, in order."""
        with self._lock:
            return tuple(self._waiting.get(thread, ()))

    def say(self, thread: str, text: str) -> bool:
        """Say it now, or after the running turn; False: too many wait already."""
        with self._lock:
            if self.active(thread) is None:
                self._start(thread, text, None, lambda talk: talk.say(text))
                return True
            waiting = self._waiting.setdefault(thread, deque())
            if len(waiting) >= MAX_WAITING_MESSAGES:
                return False
            waiting.append(text)
            return True

    def approve(
        self, thread: str, digest: str, *, typed_name: str | None = None, accept_eula: bool = False
    ) -> bool:
        """Carry the pending plan out; False: it is being answered, or is not pending any more."""
        return self._answer(
            thread,
            digest,
            lambda talk: talk.approve(digest, typed_name=typed_name, accept_eula=accept_eula),
        )

    def reject(self, thread: str, digest: str, reason: str = "") -> bool:
        """Drop the pending plan; False as in `approve`."""
        return self._answer(thread, digest, lambda talk: talk.reject(digest, reason))

    def forget(self, thread: str) -> None:
        """Drop what is kept of a deleted thread."""
        with self._lock:
            self._runs.pop(thread, None)
            self._waiting.pop(thread, None)

    def _answer(
        self, thread: str, digest: str, turn: Callable[[Conversation], Iterator[Event]]
    ) -> bool:
        """Start the one turn that answers a plan: a second click finds it running or answered."""
        with self._lock:
            if self.active(thread) is not None:
                return False
            pending = self._app.conversation(thread).pending_plan()
            if pending is None or pending.digest != digest:
                return False
            self._start(thread, "", digest, turn)
            return True

    def _start(
        self,
        thread: str,
        text: str,
        answers: str | None,
        turn: Callable[[Conversation], Iterator[Event]],
    ) -> None:
        try:
            conversation = self._app.conversation(thread)
            run = self._runs[thread] = Run(text, answers, conversation.transcript())
        except Exception as error:  # a waiting message starts in no page's script
            self._runs[thread] = Run(text, answers, ())
            self._runs[thread].finish(failed(error))
            logger.exception("ui.turn_not_started", extra={"error_type": type(error).__name__})
            return
        threading.Thread(
            target=self._carry_out,
            args=(thread, run, conversation, turn),
            name=f"turn-{thread}",
            daemon=True,
        ).start()

    def _carry_out(
        self,
        thread: str,
        run: Run,
        conversation: Conversation,
        turn: Callable[[Conversation], Iterator[Event]],
    ) -> None:
        crash: Failed | None = None
        try:
            for event in turn(conversation):
                run.add(event)
        except Exception as error:  # the edge of this thread: the page shows it
            crash = failed(error)
            logger.exception("ui.turn_failed", extra={"error_type": type(error).__name__})
        with self._lock:
            run.finish(crash)
            waiting = self._waiting.get(thread)
            if waiting:
                text = waiting.popleft()
                self._start(thread, text, None, lambda talk: talk.say(text))
