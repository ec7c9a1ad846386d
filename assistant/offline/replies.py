"""Sentences about recommendations and plans; every number in them comes from a tool result."""

from collections.abc import Mapping
from typing import Any

from assistant.messages import N_, Translator, as_decimal
from assistant.offline.fields import known, milliseconds_shown
from assistant.offline.history import ToolResult, dictionary, rows
from assistant.offline.option_names import option_name
from assistant.offline.tool_sentences import localized

JOB = "batch-transform"
#: What a plan can be made for.
PLANNED = ("real-time", "serverless", "asynchronous", JOB)
_INSTEAD: dict[str, str] = {
    "edge": N_(
        "Instead: export the model (ONNX is the usual form) and run it on the device or next to "
        "it; SageMaker can still train and version it."
    ),
    "none": N_(
        "Instead: change one of the needs, or run the model inside your own application, where "
        "no endpoint is in the way."
    ),
}
_REASONS_SHOWN = 3
WARNINGS_SHOWN = 3
_ASSUMPTIONS_SHOWN = 6


def explained(recommendation: Mapping[str, Any], _: Translator, taken: Mapping[str, Any]) -> str:
    """Explain a recommendation: option, reasons, size, cost, scaling, warnings, flips.

    Args:
        recommendation: As the tool answers it.
        _: The reader's language.
        taken: Fields taken for granted, those that matter most first.
    """
    option = str(recommendation.get("inference_option") or "")
    lines = [
        recommended(recommendation, _),
        *reasons(recommendation.get("reasons"), _, most=_REASONS_SHOWN),
    ]
    if option not in PLANNED:
        lines += warnings(recommendation, _)
        lines += flips(recommendation, _) if option == "none" else []
        return "\n".join([*lines, instead(option, _)])
    facts = (
        sizing(recommendation, _),
        cost(recommendation, _),
        scaling(recommendation, _),
        expected_latency(recommendation, _),
    )
    lines += ["", *(f"- {fact}" for fact in facts if fact)]
    for block in (warnings(recommendation, _), flips(recommendation, _)):
        lines += ["", *block] if block else []
    granted = dict(list(taken.items())[:_ASSUMPTIONS_SHOWN])
    texts = known(granted, _) or assumed(recommendation.get("assumptions"))
    if texts:
        lines += ["", _("Taken for granted: {assumptions}.", assumptions=texts)]
    return "\n".join(lines)


def recommended(recommendation: Mapping[str, Any], _: Translator) -> str:
    """Name the recommended option in one sentence."""
    option = option_name(str(recommendation.get("inference_option") or ""), _)
    return _("My recommendation: **{option}**.", option=option)


def instead(option: str, _: Translator) -> str:
    """Say what to do when no endpoint is right."""
    advice = _(_INSTEAD[option]) if option in _INSTEAD else ""
    closing = _("So I make no plan; if something above is not so, tell me and I look again.")
    return "\n".join(["", advice, closing] if advice else ["", closing])


def rule_reference(item: Mapping[str, Any], _: Translator) -> str:
    """Name the rule behind a reason or conflict and the note it rests on; "" without a rule."""
    rule, note = str(item.get("rule_id") or ""), str(item.get("note_id") or "")
    return _("{rule}, note {note}", rule=rule, note=note) if rule and note else rule


def reasons(found: Any, _: Translator, *, most: int) -> list[str]:
    """Quote reasons with their rule ids, as bullet lines."""
    lines = []
    for reason in rows(found)[:most]:
        rule = rule_reference(reason, _)
        text = str(reason.get("text") or "").strip()
        if text:
            lines.append(f"- {localized(text, _)}" + (f" ({rule})" if rule else ""))
    return lines


def sizing(recommendation: Mapping[str, Any], _: Translator) -> str:
    """Say the first size, or nothing when there is none."""
    if instance := recommendation.get("instance_type"):
        count = as_decimal(recommendation.get("initial_instance_count"))
        text = _("Size: {instance}", instance=str(instance))
        return f"{text} x {_.number(count)}" if count is not None else text
    memory = as_decimal(recommendation.get("memory_size_in_mb"))
    if memory is None:
        return ""
    text = _("Size: {memory} MB of memory", memory=_.number(memory))
    concurrency = as_decimal(recommendation.get("max_concurrency"))
    if concurrency is None:
        return text
    return text + _(", at most {n} requests at a time", n=_.number(concurrency))


