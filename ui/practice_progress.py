"""Progress: shares with their intervals, weak topics, days."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st

from ui.wording import plain

_MOST_TOPICS = 15


def draw_progress(
    told: Mapping[str, Any], titles: Mapping[str, str], begin: Callable[[str], None]
) -> None:
    """Figures, weak topics, tasks with their titles, topics, days.

    `begin` starts a session on a topic.
    """
    overall = told["overall"]
    if not overall["answers"] and not any(row["answers"] for row in told["own"]):
        st.caption("Nothing answered yet. Progress shows here after the first question.")
        return
    _draw_figures(overall)
    _draw_weak(told["weak"], begin)
    st.markdown("##### Right lately, by task")
    _draw_shares([row for row in told["tasks"] if row["answers"]], titles)
    topics = sorted((row for row in told["topics"] if row["answers"]), key=lambda r: -r["answers"])
    if topics:
        st.markdown("##### By topic")
        _draw_shares(topics[:_MOST_TOPICS])
    if told["own"]:
        st.markdown("##### Your own sets")
        _draw_shares([row for row in told["own"] if row["answers"]])
    if len(told["days"]) > 1:
        st.markdown("##### By day")
        rows = [{"day": day["day"], "Right": day["right"], "Wrong": day["answers"] - day["right"]}
                for day in told["days"]]  # fmt: skip
        st.bar_chart(rows, x="day", y=["Right", "Wrong"], color=["#0f6e84", "#c9d3d7"], height=180,
                     x_label="", y_label="Answers")  # fmt: skip


def _draw_figures(overall: Mapping[str, Any]) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.metric("Seen", f"{overall['seen']} of {overall['questions']}", width="content")
        if overall["share"] is not None:
            interval = f"95 % interval: {overall['low']:.0%} to {overall['high']:.0%}"
            st.metric("Right lately", f"{overall['share']:.0%}", width="content", help=interval)
        if overall["retention"] is not None:
            st.metric("Still known", f"{overall['retention']:.0%}", width="content",
                      help="The mean chance that what you saw is still known, by FSRS")  # fmt: skip
        st.metric("Due now", str(overall["due"]), width="content")


def _draw_weak(weak: list[str], begin: Callable[[str], None]) -> None:
    if not weak:
        st.caption("No topic is weak so far.")
        return
    st.markdown("##### Weak topics")
    with st.container(horizontal=True):
        for topic in weak[:6]:
            st.button(plain(topic.replace("-", " ")), key=f"weak-{topic}", on_click=begin,
                      args=(topic,), icon=":material/fitness_center:")  # fmt: skip


def _named(row: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """A topic in words, a task with its title."""
    name = str(row["name"])
    return f"{name} {titles[name]}" if name in titles else name.replace("-", " ")


def _draw_shares(
    rows: list[Mapping[str, Any]], titles: Mapping[str, str] = MappingProxyType({})
) -> None:
    """A bar and a dot for each share, with a line for its 95 % interval."""
    values = [
        {"name": _named(row, titles), "share": row["share"], "low": row["low"],
         "high": row["high"], "answers": row["answers"], "due": row["due"]}
        for row in rows
    ]  # fmt: skip
    names = {"labelLimit": 260}
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": names}
    scale = {"domain": [0, 1]}
    axis = {"format": "%", "tickCount": 5}
    x = {"field": "share", "type": "quantitative", "title": None, "scale": scale, "axis": axis}
    tooltip = [
        {"field": "name", "title": "About"},
        {"field": "share", "title": "Right lately", "format": ".0%"},
        {"field": "answers", "title": "Answers"},
        {"field": "due", "title": "Due now"},
    ]
    bars = {
        "mark": {"type": "bar", "color": "#0f6e84", "cornerRadiusEnd": 3, "height": 12},
        "encoding": {"y": y, "x": x, "tooltip": tooltip},
    }
    ends = {"x": {"field": "low", "type": "quantitative", "scale": scale},
            "x2": {"field": "high"}, "y": y}  # fmt: skip
    lines = {"mark": {"type": "rule", "color": "#8a979d", "strokeWidth": 1.5}, "encoding": ends}
    dot = {"type": "point", "filled": True, "size": 60, "color": "#0f6e84", "opacity": 1}
    dots = {"mark": dot, "encoding": {"y": y, "x": x, "tooltip": tooltip}}
    layers = {"layer": [bars, lines, dots], "height": {"step": 26}}
    st.vega_lite_chart(values, layers, width="stretch")
