"""The one place where a person allows a change: the exact plan, and approve or reject."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from assistant.events import PlanProposed
from ui.blocks import PlanBlock
from ui.session import Page
from ui.wording import lines, link, money, operation_label, plain, rule_label, safe_markdown

_NAMES = (
    "TransformJobName",
    "EndpointName",
    "EndpointConfigName",
    "ModelName",
    "RoleName",
    "PolicyName",
    "ScheduledActionName",
    "ResourceId",
    "Bucket",
)


_FILE_HEIGHT = 360
PlanState = Literal["open", "growing", "closed"]


def draw_plan(page: Page, block: PlanBlock, *, state: PlanState, outcome: str = "") -> None:
    """An open plan has its buttons; an answered one is folded and says what became of it.

    Args:
        page: Where it is drawn.
        block: The plan and the sentence that asks.
        state: "open": awaits an answer; "growing": its turn still runs, so no buttons yet.
        outcome: What became of a closed one, a few words.
    """
    plan = block.plan
    if state == "closed":
        label = f"Plan for {plan.endpoint_name}: {outcome}"
        with st.expander(plain(label), icon=":material/list_alt:"):
            _draw_content(plan)
        return
    with st.container(border=True):
        st.markdown(f"#### Plan for {plain(plan.endpoint_name)}")
        if block.summary:
            st.markdown(safe_markdown(block.summary))
        _draw_content(plan)
        if state == "open":
            _draw_answer(page, plan)


def _draw_content(plan: PlanProposed) -> None:
    with st.container(horizontal=True, gap="medium"):
        label = "This run" if plan.kind == "transform" else "Per month"
        st.metric(label, money(plan.cost_usd_per_month), width="content")
        if plan.cost_if_forgotten_usd_per_month is not None:
            forgotten = money(plan.cost_if_forgotten_usd_per_month)
            st.metric("If forgotten", forgotten, width="content")
    if plan.warnings:
        st.warning(lines(plain(one) for one in plan.warnings), icon=":material/warning:")
    if plan.preflight is not None:
        needs_look = any(c["status"] in {"warning", "failed"} for c in plan.preflight["checks"])
        icon = ":material/report:" if needs_look else ":material/fact_check:"
        st.caption(f"{icon} {plain(str(plan.preflight['summary']))}")
    draw: dict[str, Callable[[], None]] = {
        f"Steps ({len(plan.steps)})": lambda: _draw_steps(plan.steps)
    }
    if plan.packaging:
        draw[f"Packaging ({len(plan.packaging)})"] = lambda: _draw_packaging(plan.packaging)
    if plan.preflight is not None:
        checks = plan.preflight["checks"]
        draw[f"Pre-flight ({len(checks)})"] = lambda: _draw_preflight(checks)
    draw["Exact calls"] = lambda: _draw_exact(plan)
    if plan.undo:
        draw[f"Undo ({len(plan.undo)})"] = lambda: _draw_calls(plan.undo)
    for tab, draw_tab in zip(st.tabs(list(draw)), draw.values(), strict=True):
        with tab:
            draw_tab()
    place = "AWS" if plan.target == "aws" else "Sandbox"
    st.caption(
        f"{place} · account {plain(plan.account)} · {plain(plan.region)} · "
        f"method {plain(plan.method)} · digest {plan.digest[:16]}"
    )


def _draw_steps(steps: Sequence[Mapping[str, Any]]) -> None:
    lines = ["| | Step | On |", "|--:|:--|:--|"]
    for place, step in enumerate(steps, 1):
        what = plain(operation_label(str(step.get("operation", ""))))
        lines.append(f"| {place} | {what} | {plain(_subject(step))} |")
    st.markdown("\n".join(lines))


_MARKS = {
    "passed": ":green[passed]",
    "warning": ":orange[warning]",
    "failed": ":red[failed]",
    "not-looked-at": ":gray[not looked at]",
}


def _draw_preflight(checks: Sequence[Mapping[str, Any]]) -> None:
    """What was looked at before this was shown, what was seen and what to do about it."""
    for check in checks:
        mark = _MARKS.get(str(check["status"]), plain(str(check["status"])))
        told = f"{plain(str(check['seen']))} {plain(str(check.get('remedy') or ''))}".strip()
        source = link("source", str(check["source_url"]))
        st.markdown(
            f"{mark} **{plain(str(check['title']))}** ({plain(rule_label(check))}) :small[{source}]"
        )
        st.caption(told)


def _subject(step: Mapping[str, Any]) -> str:
    """What a step is about: the name it gives or changes."""
    parameters = step.get("parameters") or {}
    if "Key" in parameters:
        return f"s3://{parameters.get('Bucket', '')}/{parameters['Key']}"
    found = next((parameters[name] for name in _NAMES if name in parameters), "")
    return found if isinstance(found, str) else ""


def _draw_exact(plan: PlanProposed) -> None:
    """All that an approval is for, and its digest in full."""
    _draw_calls(plan.steps)
    st.caption("Digest over target, account, region and every call:")
    st.code(plan.digest, language=None, wrap_lines=True)


def _draw_calls(calls: Sequence[Mapping[str, Any]]) -> None:
    for place, call in enumerate(calls, 1):
        st.markdown(f"{place}. `{call.get('operation', '')}`")
        if call.get("why"):
            st.caption(plain(str(call["why"])))
        st.code(_json(call.get("parameters", {})), language="json", wrap_lines=True)


def _draw_packaging(packaging: Sequence[Mapping[str, Any]]) -> None:
    for step in packaging:
        _draw_packaging_step(step)


def _draw_packaging_step(step: Mapping[str, Any]) -> None:
    """One packaging step; a file that was written for the model is shown in full."""
    path, content = str(step.get("path") or ""), step.get("content")
    source = f" :small[{link('source', step['source_url'])}]" if step.get("source_url") else ""
    lead = f"**{plain(path)}** " if path else ""
    st.markdown(f"{lead}{plain(str(step.get('text', '')))}{source}")
    if isinstance(content, str):
        height = min(_FILE_HEIGHT, 40 + 22 * (content.count("\n") + 1))
        st.code(content, language="python" if path.endswith(".py") else None, height=height)


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _draw_answer(page: Page, plan: PlanProposed) -> None:
    """The buttons, with what must be typed or ticked first."""
    key = plan.digest[:12]
    with st.form(f"answer-{key}", border=False, enter_to_submit=False):
        if plan.typed_name_required:
            st.text_input(
                f"Type {plain(plan.typed_name_required)} to confirm",
                key=f"typed-{key}",
                autocomplete="off",
            )
        if plan.eula_required:
            if plan.licence:
                _draw_licence(plan.licence)
            st.checkbox("I accept the model's licence agreement", key=f"eula-{key}")
        with st.container(horizontal=True):
            st.form_submit_button(
                "Approve",
                key=f"approve-{key}",
                type="primary",
                icon=":material/check:",
                disabled=page.busy,
                on_click=_approve,
                args=(page, plan),
            )
            st.form_submit_button(
                "Reject",
                key=f"reject-{key}",
                disabled=page.busy,
                on_click=_reject,
                args=(page, plan),
            )


def _draw_licence(licence: Mapping[str, str]) -> None:
    """The licence in full, as text: it is data from outside."""
    with st.expander(f"Licence of {plain(licence.get('model_id', ''))}", expanded=True):
        st.caption(plain(licence.get("uri", "")))
        st.code(
            licence.get("text") or "Its text could not be read.", language=None, wrap_lines=True
        )


def _approve(page: Page, plan: PlanProposed) -> None:
    key = plan.digest[:12]
    typed = str(st.session_state.get(f"typed-{key}") or "").strip() or None
    accepted = bool(st.session_state.get(f"eula-{key}", False))
    if plan.typed_name_required and typed != plan.typed_name_required:
        page.tab.notice = f"Type {plan.typed_name_required} exactly, then approve again."
    elif plan.eula_required and not accepted:
        page.tab.notice = "Accept the licence agreement, then approve again."
    else:
        page.services.runs.approve(page.thread, plan.digest, typed_name=typed, accept_eula=accepted)


def _reject(page: Page, plan: PlanProposed) -> None:
    page.services.runs.reject(page.thread, plan.digest)
