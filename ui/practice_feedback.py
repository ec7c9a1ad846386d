"""What an answer was worth: why each option is right or wrong, notes, the product's own word."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant.events import Failed
from ui.contract import PracticeRoom
from ui.failures import failed
from ui.result_view import draw_failed
from ui.session import Practising
from ui.wording import link, money, plain


def draw_marked(mine: Practising, room: PracticeRoom) -> None:
    """The mark of the question that was answered last."""
    marked = mine.marked or {}
    right = ", ".join(marked["right"])
    if marked["correct"]:
        st.success(f"Right: {right}", icon=":material/check:")
    elif marked["given"]:
        given = ", ".join(marked["given"])
        st.error(f"Not right: you said {given}, the answer is {right}", icon=":material/close:")
    else:
        st.info(f"Skipped: the answer is {right}", icon=":material/skip_next:")
    st.markdown(plain(marked["stem"]))
    draw_rationales(marked)
    _draw_notes(marked["citations"])
    with st.container(horizontal=True):
        st.button("Next", key="practice-next", type="primary", icon=":material/arrow_forward:",
                  on_click=_go_on, args=(mine,))  # fmt: skip
        if marked["proven"]:
            st.button(
                "Show me", key="practice-show", icon=":material/science:",
                disabled=mine.shown is not None, on_click=_show, args=(mine, room),
            )  # fmt: skip
    if isinstance(mine.shown, Failed):
        draw_failed(mine.shown)
    elif mine.shown is not None:
        _draw_shown(mine.shown)


def draw_rationales(told: Mapping[str, Any]) -> None:
    """Each option with its reason; prompts of a matching question with their right letter."""
    for place, prompt in enumerate(told["prompts"]):
        st.markdown(f"- {plain(prompt)}: **{told['right'][place]}**")
    for letter, text in told["options"].items():
        good = letter in told["right"]
        icon = ":green[:material/check_circle:]" if good else ":gray[:material/cancel:]"
        st.markdown(
            f"{icon} **{letter}** {plain(text)}  \n:small[{plain(told['rationales'][letter])}]"
        )


def draw_missed(question: Mapping[str, Any]) -> None:
    """A question of a session that was not answered rightly, folded away."""
    with st.expander(plain(question["stem"])[:160], type="compact"):
        st.markdown(plain(question["stem"]))
        draw_rationales(question)
        _draw_notes(question["citations"])


def _draw_notes(citations: list[dict[str, Any]]) -> None:
    for note in citations:
        title = link(note["title"], note["source_url"])
        st.caption(f":material/menu_book: {title}: {plain(note['summary'])}")


def _go_on(mine: Practising) -> None:
    mine.marked = mine.shown = None


def _show(mine: Practising, room: PracticeRoom) -> None:
    try:
        mine.shown = room.show(str(mine.session_id), (mine.marked or {})["question_id"])
    except Exception as error:  # noqa: BLE001 - the page's edge
        mine.shown = failed(error)


def _draw_shown(shown: Mapping[str, Any]) -> None:
    with st.container(border=True):
        st.markdown("##### What the product itself says")
        st.markdown("\n".join(f"- {plain(line)}" for line in (*shown["lines"], *shown["faults"])))
        plan = shown.get("plan")
        if plan:
            calls = "\n".join(f"{n}. `{step['operation']}`"
                              for n, step in enumerate(plan["steps"], 1))  # fmt: skip
            with st.expander(f"A plan for it: {len(plan['steps'])} calls", type="compact"):
                st.markdown(calls)
            cost = money(plan["cost_usd_per_month"])
            st.caption(
                f"{plain(plan['summary'])} {plain(cost)} a month. Only shown: it waits for no "
                "approval. Describe your own need in the conversation for one that does."
            )
        elif shown.get("why_no_plan"):
            st.caption(f"No plan: {plain(shown['why_no_plan'])}")
