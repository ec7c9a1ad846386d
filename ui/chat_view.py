"""The thread: what was said and done, and the turn that goes on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from assistant.events import Failed, RequirementsUpdated
from ui.blocks import (
    Block,
    Blocks,
    PlanBlock,
    ProgressBlock,
    RecommendationBlock,
    TextBlock,
    fold_all,
)
from ui.cards import Context, Growing, draw_block
from ui.contract import Entry
from ui.result_view import draw_failed
from ui.runs import Run
from ui.session import Page

_PERSON, _SAGEPILOT = ":material/person:", ":material/cloud_queue:"
_EARLIER = 30
_TICK_S = 0.25


def draw_thread(
    page: Page,
    entries: Sequence[Entry],
    *,
    crash: Failed | None = None,
    answering: str | None = None,
) -> None:
    """All finished turns, the last ones if there are many.

    Args:
        page: Where it is drawn.
        entries: The thread.
        crash: A failure that is in no entry, drawn last.
        answering: The digest of the plan that the running turn answers.
    """
    shown = entries[-page.tab.entries_shown :]
    if len(shown) < len(entries):
        st.button(
            f"Show earlier messages ({len(entries) - len(shown)})",
            key="show-earlier",
            type="tertiary",
            on_click=_show_earlier,
            args=(page,),
        )
    turns = [fold_all(entry.events) for entry in shown]
    context = Context(page, turns, answering)
    for entry, blocks in zip(shown, turns, strict=True):
        _draw_entry(context, entry, blocks)
    if crash is not None:
        with st.chat_message("assistant", avatar=_SAGEPILOT):
            draw_failed(crash)


def _show_earlier(page: Page) -> None:
    page.tab.entries_shown += _EARLIER


def _draw_entry(context: Context, entry: Entry, blocks: Blocks) -> None:
    if entry.role == "user":
        draw_said(entry.text)
        return
    spoken = any(isinstance(block, TextBlock) for block in blocks)
    alone = TextBlock(entry.text, whole=True) if entry.text and not spoken else None
    if not blocks and alone is None:
        return
    with st.chat_message("assistant", avatar=_SAGEPILOT):
        for block in (alone, *blocks) if alone else blocks:
            draw_block(context, block, with_cards=_first_card(blocks) < len(blocks))


def draw_said(text: str, *, waits: bool = False) -> None:
    """A person's own words, never read as Markdown."""
    with st.chat_message("user", avatar=_PERSON):
        st.text(text)
        if waits:
            st.caption("Waits for the turn before it.")


def draw_running(
    page: Page, run: Run, show_requirements: Callable[[RequirementsUpdated | None], None]
) -> None:
    """Draw the turn as it grows, until it is over.

    Each block has a placeholder and is drawn again only when it changed. Something is written at
    every tick, since that is where Streamlit lets a click or a closed tab end the script.
    """
    if run.text:
        draw_said(run.text)
    with st.chat_message("assistant", avatar=_SAGEPILOT):
        lead, cards = _Zone(page), _Zone(page)
        pulse = st.empty()
    for waiting in page.services.runs.waiting(page.thread):
        draw_said(waiting, waits=True)
    view, needs = run.view(), None
    while True:
        first_card = _first_card(view.blocks)
        lead.draw(view.blocks[:first_card], with_cards=first_card < len(view.blocks))
        cards.draw(view.blocks[first_card:])
        if view.requirements is not needs:
            needs = view.requirements
            show_requirements(needs)
        if view.finished:
            return
        pulse.caption(_pulse_text(view.blocks))
        view = run.wait(view.version, _TICK_S)


class _Zone:
    """A column of placeholders, one a block; what did not change is not drawn again.

    Text comes late and stands before the cards that it explains: with a zone for each, no card
    ever moves to another's placeholder.
    """

    def __init__(self, page: Page) -> None:
        self._context = Growing(page)
        self._column = st.container()
        self._drawn: list[tuple[Block, Any]] = []

    def draw(self, blocks: Blocks, *, with_cards: bool = False) -> None:
        """Draw what is new or changed."""
        for place, block in enumerate(blocks):
            if place == len(self._drawn):
                slot = self._column.empty()
                self._drawn.append((block, slot))
            elif self._drawn[place][0] == block:
                continue
            else:
                slot = self._drawn[place][1]
                self._drawn[place] = (block, slot)
            with slot.container():
                draw_block(self._context, block, with_cards=with_cards)


def _first_card(blocks: Blocks) -> int:
    return next(
        (
            place
            for place, block in enumerate(blocks)
            if isinstance(block, RecommendationBlock | PlanBlock)
        ),
        len(blocks),
    )


def _pulse_text(blocks: Blocks) -> str:
    if any(isinstance(one, ProgressBlock) and one.outcome == "running" for one in blocks):
        return "Working on it. You can close this page; it goes on."
    return "Thinking…"


def draw_starters(starters: Mapping[str, str], say: Callable[[str], object]) -> None:
    """The first screen: what this is for, and sentences to begin with."""
    st.markdown("## What shall we deploy?")
    st.markdown(
        "Say what your model does, who calls it and how often. You get a recommendation and one "
        "exact plan; nothing is created before you approve it."
    )

    def chosen() -> None:
        label = str(st.session_state.get("starter"))
        if label in starters:
            say(starters[label])

    st.pills(
        "Ways to begin",
        list(starters),
        key="starter",
        label_visibility="collapsed",
        on_change=chosen,
    )
