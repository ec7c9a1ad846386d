"""What belongs to the process, and what belongs to one browser tab, both typed."""

import gc
import logging
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from assistant.events import Failed
from ui.contract import App, Conversation, InvocationResult
from ui.runs import Runs

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """What all tabs share."""

    app: App
    runs: Runs


@dataclass
class Practising:
    """A tab's practice: its session, the mark that is shown, and what the product said to it."""

    session_id: str | None = None
    marked: dict[str, Any] | None = None
    shown: dict[str, Any] | Failed | None = None
    failure: Failed | None = None


@dataclass
class Tab:
    """What one tab remembers.

    Attributes:
        entries_shown: How many of the thread's last entries are drawn.
        answers: The last answer of each endpoint that was tried here.
        endpoints: The endpoints as last seen, None before the first look.
        notice: One sentence to show once.
        practising: Exam practice as this tab shows it.
    """

    thread: str = ""
    entries_shown: int = 30
    answers: dict[str, InvocationResult | Failed] = field(default_factory=dict)
    endpoints: tuple[Mapping[str, Any], ...] | Failed | None = None
    notice: str = ""
    practising: Practising = field(default_factory=Practising)


@dataclass(frozen=True)
class Page:
    """Everything a view needs for one drawing."""

    services: Services
    tab: Tab
    thread: str
    conversation: Conversation
    busy: bool


@st.cache_resource(show_spinner="Starting…")
def services() -> Services:
    """The real thing, once a process.

    The collector is told to leave everything imported so far alone: walking it again and again is
    most of a rerun's time otherwise.
    """
    from assistant.bootstrap import bootstrap

    app = bootstrap()
    threading.Thread(target=_recover, args=(app,), name="recovery", daemon=True).start()
    app.conversation(new_thread_name()).pending_plan()  # imports the graph now, not at a rerun
    gc.collect()
    gc.freeze()
    return Services(app, Runs(app))


def _recover(app: App) -> None:
    try:
        app.recover()
    except Exception as error:
        logger.exception("ui.recovery_failed", extra={"error_type": type(error).__name__})


def tab() -> Tab:
    """This tab's memory."""
    if "tab" not in st.session_state:
        st.session_state["tab"] = Tab()
    remembered: Tab = st.session_state["tab"]
    return remembered


def new_thread_name() -> str:
    """A name that nobody has."""
    return f"t-{secrets.token_hex(5)}"


def _names_thread(text: str) -> bool:
    """Whether the conversations take it as a name."""
    letters = all(letter.isalnum() or letter in "-_. " for letter in text)
    return letters and len(text) <= 100 and bool(text.strip(". "))


def open_page(shared: Services) -> Page:
    """The page for the thread in the address, or for a new one."""
    remembered = tab()
    asked = st.query_params.get("t", "")
    thread = asked if _names_thread(asked) else new_thread_name()
    if asked != thread:
        st.query_params["t"] = thread
    if remembered.thread != thread:
        remembered.thread, remembered.entries_shown = thread, Tab.entries_shown
        remembered.endpoints = None
    busy = shared.runs.active(thread) is not None
    return Page(shared, remembered, thread, shared.app.conversation(thread), busy)


def open_thread(name: str) -> None:
    """Make another thread the shown one, at the next drawing."""
    show_conversation()
    st.query_params["t"] = name


def show_practice() -> None:
    """Make practice the shown page, at the next drawing; a reload stays there."""
    st.query_params["view"] = "practise"


def show_conversation() -> None:
    """Make the conversation the shown page, at the next drawing."""
    if "view" in st.query_params:
        del st.query_params["view"]


def practice_is_shown() -> bool:
    """Whether the address asks for practice."""
    return bool(st.query_params.get("view") == "practise")
