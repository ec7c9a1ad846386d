"""Where the calls go: said at all times, in a line that does not scroll away."""

import logging

import streamlit as st

from ui.contract import App
from ui.wording import plain

logger = logging.getLogger(__name__)

# What the theme cannot say: the line with the target stays in view, tables are quiet and never
# wider than the screen, and a small screen gives its width to the cards.
_STYLE = """
<style>
[data-testid="stMainBlockContainer"] { padding-top: 0; }
[data-testid="stHeader"] { background: transparent; }
div:has(> .st-key-target-line) { position: sticky; top: 0; z-index: 99; }
.st-key-target-line {
  min-height: 3.75rem; margin: 0 -0.75rem; padding: 0.35rem 0.75rem; backdrop-filter: blur(16px);
  background: light-dark(#ffffffd9, #14191cd9);
}
[data-testid="stMarkdownContainer"] table { width: 100%; font-size: 0.875rem; }
[data-testid="stMarkdownContainer"] :is(th, td) {
  border-width: 0 0 1px 0; padding: 0.35rem 0.5rem 0.35rem 0; overflow-wrap: anywhere;
}
[data-testid="stMarkdownContainer"] tbody tr:last-child td { border-bottom: 0; }
[data-testid="stSidebar"] thead { display: none; }
[class*="st-key-open-"] button, [class*="st-key-open-"] button > div {
  justify-content: flex-start; text-align: left; width: 100%;
}
[class*="st-key-thread-menu-"] button > div > div:last-child:not(:first-child) { display: none; }
@media (min-width: 768px) { .st-key-target-aside { display: none; } }
@media (max-width: 900px) { .st-key-target-line { padding-left: 3.25rem; } }
@media (max-width: 640px) {
  .st-key-target-line { row-gap: 0; }
  [data-testid="stChatMessageAvatarCustom"] { display: none; }
  [data-testid="stMainBlockContainer"] { padding-left: 0.75rem; padding-right: 0.75rem; }
  [data-testid="stChatMessage"] { padding-left: 0.25rem; padding-right: 0.25rem; }
}
</style>
"""


def style() -> None:
    """The few rules that the theme cannot say."""
    st.html(_STYLE)


def draw_header(app: App) -> None:
    """AWS or sandbox, account and region, and who talks."""
    with st.container(key="target-line", horizontal=True, vertical_alignment="center", gap="small"):
        _draw_target(app)
        st.caption(
            f"{_account(app)} · {plain(app.region)} · chat model: {plain(app.chat_model_label)}"
        )


def draw_aside(app: App) -> None:
    """The target once more for a small screen, where the sidebar lies over the header."""
    with st.container(key="target-aside"):
        _draw_target(app)


def _draw_target(app: App) -> None:
    if app.target == "aws":
        st.badge("AWS, real costs", icon=":material/cloud:", color="orange")
    else:
        st.badge("Sandbox, no costs", icon=":material/science:", color="green")


def _account(app: App) -> str:
    """The account is asked for over the network; the line must stand without an answer, too."""
    try:
        return f"account {plain(app.account)}"
    except Exception as error:  # noqa: BLE001 - the page's edge: without an account it goes on
        logger.warning("ui.account_unknown", extra={"error_type": type(error).__name__})
        return "account not reachable"
