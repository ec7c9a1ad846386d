"""The cards of a turn: one drawing for each kind of block."""

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from assistant.events import Deployed, Failed, Progress, Rendered, Undone
from ui.blocks import (
    Block,
    Blocks,
    PlanBlock,
    ProgressBlock,
    RecommendationBlock,
    TextBlock,
    ToolCall,
    ToolsBlock,
)
from ui.outcomes import plan_outcomes, standing_deployments
from ui.plan_view import PlanState, draw_plan
from ui.recommendation_view import draw_recommendation
from ui.result_view import draw_deployed, draw_failed, draw_undone
from ui.session import Page
from ui.wording import lead_and_rest, link, operation_label, plain, safe_markdown, tool_label


class Context:
    """What a card must know of the cards after it, and of the turn that runs.

    The same plan or deployment may be told of twice; only its last card has widgets.
    """

    def __init__(self, page: Page, turns: Sequence[Blocks], answering: str | None = None) -> None:
        self.page = page
        self._everything = [block for blocks in turns for block in blocks]
        self._outcomes = plan_outcomes(turns)
        self._standing = standing_deployments(turns)
        pending = page.conversation.pending_plan() if answering is None else None
        self._pending_digest = pending.digest if pending is not None else None
        if answering is not None:
            self._outcomes[answering] = "being answered"

    def plan_state(self, block: PlanBlock) -> tuple[PlanState, str]:
        """How a plan is drawn, and what became of it."""
        digest = block.plan.digest
        same = [one for one in self._everything
                if isinstance(one, PlanBlock) and one.plan.digest == digest]  # fmt: skip
        if block is not same[-1]:
            return "closed", "shown again below"
        if digest == self._pending_digest:
            return "open", ""
        return "closed", self._outcomes.get(digest, "closed")

    def is_newest(self, block: RecommendationBlock) -> bool:
        """Whether no later recommendation stands."""
        made = [one for one in self._everything if isinstance(one, RecommendationBlock)]
        return block is made[-1]

    def is_last_code(self, event: Rendered) -> bool:
        """Whether the same code is not shown again below."""
        same = [one for one in self._everything if one == event]
        return event is same[-1]

    def is_standing(self, event: Deployed) -> bool:
        """Whether its endpoint is the newest of its name and was not removed."""
        return any(event is one for one in self._standing)


class Growing(Context):
    """The running turn: its cards are open and have no widgets yet, for they are drawn anew."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def plan_state(self, block: PlanBlock) -> tuple[PlanState, str]:  # noqa: ARG002 - the base's
        """Open, without buttons yet."""
        return "growing", ""

    def is_newest(self, block: RecommendationBlock) -> bool:  # noqa: ARG002 - the base's
        """Always."""
        return True

    def is_last_code(self, event: Rendered) -> bool:  # noqa: ARG002 - the base's
        """Not before the turn is over."""
        return False

    def is_standing(self, event: Deployed) -> bool:  # noqa: ARG002 - the base's
        """Not before the turn is over."""
        return False


def draw_block(context: Context, block: Block, *, with_cards: bool = False) -> None:
    """Draw one block of a turn where the script stands.

    Args:
        context: What the other blocks say.
        block: What to draw.
        with_cards: The turn has cards that say most of its text more readably.
    """
    match block:
        case TextBlock():
            _draw_text(block, with_cards=with_cards)
        case ToolsBlock():
            _draw_tools(block)
        case RecommendationBlock():
            draw_recommendation(block.values, newest=context.is_newest(block))
        case PlanBlock():
            state, outcome = context.plan_state(block)
            draw_plan(context.page, block, state=state, outcome=outcome)
        case ProgressBlock():
            _draw_progress(block)
        case Rendered():
            _draw_code(block, offered=context.is_last_code(block))
        case Deployed():
            draw_deployed(context.page, block, current=context.is_standing(block))
        case Undone():
            draw_undone(block)
        case Failed():
            draw_failed(block)


_HIGHLIGHTED = {
    "cloudformation": "yaml",
    "workflow": "yaml",
    "terraform": "hcl",
    "notebook": "json",
}


def _draw_code(block: Rendered, *, offered: bool) -> None:
    """A plan as code, to read and, where it is `offered`, to take away."""
    with st.expander(plain(block.file_name), icon=":material/code:"):
        st.code(block.text, language=_HIGHLIGHTED.get(block.language, "python"), height=400)
    if offered:
        name = block.file_name.rpartition("/")[2]
        key = f"code-{block.language}-{block.digest[:12]}"
        st.download_button(f"Download {name}", block.text, name, key=key, on_click="ignore")


def _draw_text(block: TextBlock, *, with_cards: bool) -> None:
    lead, rest = lead_and_rest(block.text) if with_cards else (block.text, "")
    st.markdown(safe_markdown(lead))
    if rest:
        with st.expander("All of it in words", type="compact"):
            st.markdown(safe_markdown(rest))
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
