"""Exam practice: choose, one question at a time, how it went, progress."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui import session
from ui.contract import PracticeRoom
from ui.failures import failed
from ui.practice_feedback import draw_marked, draw_missed
from ui.practice_progress import draw_progress
from ui.practice_question import draw_question
from ui.result_view import draw_failed
from ui.session import Page, Practising
from ui.wording import number, plain

_MODES = {
    "adaptive": "What is due or weak",
    "mixed": "Mixed",
    "mock": "Timed mock exam",
}
_COUNTS = (5, 10, 20, 30, 65)


def draw_switch(*, practising: bool) -> None:
    """The way to practice, or back."""
    st.button(
        "Back to the conversation" if practising else "Practise for the exam",
        key="switch-practice",
        icon=":material/chat:" if practising else ":material/school:",
        width="stretch",
        on_click=session.show_conversation if practising else session.show_practice,
    )


def draw_practice(page: Page) -> None:
    """The page: questions in one tab, progress in the other."""
    room, mine = page.services.app.practice(), page.tab.practising
    st.markdown("### Practise for the exam")
    questions, standing = st.tabs(["Questions", "Progress"])
    with questions:
        if mine.failure is not None:
            draw_failed(mine.failure)
            mine.failure = None
        _draw_session(room, mine)
    with standing:
        try:
            told, titles = room.progress(), room.choices()["tasks"]
        except Exception as error:  # noqa: BLE001 - the page's edge: questions still work
            draw_failed(failed(error))
        else:
            draw_progress(told, titles, lambda topic: _begin(room, mine, topic=topic))


def _draw_session(room: PracticeRoom, mine: Practising) -> None:
    if mine.session_id is None:
        _draw_choice(room, mine)
    elif mine.marked is not None:
        draw_marked(mine, room)
    elif (asked := room.asked(mine.session_id)) is not None:
        draw_question(
            asked,
            mine.session_id,
            lambda letters: _answer(room, mine, asked, letters),
            lambda: _end(room, mine),
        )
    else:
        _draw_result(room, mine, mine.session_id)


def _draw_choice(room: PracticeRoom, mine: Practising) -> None:
    choices = room.choices()
    guide = choices["guide"]
    st.caption(
        f"MLA-C01, tasks 3.1 to 4.3: {choices['questions']} questions of our own, each with its "
        f"reasons and notes. These domains are {guide['covered_percent']} % of the exam."
    )
    open_session = room.resume()
    if open_session is not None:
        st.button(
            "Go on with the session that was interrupted",
            key="practice-resume",
            icon=":material/play_arrow:",
            on_click=lambda: setattr(mine, "session_id", open_session),
        )
    with st.container(border=True):
        wish = _draw_wish(choices)
        st.button(
            "Begin", key="practice-begin", type="primary", on_click=_begin, args=(room, mine),
            kwargs=wish,
        )  # fmt: skip


def _draw_wish(choices: dict[str, Any]) -> dict[str, Any]:
    """The form; returns what a session is to be."""
    guide = choices["guide"]
    mode = st.segmented_control(
        "How", list(_MODES), format_func=lambda one: _MODES[one], default="adaptive",
        required=True, key="practice-mode",
    )  # fmt: skip
    mock = mode == "mock"
    left, right = st.columns(2)
    topic = left.selectbox(
        "Topic", choices["topics"], index=None, placeholder="All topics", key="practice-topic",
        format_func=lambda one: plain(one.replace("-", " ")), disabled=mock,
    )  # fmt: skip
    tasks = choices["tasks"]
    task = right.selectbox(
        "Task of the exam guide", list(tasks), index=None, placeholder="All tasks",
        format_func=lambda one: f"{one} {tasks[one]}", key="practice-task", disabled=mock,
    )  # fmt: skip
    count = left.selectbox(
        "Questions", _COUNTS, index=_COUNTS.index(30 if mock else 10),
        key=f"practice-count-{'mock' if mock else 'free'}",
    )  # fmt: skip
    wish: dict[str, Any] = {"mode": mode, "count": count}
    if choices["sets"]:
        source = right.selectbox(
            "From", ["bank", *choices["sets"]], key="practice-set",
            format_func=lambda one: "Sagepilot's questions" if one == "bank" else plain(one),
        )  # fmt: skip
        wish["source"] = source
    if mock:
        st.caption(
            f"Two minutes a question, no feedback before the end, pass mark {guide['pass_mark']}. "
            f"In the exam itself about {guide['mock_questions']} questions are of these domains."
        )
        return wish
    return wish | {"topic": topic, "task": task}


def _draw_result(room: PracticeRoom, mine: Practising, session_id: str) -> None:
    made = room.result(session_id)
    scored = made.get("score") is not None
    with st.container(border=True):
        st.markdown("#### How it went")
        total = made["questions"] if scored else made["answered"]
        with st.container(horizontal=True, gap="medium"):
            st.metric("Right", f"{made['right']} of {total}", width="content")
            if scored:
                st.metric("On the exam's scale, about", number(made["score"]), width="content")
        if scored:
            st.progress(min(1.0, (made["score"] - 100) / 900))
            verdict = "above" if made["passed"] else "below"
            st.caption(
                f"Between {number(made['score_low'])} and {number(made['score_high'])} with 95 % "
                f"confidence, {verdict} the pass mark of {made['pass_mark']}. This is an estimate "
                "on a straight line: AWS does not publish how it scales, and only domains 3 and 4 "
                "were asked."
            )
        tasks = [f"{task}: {right} of {count}" for task, (right, count) in made["tasks"].items()]
        if tasks:
            st.caption("By task · " + " · ".join(tasks))
        st.button("Another session", key="practice-again", type="primary", on_click=_leave,
                  args=(mine,))  # fmt: skip
    if made["missed"]:
        st.markdown("##### To look at again")
        for question in made["missed"]:
            draw_missed(question)


def _guarded(mine: Practising, act: Callable[[], None]) -> None:
    """A click's act; what it refuses is shown at the next drawing."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - the page's edge
        mine.failure = failed(error)


def _begin(room: PracticeRoom, mine: Practising, **wish: Any) -> None:  # noqa: ANN401
    def act() -> None:
        given = {key: value for key, value in wish.items() if value is not None}
        mine.session_id = room.start(**given)
        mine.marked = mine.shown = None

    _guarded(mine, act)


def _answer(
    room: PracticeRoom, mine: Practising, asked: dict[str, Any], letters: list[str]
) -> None:
    def act() -> None:
        made = room.answer(str(mine.session_id), asked["id"], letters)
        mine.marked = None if asked["mode"] == "mock" else made
        mine.shown = None

    _guarded(mine, act)


def _end(room: PracticeRoom, mine: Practising) -> None:
    _guarded(mine, lambda: room.finish(str(mine.session_id)))


def _leave(mine: Practising) -> None:
    mine.session_id, mine.marked, mine.shown = None, None, None
