"""The list of conversations."""

import streamlit as st

from ui.contract import ThreadSummary
from ui.session import Page, new_thread_name, open_thread
from ui.wording import plain

_SHOWN = 6


def draw_threads(page: Page) -> None:
    """New, switch, delete."""
    st.button(
        "New conversation",
        key="new-thread",
        icon=":material/add:",
        width="stretch",
        on_click=lambda: open_thread(new_thread_name()),
    )
    threads = sorted(page.services.app.threads(), key=lambda one: one.updated_at, reverse=True)
    for thread in threads[:_SHOWN]:
        _draw_thread(page, thread)
    if len(threads) > _SHOWN:
        with st.expander(f"Older ({len(threads) - _SHOWN})", type="compact"):
            for thread in threads[_SHOWN:]:
                _draw_thread(page, thread)


def _draw_thread(page: Page, thread: ThreadSummary) -> None:
    current = thread.name == page.thread
    with st.container(
        key=f"thread-row-{thread.name}", horizontal=True, wrap=False, gap=None,
        vertical_alignment="center",
    ):  # fmt: skip
        st.button(
            plain(_short(thread.title or "Untitled")),
            key=f"open-{thread.name}",
            type="secondary" if current else "tertiary",
            width="stretch",
            on_click=open_thread,
            args=(thread.name,),
        )
        with (
            st.container(key=f"thread-menu-{thread.name}", width="content"),
            st.popover("", icon=":material/more_vert:", type="tertiary"),
        ):
            st.caption("Deletes the conversation; endpoints stay.")
            st.button(
                "Delete",
                key=f"delete-{thread.name}",
                icon=":material/delete:",
                disabled=page.services.runs.active(thread.name) is not None,
                on_click=_delete,
                args=(page, thread.name),
            )


def _short(title: str) -> str:
    return title if len(title) <= 34 else title[:33].rstrip() + "…"


def _delete(page: Page, name: str) -> None:
    page.services.app.delete_thread(name)
    page.services.runs.forget(name)
    if name == page.thread:
        open_thread(new_thread_name())
