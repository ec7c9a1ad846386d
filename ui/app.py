"""The page. Run it with `streamlit run ui/app.py`, or `sagepilot ui`."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from assistant.events import Failed, RequirementsUpdated
from ui import session
from ui.chat_view import draw_running, draw_starters, draw_thread
from ui.contract import Entry
from ui.endpoints_view import draw_endpoints
from ui.failures import failed
from ui.header_view import draw_aside, draw_header, style
from ui.practice_view import draw_practice, draw_switch
from ui.requirements_view import draw_requirements
from ui.result_view import draw_failed
from ui.runs import Run
from ui.session import Page, Services
from ui.threads_view import draw_threads

logger = logging.getLogger(__name__)

STARTERS = {
    "Deploy the sample model": "Deploy the sample model for a small internal tool.",
    "I have a scikit-learn model": (
        "I have a scikit-learn model that answers about 5 requests a second, 2 KB each, "
        "and people wait for the answer."
    ),
    "Large files, results later": (
        "My model takes 300 MB files, needs about 5 minutes for each, and nobody waits."
    ),
    "Show me the starters": "Show me the starters.",
    "Serverless or real-time?": "When is serverless better than a real-time endpoint?",
    "Triển khai mô hình mẫu": "Tôi muốn triển khai mô hình mẫu cho một công cụ nội bộ nhỏ.",
}


def main(provide: Callable[[], Services] = session.services) -> None:
    """Draw the whole page once; the last place where an error is caught."""
    st.set_page_config("Sagepilot", page_icon=":material/cloud_queue:", layout="centered")
    try:
        _draw(session.open_page(provide()))
    except Exception as error:  # the page's edge: people see a failure, not a trace
        logger.exception("ui.page_failed", extra={"error_type": type(error).__name__})
        draw_failed(failed(error))
        st.button("Try again", key="try-again")


def _draw(page: Page) -> None:
    style()
    draw_header(page.services.app)
    if session.practice_is_shown():
        draw_practice(page)
        _draw_sidebar(page, conversing=False)
        return
    _draw_input(page)
    needs = _draw_sidebar(page)
    run = page.services.runs.latest(page.thread)
    if run is not None and page.busy:
        draw_thread(page, run.history, answering=run.answers)
        draw_running(page, run, _replacing(needs))
        page.tab.endpoints = None
        st.rerun()
    entries = page.conversation.transcript()
    crash = _unrecorded(run, entries) if run is not None else None
    if not entries and crash is None:
        draw_starters(STARTERS, lambda text: page.services.runs.say(page.thread, text))
    draw_thread(page, entries, crash=crash)
    if page.tab.notice:
        st.toast(page.tab.notice, icon=":material/info:")
        page.tab.notice = ""
    _watch(page, run)


def _unrecorded(run: Run, entries: Sequence[Entry]) -> Failed | None:
    """A failure that the thread does not hold: a turn that broke, or was not even begun."""
    view = run.view()
    if view.crash is not None or len(entries) != len(run.history):
        return view.crash
    return next((block for block in view.blocks if isinstance(block, Failed)), None)


def _replacing(slot: Any) -> Callable[[RequirementsUpdated | None], None]:  # noqa: ANN401
    def show(needs: RequirementsUpdated | None) -> None:
        with slot.container():
            draw_requirements(needs)

    return show


def _draw_input(page: Page) -> None:
    """Before the turn is drawn, so that it is there while the turn runs."""

    def say() -> None:
        text = str(st.session_state.get("message") or "").strip()
        if text and not page.services.runs.say(page.thread, text):
            page.tab.notice = "Several messages wait already; send this one again in a moment."

    waits = "Working… what you write now comes next" if page.busy else "Describe what you need"
    st.chat_input(waits, key="message", max_chars=8000, on_submit=say)


def _draw_sidebar(page: Page, *, conversing: bool = True) -> Any:  # noqa: ANN401 - a DeltaGenerator
    """The three lists; returns the place of the requirements, to be redrawn as they change."""
    with st.sidebar:
        draw_aside(page.services.app)
        draw_switch(practising=not conversing)
        draw_threads(page)
        st.space("small")
        needs = st.empty()
        if conversing:
            with needs.container():
                draw_requirements(page.conversation.requirements())
            st.space("small")
        draw_endpoints(page)
    return needs


@st.fragment(run_every=3)
def _watch(page: Page, drawn: object) -> None:
    """Draw the page again when another tab began or ended a turn of this thread."""
    runs = page.services.runs
    if runs.latest(page.thread) is not drawn or runs.active(page.thread) is not None:
        st.rerun()


if __name__ == "__main__":
    main()
