"""Sections about plans that wait and endpoints that exist; each returns text."""

from typing import Any

from assistant.messages import Translator
from assistant.offline.history import dictionary, rows
from assistant.offline.outcomes import verified
from assistant.offline.plan_replies import approval_note, endpoint_rows, place, short
from assistant.offline.replies import failed
from assistant.offline.talk import Talk


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
        "(in the terminal: /approve {digest}); it covers exactly plan {digest}.",
        digest=digest,
    )


def rejection(talk: Talk) -> str:
    """Say that nothing happens, and how to drop the plan."""
    _ = talk._
    if talk.pending:
        return _(
            "All right: nothing has been made and nothing will be. Use Reject beside the plan "
            "{digest} (in the terminal: /reject) to drop it, or tell me what should be different.",
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
    if found.get("of") and found.get("step") not in (None, found["of"]):
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
