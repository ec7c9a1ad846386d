"""Where the calls go: said at all times, in a line that does not scroll away."""

import streamlit as st

from ui.contract import App
from ui.wording import plain

_STYLE = """
<style>
/* The line that says where calls go stays in view while the thread scrolls. */
.st-key-target-line { position: sticky; top: 0; z-index: 99; }
</style>
"""


def style() -> None:
    """The few rules that the theme cannot say."""
    st.html(_STYLE)


def draw_header(app: App) -> None:
    """AWS or sandbox, account and region, and who talks."""
    with st.container(key="target-line", horizontal=True, vertical_alignment="center"):
        if app.target == "aws":
            st.badge("AWS, real costs", icon=":material/cloud:", color="orange")
        else:
            st.badge("Sandbox, no costs", icon=":material/science:", color="green")
        st.caption(
            f"account {plain(app.account)} · {plain(app.region)} · {plain(app.chat_model_label)}",
            help=plain(app.target_label),
        )
