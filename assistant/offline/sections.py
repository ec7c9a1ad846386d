"""One section of an answer per intent; each returns text, or nothing to say."""

from collections.abc import Callable
from typing import Any

from assistant.messages import Translator
from assistant.offline.fields import known, label
from assistant.offline.history import dictionary, rows
from assistant.offline.meaning import Intent
from assistant.offline.outcomes import verified
from assistant.offline.replies import (
    approval_note,
    cost,
    differences,
    endpoint_rows,
    explained,
    failed,
    option_name,
    place,
    reasons,
    short,
)
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
    sources = list(dict.fromkeys(_source(c) for c in rows(result.value.get("citations"))))
    return "\n".join([answer, *([_("Sources:"), *sources] if sources else [])])


def _source(citation: dict[str, Any]) -> str:
    title, url = str(citation.get("title") or ""), str(citation.get("source_url") or "")
    return f"- {title}: {url}" if title and url else f"- {title or url}"


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


def approval(talk: Talk) -> str:
    """Say that only the approve control starts the pending plan."""
    _ = talk._
    if not talk.pending:
        return ""
    digest = short(talk.pending.get("digest"))
    if talk.pending.get("kind") == "delete":
        return _(
            "I cannot approve it for you, and nothing has started. Type the name {name} and use "
            "Approve beside the plan; it covers exactly plan {digest}.",
            name=str(talk.pending.get("endpoint_name") or ""),
            digest=digest,
        )
    return _(
        "I cannot approve it for you, and nothing has started. Use Approve beside the plan "
        "(in the terminal: approve {digest}); it covers exactly plan {digest}.",
        digest=digest,
    )


def rejection(talk: Talk) -> str:
    """Say that nothing happens, and how to drop the plan."""
    _ = talk._
    if talk.pending:
        return _(
            "All right: nothing has been made and nothing will be. Use Reject beside the plan "
            "{digest} to drop it, or tell me what should be different.",
            digest=short(talk.pending.get("digest")),
        )
    return _("All right. Nothing is waiting to be made; nothing was changed.")


def status(talk: Talk) -> str:
    """Tell how the last deployment stands."""
    _ = talk._
    result = talk.desk.call("describe_deployment", deployment_id=None)
    if result.error:
        return failed(result, _)
    found = dictionary(result.value.get("deployment"))
    if not found:
        text = _("Nothing has been deployed in this conversation yet.")
        return " ".join(filter(None, [text, _waiting(talk)]))
    lines = [
        _(
            "Endpoint **{name}**: {status}.",
            name=str(found.get("endpoint_name") or "?"),
            status=_(str(found.get("status") or "?")),
        )
    ]
    if found.get("step") is not None and found.get("of"):
        step, of = str(found["step"]), str(found["of"])
        lines.append(_("Step {step} of {of}.", step=step, of=of))
    lines.append(verified(found.get("verification"), _))
    return " ".join(line for line in (*lines, _waiting(talk)) if line)


def _waiting(talk: Talk) -> str:
    if not talk.pending:
        return ""
    digest = short(talk.pending.get("digest"))
    return talk._("The plan {digest} still waits for your approval.", digest=digest)


def endpoints(talk: Talk) -> str:
    """List what runs and what it costs."""
    _ = talk._
    result = talk.desk.call("describe_endpoints")
    if result.error:
        return failed(result, _)
    where = place(result.value, _)
    found = endpoint_rows(rows(result.value.get("endpoints")), _)
    if not found:
        return _("No endpoint exists ({where}).", where=where)
    return "\n".join([_("Endpoints ({where}):", where=where), *found])


def deletion(talk: Talk) -> str:
    """Plan the deletion of the named endpoint, or ask which one is meant."""
    _ = talk._
    name = talk.understood.endpoint_name
    if not name:
        listed = talk.desk.call("describe_endpoints")
        found = rows(listed.value.get("endpoints"))
        ours = [r for r in found if r.get("ours") is not False]
        if len(ours) != 1:
            head = _("Which endpoint shall go? Tell me its name.") if found else ""
            return "\n".join([head, *endpoint_rows(found, _)]) if found else endpoints(talk)
        name = str(ours[0].get("endpoint_name") or "")
    result = talk.desk.call("plan_deletion", endpoint_name=name)
    return _inverse(result.value, failed(result, _) if result.error else "", _)


def undo(talk: Talk) -> str:
    """Plan the inverse of the last deployment."""
    result = talk.desk.call("plan_undo", deployment_id=None)
    return _inverse(result.value, failed(result, talk._) if result.error else "", talk._)


def _inverse(value: dict[str, Any], problem: str, _: Translator) -> str:
    plan = dictionary(value.get("plan"))
    if problem or not plan:
        return problem or _("The tool gave an answer that I cannot read.")
    name, where = str(plan.get("endpoint_name") or ""), place(plan, _)
    head = _("The plan to remove **{name}** is ready ({where}).", name=name, where=where)
    return f"{head}\n{approval_note(plan, _)}"


def invocation(talk: Talk) -> str:
    """Say how the endpoint is invoked."""
    _ = talk._
    last = talk.turn.state.last_deployment or {}
    name = talk.understood.endpoint_name or str(last.get("endpoint_name") or "")
    if not name:
        return _(
            "There is no endpoint from this conversation yet; "
            "once it is deployed you can invoke it."
        )
    return _(
        "Invoke it with the form beside the endpoint, "
        "or in a terminal: sagepilot invoke {name} FILE",
        name=name,
    )


def greeting(talk: Talk) -> str:
    """Greet, and say what to begin with."""
    _ = talk._
    if talk.advances:
        return _("Hello!")
    if talk.values:
        return _("Hello! We can go on where we were.")
    return _(
        "Hello! Tell me about your model and who calls it, and I take it to a SageMaker endpoint: "
        'for example "I have a scikit-learn model in ./model.joblib, 200 ms, 20 requests a second".'
    )


def thanks(talk: Talk) -> str:
    """Answer thanks."""
    return talk._("You are welcome.")


def help_text(talk: Talk) -> str:
    """Say what can be done here."""
    return talk._(
        "I take you from a sentence to a working SageMaker endpoint. You can:\n"
        "- describe your model, latency, payload, traffic and budget, and correct me at any time\n"
        '- ask "why not serverless?", "and if traffic doubles?" or any question about SageMaker '
        "endpoints\n"
        '- say "go ahead" for a plan with sensible defaults; you approve it, nobody else can\n'
        "- ask for the status, list endpoints, delete or undo"
    )


def small_talk(talk: Talk) -> str:
    """Answer small talk."""
    return talk._("I am fine, thank you, and best at SageMaker endpoints. What shall we deploy?")


def out_of_scope(talk: Talk) -> str:
    """Decline politely."""
    return talk._(
        "That is outside what I can help with. I choose, plan and explain SageMaker endpoints: "
        "tell me about your model, or ask about options, limits, scaling and cost."
    )


def summary(talk: Talk) -> str:
    """Say what is known, for a message that was not understood."""
    _ = talk._
    if talk.values:
        return _("What I know so far: {facts}.", facts=known(talk.values, _))
    return ""


def not_understood(talk: Talk) -> str:
    """Say that a message was not understood, and what would be."""
    _ = talk._
    names = _.join([label(f, _) for f in talk.turn.asked if talk.values.get(f) is None])
    if not talk.turn.text.strip():
        return _("Your message was empty.")
    if names:
        return _("I did not understand that as an answer about {fields}.", fields=names)
    return _('I did not understand that. Say "help" to see what I can do.')


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
