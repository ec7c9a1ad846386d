"""What is needed, as it was understood."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant.events import RequirementsUpdated
from ui.wording import field_label, link, plain, rule_label, value_label

_OPEN_SHOWN = 4


def draw_requirements(needs: RequirementsUpdated | None) -> None:
    """Said, taken for granted, still open, and what cannot all be had."""
    st.markdown("##### What you need")
    if needs is None or not (needs.values or needs.missing or needs.conflicts):
        st.caption("Nothing yet. It is listed here as you tell it.")
        return
    _draw_values(needs.values)
    for conflict in needs.conflicts:
        _draw_conflict(conflict)
    if needs.missing:
        st.caption(_still_open(needs.missing))
    if needs.assumed:
        with st.expander(f"Assumed ({len(needs.assumed)})", type="compact"):
            _draw_values(needs.assumed)


def _still_open(missing: tuple[str, ...]) -> str:
    """The most useful ones by name, the others counted."""
    text = "Still open: " + ", ".join(field_label(name) for name in missing[:_OPEN_SHOWN])
    more = len(missing) - _OPEN_SHOWN
    return f"{text} and {more} more" if more > 0 else text


def _draw_values(values: Mapping[str, Any]) -> None:
    rows = [
        f"| {plain(field_label(name))} | **{plain(value_label(name, value))}** |"
        for name, value in values.items()
    ]
    if rows:
        st.markdown("\n".join(("| | |", "|:--|:--|", *rows)))


def _draw_conflict(conflict: Mapping[str, Any]) -> None:
    source = link(rule_label(conflict), conflict.get("source_url"))
    st.warning(f"{plain(str(conflict.get('text', '')))} ({source})", icon=":material/warning:")
