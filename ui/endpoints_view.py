"""What runs now."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant.events import Failed
from ui.failures import failed
from ui.result_view import draw_failed, draw_invocation
from ui.session import Page
from ui.wording import money, option_label, plain

_COLOURS = {"InService": "green", "Parked": "gray", "Failed": "red", "OutOfService": "red"}


def draw_endpoints(page: Page) -> None:
    """The endpoints of account and region, looked up once a turn or when asked."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.markdown("##### Endpoints")
        st.button(
            "",
            key="refresh-endpoints",
            icon=":material/refresh:",
            type="tertiary",
            help="Look again",
            on_click=_forget,
            args=(page,),
        )
    if page.tab.endpoints is None:
        page.tab.endpoints = _look(page)
    if isinstance(page.tab.endpoints, Failed):
        draw_failed(page.tab.endpoints)
    elif not page.tab.endpoints:
        st.caption("None.")
    else:
        for row in page.tab.endpoints:
            _draw_row(page, row)


def _forget(page: Page) -> None:
    page.tab.endpoints = None


def _look(page: Page) -> tuple[Mapping[str, Any], ...] | Failed:
    try:
        return tuple(page.services.app.endpoints())
    except Exception as error:  # noqa: BLE001 - the sidebar says so, the chat goes on
        return failed(error)


def _draw_row(page: Page, row: Mapping[str, Any]) -> None:
    name, status = str(row.get("endpoint_name", "")), str(row.get("status", ""))
    colour = _COLOURS.get(status, "orange")
    with st.container(key=f"endpoint-{name}", gap=None):
        st.markdown(f":{colour}[●] **{plain(name)}**")
        st.caption(plain(_facts(row)))
        with st.container(horizontal=True, gap="small"):
            if status == "InService" and st.button("Try", key=f"try-{name}", type="tertiary"):
                _try_out(page, name)
            st.button(
                "Delete…",
                key=f"remove-{name}",
                type="tertiary",
                help="Asks for a plan; nothing is deleted before you approve it.",
                on_click=_ask_to_delete,
                args=(page, name),
            )


def _ask_to_delete(page: Page, name: str) -> None:
    page.services.runs.say(page.thread, f"Delete the endpoint {name}")


def _facts(row: Mapping[str, Any]) -> str:
    parts = [str(row.get("status", ""))]
    if row.get("inference_option"):
        parts.append(option_label(str(row["inference_option"])).removesuffix(" endpoint"))
    if row.get("instance_type"):
        parts.append(f"{row.get('instance_count') or 1} x {row['instance_type']}")
    elif row.get("memory_size_in_mb"):
        parts.append(f"{row['memory_size_in_mb']} MB")
    if row.get("cost_usd_per_month") is not None:
        parts.append(f"{money(row['cost_usd_per_month'])} a month")
    if row.get("ours") is False:
        parts.append("not made here")
    if row.get("expires_at"):
        soon = "expires within a day" if row.get("expires_soon") else "expires"
        parts.append(f"{soon}: {str(row['expires_at'])[:16].replace('T', ' ')} UTC")
    if row.get("restored_by"):
        parts.append(f"back with: {row['restored_by']}")
    return " · ".join(parts)


@st.dialog("Try the endpoint", width="medium")
def _try_out(page: Page, name: str) -> None:
    st.caption(plain(name))
    draw_invocation(page, name, place="dialog")
