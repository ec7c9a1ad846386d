"""What became of an approval, told in a few sentences."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from assistant.messages import Translator, as_decimal
from assistant.offline.fields import milliseconds_shown, seconds_shown
from assistant.offline.history import dictionary
from assistant.offline.plan_replies import short
from assistant.offline.tool_sentences import localized

#: Characters of the model's own words about a failed request.
_DETAIL_SHOWN = 300
_KINDS = ("deployed", "failed", "rejected", "undone")


def told(outcome: Mapping[str, Any], _: Translator) -> str:
    """Tell an outcome note."""
    tellers = {"deployed": _deployed, "undone": _undone, "rejected": _rejected, "failed": _failed}
    if teller := tellers.get(_kind(outcome)):
        return teller(outcome, _)
    return _("Something changed, but the note about it cannot be read. Ask for the status.")


def verified(verification: Any, _: Translator) -> str:
    """Tell the verification figures; empty when there are none."""
    found = dictionary(verification)
    if not found:
        return ""
    if found.get("ok") is False:
        return _unverified(found, _)
    count = as_decimal(found.get("invocations"))
    p50, p95 = as_decimal(found.get("latency_p50_ms")), as_decimal(found.get("latency_p95_ms"))
    text = _("It was invoked for real and answered.")
    if count == 1:
        text = _("It was invoked for real, once, and answered.")
        return text + (_answered_in(p50, _) if p50 is not None else "")
    if count is not None:
        text = _("It was invoked for real ({n} times) and answered.", n=_.number(count))
    if p50 is not None and p95 is not None:
        text += " " + _(
            "Answer time: median {p50}, p95 {p95}.",
            p50=milliseconds_shown(float(round(p50, 1)), _),
            p95=milliseconds_shown(float(round(p95, 1)), _),
        )
    if (first := as_decimal(found.get("first_latency_ms"))) is not None:
        shown = milliseconds_shown(float(round(first, 1)), _)
        text += " " + _("First answer: {time}.", time=shown)
    return text


def _answered_in(latency_ms: Decimal, _: Translator) -> str:
    shown = milliseconds_shown(float(round(latency_ms, 1)), _)
    return " " + _("Answer time: {time}.", time=shown)


def _unverified(found: Mapping[str, Any], _: Translator) -> str:
    """Tell why it is not verified; a guess that was not understood is no fault of the endpoint."""
    if found.get("sample_origin") == "guessed":
        return _(
            "It runs, but its answers are untested: I know no request for this model, and those I "
            "guessed were not understood. Send it one of your own."
        )
    detail = str(found.get("detail") or "").strip()[:_DETAIL_SHOWN]
    if detail:
        return _("The verification did not succeed: {detail}", detail=detail)
    return _("The verification did not succeed.")


def _kind(outcome: Mapping[str, Any]) -> str:
    for key in ("outcome", "event", "kind", "status", "type"):
        value = str(outcome.get(key) or "").lower()
        if value in _KINDS:
            return value
    for kind in _KINDS:
        if outcome.get(kind):
            return kind
    return "failed" if outcome.get("message") or outcome.get("error") else ""


def _deployed(outcome: Mapping[str, Any], _: Translator) -> str:
    name = str(outcome.get("endpoint_name") or "")
    if outputs := dictionary(outcome.get("outputs")):
        return _scored(name, outputs, outcome, _)
    lines = [
        _("**{name}** is deployed.", name=name) + " " + verified(outcome.get("verification"), _),
        _("Invoke it in the page, or: sagepilot invoke {name} FILE", name=name),
    ]
    if deployment := outcome.get("deployment_id"):
        lines.append(_('To take it away again say "undo" (deployment {id}).', id=str(deployment)))
    else:
        lines.append(_('To take it away again say "undo".'))
    return "\n".join(line.strip() for line in lines)


def _scored(
    name: str, outputs: Mapping[str, Any], outcome: Mapping[str, Any], _: Translator
) -> str:
    """Tell the results of a batch transform: how many, where, how long, what it cost."""
    objects, records = as_decimal(outputs.get("objects")), as_decimal(outputs.get("records"))
    uri = str(outputs.get("uri") or "")
    lines = [_("The job **{name}** is done.", name=name)]
    if records is not None:
        lines.append(_("{n} records are scored.", n=_.number(records)))
    lines.append(
        _("The results lie in {uri} (files: {n}).", uri=uri, n=_.number(objects or Decimal(0)))
    )
    seconds, usd = as_decimal(outputs.get("duration_s")), as_decimal(outputs.get("cost_usd"))
    if seconds is not None:
        lines.append(_("It took {time}.", time=seconds_shown(float(round(seconds, 1)), _)))
    if usd is not None:
        lines.append(_("At list price that is about {amount}.", amount=_.money(usd)))
    checked = dictionary(outcome.get("verification"))
    if checked.get("ok") is False:
        detail = str(checked.get("detail") or "")[:_DETAIL_SHOWN]
        lines.append(_("Look at them before you use them: {detail}.", detail=detail))
    undo = _(
        'To remove the model and the role again say "undo" (deployment {id}); the results stay.',
        id=str(outcome.get("deployment_id") or ""),
    )
    return " ".join(lines) + "\n" + undo


def _undone(outcome: Mapping[str, Any], _: Translator) -> str:
    name = str(outcome.get("endpoint_name") or "")
    return _("Done: **{name}** is removed, and what belonged to it.", name=name)


def _rejected(outcome: Mapping[str, Any], _: Translator) -> str:
    digest = short(outcome.get("digest"))
    text = _("The plan {digest} is dropped; nothing was made.", digest=digest) if digest else ""
    text = text or _("The plan is dropped; nothing was made.")
    return text + " " + _("Tell me what should be different and I make another.")


def _failed(outcome: Mapping[str, Any], _: Translator) -> str:
    failure = dictionary(outcome.get("failure"))
    problem = failure or dictionary(outcome.get("error")) or outcome
    parts = [_("That did not work."), localized(str(problem.get("message") or ""), _)]
    parts.append(localized(str(problem.get("remedy") or ""), _))
    if outcome.get("deployment_id"):
        parts.append(_("What had been made was taken back."))
    return " ".join(part for part in parts if part)
