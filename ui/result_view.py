"""What was deployed, and a form to try it."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant.events import Deployed, Failed, Undone
from ui.contract import InvocationResult
from ui.failures import failed
from ui.session import Page
from ui.wording import duration_ms, plain, size

_CONTENT_TYPES = (
    "application/json",
    "text/csv",
    "application/jsonlines",
    "text/libsvm",
    "text/plain",
    "application/x-npy",
    "application/octet-stream",
)
_LONGEST_SHOWN = 20_000


def draw_deployed(page: Page, event: Deployed, *, current: bool) -> None:
    """The endpoint, how it answered, and (while it is the newest of its name) the form."""
    if event.outputs is not None:
        _draw_outputs(event.endpoint_name, event.outputs)
        return
    with st.container(border=True):
        st.markdown(f"#### :green[:material/check_circle:] {plain(event.endpoint_name)} answers")
        _draw_verification(event.verification)
        st.code(event.endpoint_arn, language=None, wrap_lines=True)
        if current:
            draw_invocation(page, event.endpoint_name, place="result")


def _draw_outputs(job_name: str, outputs: Mapping[str, Any]) -> None:
    """The results of a batch transform: where, how many, how long, at what cost."""
    with st.container(border=True):
        st.markdown(f"#### :green[:material/check_circle:] {plain(job_name)} is done")
        complete = (outputs.get("objects"), outputs.get("records")) == (
            outputs.get("input_objects"), outputs.get("input_records"),
        )  # fmt: skip
        if not complete:
            st.warning("There are not as many results as the input has records.")
        figures = [("Result files", str(outputs.get("objects")))]
        if outputs.get("records") is not None:
            figures.append(("Records", f"{outputs['records']:,}"))
        if outputs.get("duration_s") is not None:
            figures.append(("Took", duration_ms(float(outputs["duration_s"]) * 1000)))
        if outputs.get("cost_usd") is not None:
            figures.append(("At list price", f"${float(outputs['cost_usd']):,.4f}"))
        with st.container(horizontal=True, gap="medium"):
            for label, value in figures:
                st.metric(label, value, width="content")
        st.code(str(outputs.get("uri")), language=None, wrap_lines=True)
        st.code(str(outputs.get("preview"))[:_LONGEST_SHOWN], language=None, height=160)


def draw_undone(event: Undone) -> None:
    """It is gone."""
    st.success(f"{plain(event.endpoint_name)} is removed.", icon=":material/delete:")


def draw_failed(event: Failed) -> None:
    """What did not work, and what to do."""
    text = plain(event.message)
    if event.remedy:
        text += f"\n\n**What to do:** {plain(event.remedy)}"
    st.error(text, icon=":material/error:")


def _draw_verification(verification: Mapping[str, Any]) -> None:
    figures: list[tuple[str, str]] = []
    if verification.get("invocations") is not None:
        figures.append(("Test requests", str(verification["invocations"])))
    for key, label in (
        ("latency_p50_ms", "Answer time p50"),
        ("latency_p95_ms", "Answer time p95"),
    ):
        if verification.get(key) is not None:
            figures.append((label, duration_ms(float(verification[key]))))
    if verification.get("ok") is False:
        st.warning("The endpoint runs, but its answer could not be verified.")
    with st.container(horizontal=True, gap="medium"):
        for label, value in figures:
            st.metric(label, value, width="content")


def draw_invocation(page: Page, endpoint_name: str, *, place: str) -> None:
    """A form with the sample filled in, and the last answer below it."""
    key = f"{place}-{endpoint_name}"
    sample = _sample(page, endpoint_name)
    body, content_type = sample if sample is not None else (b"", _CONTENT_TYPES[0])
    text = _as_text(body)
    types = (content_type, *(one for one in _CONTENT_TYPES if one != content_type))
    with st.form(f"invoke-{key}", border=False):
        if text is None:
            st.caption(f"The sample is binary ({size(len(body))}) and is sent as it is.")
        else:
            st.text_area("Request body", text, key=f"body-{key}", height=120)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox("Content type", types, key=f"type-{key}", width=220)
            sent = st.form_submit_button("Invoke", icon=":material/send:")
    if sent:
        typed = st.session_state.get(f"body-{key}")
        request = body if typed is None else str(typed).encode()
        with st.spinner("Waiting for the endpoint…"):
            page.tab.answers[key] = _invoke(
                page, endpoint_name, request, str(st.session_state[f"type-{key}"])
            )
    answer = page.tab.answers.get(key)
    if isinstance(answer, Failed):
        draw_failed(answer)
    elif answer is not None:
        _draw_answer(answer, key)


def _sample(page: Page, endpoint_name: str) -> tuple[bytes, str] | None:
    try:
        return page.services.app.sample_for(endpoint_name)
    except Exception:  # noqa: BLE001 - without a sample the form is empty, not the page
        return None


def _invoke(
    page: Page, endpoint_name: str, body: bytes, content_type: str
) -> InvocationResult | Failed:
    try:
        return page.services.app.invoke(endpoint_name, body, content_type=content_type)
    except Exception as error:  # noqa: BLE001 - the page's edge: shown as a failure
        return failed(error)


def _draw_answer(answer: InvocationResult, key: str) -> None:
    kind = answer.content_type or "no content type"
    line = f"{answer.status_code} · {duration_ms(answer.latency_ms)} · {kind}"
    if answer.output_location:
        line += f" · {answer.output_location}"
    st.caption(plain(line))
    text = _as_text(answer.body)
    if text is None or len(text) > _LONGEST_SHOWN:
        label = f"Download the answer ({size(len(answer.body))})"
        st.download_button(label, answer.body, key=f"download-{key}")
    else:
        st.code(*_pretty(text), wrap_lines=True)


def _pretty(text: str) -> tuple[str, str | None]:
    """JSON indented, everything else as it came."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False), "json"
    except ValueError:
        return text, None


def _as_text(body: bytes) -> str | None:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if "\x00" not in text else None
