"""The thread: what was said and done, and the turn that goes on."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from assistant.events import Deployed, Failed, Progress, RequirementsUpdated, Undone
from ui.blocks import (
    Block,
    Blocks,
    PlanBlock,
    ProgressBlock,
    RecommendationBlock,
    TextBlock,
    ToolCall,
    ToolsBlock,
    fold_all,
)
from ui.contract import Entry
from ui.outcomes import plan_outcomes, standing_endpoints
from ui.plan_view import PlanState, draw_plan
from ui.recommendation_view import draw_recommendation
from ui.result_view import draw_deployed, draw_failed, draw_undone
from ui.runs import Run
from ui.session import Page
from ui.wording import link, operation_label, plain, safe_markdown, tool_label

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
    context = _Context(page, turns, answering)
    for entry, blocks in zip(shown, turns, strict=True):
        _draw_entry(context, entry, blocks)
    if crash is not None:
        with st.chat_message("assistant", avatar=_SAGEPILOT):
            draw_failed(crash)


def _show_earlier(page: Page) -> None:
    page.tab.entries_shown += _EARLIER


class _Context:
    """What a card must know of the cards after it, and of the turn that runs."""

    def __init__(self, page: Page, turns: Sequence[Blocks], answering: str | None = None) -> None:
        self.page = page
        self.grows = False
        pending = page.conversation.pending_plan()
        self.pending_digest = pending.digest if pending is not None else None
        self.outcomes = plan_outcomes(turns)
        if answering is not None:
            self.pending_digest = None
            self.outcomes[answering] = "being answered"
        self.standing = standing_endpoints(turns)
        everything = [block for blocks in turns for block in blocks]
        self.newest_recommendation = next(
            (one for one in reversed(everything) if isinstance(one, RecommendationBlock)), None
        )

    def plan_state(self, digest: str) -> PlanState:
        """How a plan is drawn."""
        if self.grows:
            return "growing"
        return "open" if digest == self.pending_digest else "closed"


class _Growing(_Context):
    """The running turn: its cards are open and have no widgets yet, for they are drawn anew."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.grows = True
        self.outcomes = {}
        self.standing = {}


def _draw_entry(context: _Context, entry: Entry, blocks: Blocks) -> None:
    if entry.role == "user":
        draw_said(entry.text)
        return
    spoken = any(isinstance(block, TextBlock) for block in blocks)
    alone = TextBlock(entry.text, whole=True) if entry.text and not spoken else None
    if not blocks and alone is None:
        return
    with st.chat_message("assistant", avatar=_SAGEPILOT):
        for block in (alone, *blocks) if alone else blocks:
            _draw_block(context, block)


def draw_said(text: str, *, waits: bool = False) -> None:
    """A person's own words, never read as Markdown."""
    with st.chat_message("user", avatar=_PERSON):
        st.text(text)
        if waits:
            st.caption("Waits for the turn before it.")


def _draw_block(context: _Context, block: Block) -> None:
    match block:
        case TextBlock():
            _draw_text(block)
        case ToolsBlock():
            _draw_tools(block)
        case RecommendationBlock():
            newest = context.grows or block is context.newest_recommendation
            draw_recommendation(block.values, newest=newest)
        case PlanBlock():
            digest = block.plan.digest
            outcome = context.outcomes.get(digest, "closed")
            draw_plan(context.page, block, state=context.plan_state(digest), outcome=outcome)
        case ProgressBlock():
            _draw_progress(block)
        case Deployed():
            current = block.deployment_id == context.standing.get(block.endpoint_name)
            draw_deployed(context.page, block, current=current)
        case Undone():
            draw_undone(block)
        case Failed():
            draw_failed(block)


def _draw_text(block: TextBlock) -> None:
    st.markdown(safe_markdown(block.text))
    if block.citations:
        sources = {cite.get("note_id", ""): cite for cite in block.citations}.values()
        st.caption(
            "Sources: "
            + " · ".join(link(cite.get("title", ""), cite.get("source_url")) for cite in sources)
        )


def _draw_tools(block: ToolsBlock) -> None:
    """One line for all calls of the turn; inside, each with what went in and came out."""
    names = list(dict.fromkeys(tool_label(call.name) for call in block.calls))
    label = ", ".join(names)
    label = label[:1].upper() + label[1:]
    refused = any(call.ok is False for call in block.calls)
    icon = ":material/error_outline:" if refused else ":material/build:"
    with st.expander(plain(label), icon=icon, type="compact"):
        for call in block.calls:
            _draw_call(call)


def _draw_call(call: ToolCall) -> None:
    state = {None: "running", True: "done", False: "refused"}[call.ok]
    st.markdown(f"`{call.name}` {state}")
    if call.arguments:
        st.code(_json(call.arguments), language="json", wrap_lines=True)
    if call.result is not None:
        st.code(_json(call.result), language="json", wrap_lines=True, height=220)


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _draw_progress(block: ProgressBlock) -> None:
    """A bar while it runs, one folded line afterwards."""
    last = block.steps[-1]
    if block.outcome == "running":
        done = min(1.0, max(0.0, (last.step - 0.5) / max(1, last.of)))
        st.progress(done, text=f"Step {last.step} of {last.of}: {plain(_step_text(last))}")
        return
    end = f"{last.of} of {last.of}" if block.outcome == "done" else f"{last.step} of {last.of}"
    word = "carried out" if block.outcome == "done" else "reached"
    with st.expander(f"{end} steps {word}", icon=":material/checklist:", type="compact"):
        st.markdown("\n".join(f"{one.step}. {plain(_step_text(one))}" for one in block.steps))


def _step_text(step: Progress) -> str:
    return step.detail or operation_label(step.operation)


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
        lead.draw(view.blocks[:first_card])
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
        self._context = _Growing(page)
        self._column = st.container()
        self._drawn: list[tuple[Block, Any]] = []

    def draw(self, blocks: Blocks) -> None:
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
                _draw_block(self._context, block)


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
    if any(isinstance(block, ProgressBlock) for block in blocks):
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
