"""One question: its scenario, its options as its kind wants them answered, the time left."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from ui.wording import plain

Answer = Callable[[list[str]], None]


def draw_question(
    asked: Mapping[str, Any], session_id: str, answer: Answer, end: Callable[[], None]
) -> None:
    """The question, and the controls that answer, skip or end."""
    key = f"practice-{session_id}-{asked['number']}"
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(f"Question {asked['number']} of {asked['of']} · task {asked['task']}")
        if asked.get("remaining_s") is not None:
            _draw_remaining(time.monotonic() + float(asked["remaining_s"]))
    st.progress((asked["number"] - 1) / asked["of"])
    if asked.get("case"):
        with st.container(border=True):
            st.caption("The case")
            st.markdown(_paragraphs(asked["case"]))
    st.markdown(_paragraphs(asked["stem"]))
    letters = _draw_options(asked, key)
    with st.container(horizontal=True):
        st.button("Answer", key=f"{key}-answer", type="primary", disabled=not letters,
                  on_click=answer, args=(letters,))  # fmt: skip
        st.button("Skip", key=f"{key}-skip", on_click=answer, args=([],))
        st.button("End", key=f"{key}-end", type="tertiary", on_click=end)


def _paragraphs(text: str) -> str:
    return "\n\n".join(plain(part) for part in text.split("\n\n"))


@st.fragment(run_every=1)
def _draw_remaining(ends: float) -> None:
    """Counts down; at the end the whole page is drawn again, without a question."""
    left = int(max(0.0, ends - time.monotonic()))
    st.caption(f":material/timer: {left // 60}:{left % 60:02d} left")
    if left == 0:
        st.rerun()


def _draw_options(asked: Mapping[str, Any], key: str) -> list[str]:
    """The control for the question's kind; the letters chosen, empty until they are complete."""
    match asked["kind"]:
        case "single":
            return _single(asked, key)
        case "multiple":
            return _multiple(asked, key)
        case "ordering":
            return _ordering(asked, key)
        case _:
            return _matching(asked, key)


def _single(asked: Mapping[str, Any], key: str) -> list[str]:
    options: dict[str, str] = asked["options"]
    chosen = st.radio(
        "Options", list(options), index=None, key=f"{key}-one", label_visibility="collapsed",
        format_func=lambda letter: f"**{letter}** {plain(options[letter])}",
    )  # fmt: skip
    return [chosen] if chosen else []


def _multiple(asked: Mapping[str, Any], key: str) -> list[str]:
    wanted = int(asked["choose"])
    if "choose" not in str(asked["stem"]).lower():
        st.caption(f"Choose {wanted}.")
    chosen = [
        letter
        for letter, text in asked["options"].items()
        if st.checkbox(f"**{letter}** {plain(text)}", key=f"{key}-{letter}")
    ]
    return chosen if len(chosen) == wanted else []


def _ordering(asked: Mapping[str, Any], key: str) -> list[str]:
    options: dict[str, str] = asked["options"]
    st.caption("Choose what comes first, second and so on.")
    chosen = [
        st.selectbox(
            f"{place}", list(options), index=None, key=f"{key}-place-{place}",
            placeholder="Choose", format_func=lambda letter: f"{letter} {options[letter]}",
        )
        for place in range(1, int(asked["choose"]) + 1)
    ]  # fmt: skip
    whole = None not in chosen and len(set(chosen)) == len(chosen)
    return [letter for letter in chosen if letter] if whole else []


def _matching(asked: Mapping[str, Any], key: str) -> list[str]:
    options: dict[str, str] = asked["options"]
    chosen = [
        st.selectbox(
            plain(prompt), list(options), index=None, key=f"{key}-prompt-{place}",
            placeholder="Choose", format_func=lambda letter: f"{letter} {options[letter]}",
        )
        for place, prompt in enumerate(asked["prompts"], 1)
    ]  # fmt: skip
    return [letter for letter in chosen if letter] if None not in chosen else []