def cost(priced: Mapping[str, Any], _: Translator) -> str:
    """Say the monthly cost, and what it costs if it is forgotten."""
    if priced.get("inference_option") == JOB:
        return _cost_of_run(priced, _)
    monthly = as_decimal(priced.get("cost_usd_per_month"))
    forgotten = as_decimal(priced.get("cost_if_forgotten_usd_per_month"))
    if monthly is None:
        text = _("Cost: no price is known for this choice in this region")
    else:
        text = _("Cost: about {amount} a month", amount=_.money(monthly))
        if as_of := priced.get("as_of"):
            text += _(" (prices of {date})", date=str(as_of))
    if forgotten is not None:
        text += _("; left running unused, {amount} a month", amount=_.money(forgotten))
    return text


def _cost_of_run(priced: Mapping[str, Any], _: Translator) -> str:
    """Say what one run costs, once the data is known."""
    amount = as_decimal(priced.get("cost_usd_per_month"))
    if amount is None:
        return _("Cost: the instance-hours of each run, and nothing between runs")
    return _("Cost: about {amount} for this run, and nothing between runs", amount=_.money(amount))


def scaling(recommendation: Mapping[str, Any], _: Translator) -> str:
    """Say how it scales, or nothing when it does not."""
    auto = dictionary(recommendation.get("auto_scaling"))
    low, high = as_decimal(auto.get("min_capacity")), as_decimal(auto.get("max_capacity"))
    if low is None or high is None:
        return ""
    text = _("Scaling: {low} to {high}", low=_.number(low), high=_.number(high))
    policy = next(iter(rows(auto.get("policies"))), {})
    target = as_decimal(policy.get("target_value"))
    if policy.get("metric") and target is not None:
        text += _(
            ", holding {metric} at {target}", metric=str(policy["metric"]), target=_.number(target)
        )
    return text


def expected_latency(recommendation: Mapping[str, Any], _: Translator) -> str:
    """Say the estimated answer time, or nothing when there is none."""
    p95 = as_decimal(recommendation.get("latency_p95_ms"))
    if p95 is None:
        return ""
    return _("Estimated answer time (p95): {time}", time=milliseconds_shown(float(p95), _))


def warnings(recommendation: Mapping[str, Any], _: Translator) -> list[str]:
    """Quote the main warnings under a heading."""
    lines = reasons(recommendation.get("warnings"), _, most=WARNINGS_SHOWN)
    return [_("Watch out:"), *lines] if lines else []


def flips(recommendation: Mapping[str, Any], _: Translator) -> list[str]:
    """Say what would change the choice, under a heading."""
    lines = [
        _(
            "- {condition}: {option}",
            condition=localized(str(f["if"]), _),
            option=option_name(str(f["then"]), _),
        )
        for f in rows(recommendation.get("flips"))
        if f.get("if") and f.get("then")
    ]
    return [_("What would change this:"), *lines[:3]] if lines else []


def assumed(found: Any) -> str:
    """Join assumptions that are given as sentences."""
    texts = [str(t).rstrip(".") for t in found if t] if isinstance(found, list | tuple) else []
    return "; ".join(texts[:_ASSUMPTIONS_SHOWN])


def failed(result: ToolResult, _: Translator) -> str:
    """Explain a tool's refusal: its message and the remedy."""
    error = result.error or {}
    if error.get("type") == "not-bound":
        return _("I cannot do that in this conversation: the tool for it is not available.")
    if error.get("type") == "too-many":
        return _("That took more steps than one turn may have; say it again and I go on.")
    message = error.get("message") or _("The tool gave an answer that I cannot read.")
    remedy = error.get("remedy", "")
    return " ".join(filter(None, [localized(message, _), localized(remedy, _)]))
