"""One section of an answer per intent; each returns text, or nothing to say."""

from collections.abc import Callable
from typing import Any

from assistant.offline.changes import differences
from assistant.offline.courtesies import (
    greeting,
    help_text,
    out_of_scope,
    small_talk,
    thanks,
)
from assistant.offline.endpoint_sections import (
    approval,
    deletion,
    endpoints,
    invocation,
    rejection,
    status,
    undo,
)
from assistant.offline.fields import known
from assistant.offline.history import dictionary, rows
from assistant.offline.meaning import Intent
from assistant.offline.option_names import option_name
from assistant.offline.replies import cost, explained, failed, reasons
from assistant.offline.talk import Talk

_FACTOR_FIELDS: dict[str, tuple[str, ...]] = {
    "traffic": ("average_requests_per_second", "peak_requests_per_second"),
    "requests": ("average_requests_per_second", "peak_requests_per_second"),
    "payload": ("request_payload_bytes",),
    "latency": ("latency_p95_ms",),
    "budget": ("budget_usd_per_month",),
    "size": ("model_size_bytes",),
    "model": ("model_size_bytes",),
}


def knowledge(talk: Talk) -> str:
    """Answer from the notes, with citations; say so when they hold nothing."""
    _ = talk._
    query = (talk.understood.question or talk.turn.text)[:1000]
    result = talk.desk.call("search_notes", query=query, k=5)
    if result.error:
        return failed(result, _)
    answer = str(result.value.get("answer") or "").strip()
    if not result.value.get("grounded") or not answer:
        return _(
            "My notes do not answer that, and I do not guess. "
            "I know about SageMaker endpoints: options, limits, containers, scaling, cost, errors."
        )
    cited = enumerate(rows(result.value.get("citations")), start=1)
    sources = [_source(number, citation) for number, citation in cited]
    return "\n".join([answer, *([_("Sources:"), *sources] if sources else [])])


def _source(number: int, citation: dict[str, Any]) -> str:
    title, url = str(citation.get("title") or ""), str(citation.get("source_url") or "")
    return f"- [{number}] " + (f"{title}: {url}" if title and url else title or url)


def why_not(talk: Talk) -> str:
    """Say why an option was or was not chosen."""
    _ = talk._
    option = talk.understood.option
    if not option:
        return compare(talk)
    result = talk.desk.call("recommend", changes=[])
    recommendation = dictionary(result.value.get("recommendation"))
    if not recommendation:
        return failed(result, _)
    chosen = str(recommendation.get("inference_option") or "")
    name = option_name(option, _)
    if option == chosen:
        head = _("**{option}** is what I recommend:", option=name)
        return "\n".join([head, *reasons(recommendation.get("reasons"), _, most=4)])
    row = next((r for r in rows(recommendation.get("options")) if r.get("option") == option), {})
    fits = row.get("verdict") == "fits" or option in (recommendation.get("alternatives") or ())
    lines = reasons(row.get("reasons"), _, most=4)
    current = option_name(chosen, _)
    if fits:
        head = _(
            "**{option}**: it would work too, but I prefer another ({chosen}):",
            option=name,
            chosen=current,
        )
        lines = lines or reasons(recommendation.get("reasons"), _, most=3)
    elif row:
        head = _("**{option}**: ruled out for what you told me:", option=name)
    else:
        head = _("My recommendation is another one ({chosen}):", chosen=current)
        lines = reasons(recommendation.get("reasons"), _, most=3)
    return "\n".join([head, *lines])


def compare(talk: Talk) -> str:
    """Set the options side by side: verdict and main reasons."""
    _ = talk._
    result = talk.desk.call("recommend", changes=[])
    recommendation = dictionary(result.value.get("recommendation"))
    if not recommendation:
        return failed(result, _)
    verdicts = {"chosen": _("recommended"), "fits": _("would work"), "ruled-out": _("ruled out")}
    lines = [_("For what you told me:")]
    for row in rows(recommendation.get("options")):
        option = option_name(str(row.get("option") or ""), _)
        lines.append(f"- **{option}**: {verdicts.get(str(row.get('verdict')), '')}")
        lines += [f"  {line}" for line in reasons(row.get("reasons"), _, most=2)]
    if len(lines) == 1:
        return explained(recommendation, _, talk.taken)
    return "\n".join([*lines, cost(recommendation, _) + "."])


def what_if(talk: Talk) -> str:
    """Recommend for a supposed change and say what would be different; nothing is recorded."""
    _ = talk._
    current = talk.desk.call("recommend", changes=[])
    base = dictionary(current.value.get("recommendation"))
    if not base:
        return failed(current, _)
    changes = _supposed(talk, base)
    if not changes:
        return _('Tell me the number to suppose, for example "what if the payload is 20 MB?".')
    result = talk.desk.call("recommend", changes=changes)
    other = dictionary(result.value.get("recommendation"))
    if not other:
        return failed(result, _)
    supposed = known({str(c["field"]): c["value"] for c in changes}, _)
    lines = [_("Supposing {facts} (I do not take it down):", facts=supposed)]
    different = differences(base, other, _)
    if not different:
        lines.append(
            _(
                "Nothing changes: still {option}.",
                option=option_name(str(other.get("inference_option")), _),
            )
        )
    lines += different
    if base.get("inference_option") != other.get("inference_option"):
        lines += reasons(other.get("reasons"), _, most=2)
    lines += reasons(result.value.get("conflicts"), _, most=2)
    return "\n".join(lines)


def _supposed(talk: Talk, base: dict[str, Any]) -> list[dict[str, Any]]:
    changes = {fact.field: fact.value for fact in talk.understood.what_if}
    if factor := talk.understood.factor:
        what, times = factor
        assumed = {**_pairs(base.get("assumptions")), **dictionary(talk.needs.get("assumed"))}
        known_values = {**assumed, **talk.values}
        for name in _FACTOR_FIELDS.get(what, (what,)):
            value = known_values.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                scaled = value * times
                changes[name] = round(scaled) if isinstance(value, int) else round(scaled, 9)
    return [{"field": name, "value": value} for name, value in changes.items()]


def _pairs(found: Any) -> dict[str, Any]:
    if isinstance(found, dict):
        return found
    return {str(row["field"]): row.get("value") for row in rows(found) if row.get("field")}


SECTIONS: dict[Intent, Callable[[Talk], str]] = {
    Intent.ASK_KNOWLEDGE: knowledge,
    Intent.WHY_NOT: why_not,
    Intent.COMPARE: compare,
    Intent.WHAT_IF: what_if,
    Intent.APPROVE: approval,
    Intent.REJECT: rejection,
    Intent.CANCEL: rejection,
    Intent.STATUS: status,
    Intent.LIST_ENDPOINTS: endpoints,
    Intent.DELETE: deletion,
    Intent.UNDO: undo,
    Intent.INVOKE: invocation,
    Intent.GREETING: greeting,
    Intent.THANKS: thanks,
    Intent.HELP: help_text,
    Intent.SMALL_TALK: small_talk,
    Intent.OUT_OF_SCOPE: out_of_scope,
}
