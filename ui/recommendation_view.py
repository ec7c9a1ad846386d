"""A recommendation: what, how large, why, what else, and what would change it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ui.wording import (
    duration_ms,
    field_label,
    lines,
    link,
    money,
    number,
    option_label,
    plain,
    rule_label,
    value_label,
)

_ENDPOINTS = ("real-time", "serverless", "asynchronous")


def draw_recommendation(values: Mapping[str, Any], *, newest: bool) -> None:
    """The newest one is open, older ones are folded away."""
    option = str(values.get("inference_option", "none"))
    if not newest:
        with st.expander(f"Earlier recommendation: {option_label(option)}", type="compact"):
            _draw_card(values)
        return
    with st.container(border=True):
        lead = "Recommended: " if option in _ENDPOINTS else "Better: "
        st.markdown(f"#### {lead}{plain(option_label(option)).lower()}")
        _draw_card(values)


def _draw_card(values: Mapping[str, Any]) -> None:
    if values.get("inference_option") in _ENDPOINTS:
        st.markdown(plain(_sizing(values)))
        _draw_figures(values)
    draw: dict[str, Callable[[], None]] = {"Why": lambda: _draw_why(values)}
    if values.get("flips"):
        draw["What would change it"] = lambda: _draw_flips(values["flips"])
    if values.get("options"):
        draw["All options"] = lambda: _draw_options(values["options"])
    if values.get("assumptions"):
        draw["Assumed"] = lambda: _draw_assumptions(values["assumptions"])
    for tab, draw_tab in zip(st.tabs(list(draw)), draw.values(), strict=True):
        with tab:
            draw_tab()


def _draw_why(values: Mapping[str, Any]) -> None:
    _draw_reasons(values.get("reasons") or ())
    alternatives = [option_label(str(one)).lower() for one in values.get("alternatives") or ()]
    if alternatives:
        st.markdown("Would also fit: " + plain(", ".join(alternatives)))
    warnings = values.get("warnings") or ()
    if warnings:
        st.warning(lines(_reason(one) for one in warnings), icon=":material/info:")


def _sizing(values: Mapping[str, Any]) -> str:
    """The size in one line."""
    parts: list[str] = []
    if values.get("instance_type"):
        parts.append(f"{values.get('initial_instance_count') or 1} x {values['instance_type']}")
    if values.get("memory_size_in_mb"):
        parts.append(f"{value_label('memory_size_in_mb', values['memory_size_in_mb'])} memory")
    if values.get("max_concurrency"):
        parts.append(f"up to {values['max_concurrency']} requests at once")
    if values.get("provisioned_concurrency"):
        parts.append(f"{values['provisioned_concurrency']} kept warm")
    scaling = values.get("auto_scaling")
    if scaling:
        parts.append(_scaling(scaling))
    if values.get("accelerator") not in (None, "none"):
        parts.append(f"accelerator: {values['accelerator']}")
    return " · ".join(parts)


def _scaling(scaling: Mapping[str, Any]) -> str:
    text = f"scales {scaling.get('min_capacity')} to {scaling.get('max_capacity')}"
    policies = scaling.get("policies") or ()
    if policies and policies[0].get("target_value") is not None:
        text += f" at {number(float(policies[0]['target_value']))} {policies[0].get('metric', '')}"
    return text


def _draw_figures(values: Mapping[str, Any]) -> None:
    latency = values.get("latency_p95_ms")
    with st.container(horizontal=True, gap="medium"):
        _figure("Per month, estimated", money(values.get("cost_usd_per_month")))
        if values.get("cost_if_forgotten_usd_per_month") is not None:
            _figure("If forgotten", money(values["cost_if_forgotten_usd_per_month"]))
        if latency is not None:
            _figure("Answer time p95, estimated", duration_ms(float(latency)))


def _figure(label: str, value: str) -> None:
    st.metric(label, value, width="content")


def _draw_reasons(reasons: Sequence[Mapping[str, Any]]) -> None:
    if reasons:
        st.markdown("\n".join(f"- {_reason(reason)}" for reason in reasons))


def _reason(reason: Mapping[str, Any]) -> str:
    """The sentence, then its rule as a link to the source."""
    text = plain(str(reason.get("text", "")))
    rule = link(rule_label(reason), reason.get("source_url"))
    return f"{text} :small[{rule}]"


def _draw_flips(flips: Sequence[Mapping[str, Any]]) -> None:
    st.markdown(
        "\n".join(
            f"- If {plain(str(flip.get('if', '')))}: "
            f"**{plain(option_label(str(flip.get('then', ''))))}**"
            for flip in flips
        )
    )


def _draw_options(options: Sequence[Mapping[str, Any]]) -> None:
    for option in options:
        verdict = str(option.get("verdict", "")).replace("-", " ")
        st.markdown(f"**{plain(option_label(str(option.get('option', ''))))}**: {plain(verdict)}")
        _draw_reasons(option.get("reasons") or ())


def _draw_assumptions(assumptions: Any) -> None:  # noqa: ANN401 - a mapping or a list, by contract
    if isinstance(assumptions, Mapping):
        lines = [
            f"{field_label(name)}: {value_label(name, value)}"
            for name, value in assumptions.items()
        ]
    else:
        lines = [str(one) for one in assumptions]
    st.markdown("\n".join(f"- {plain(line)}" for line in lines))
