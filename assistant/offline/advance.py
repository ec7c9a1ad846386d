"""The main path of a turn: record, ask or recommend, propose the plan."""

from typing import Any

from assistant.messages import N_, Translator
from assistant.offline.changes import changed
from assistant.offline.fields import label
from assistant.offline.history import dictionary, rows
from assistant.offline.meaning import Intent
from assistant.offline.plan_replies import proposed
from assistant.offline.questions import ask, wanted
from assistant.offline.replies import (
    JOB,
    PLANNED,
    WARNINGS_SHOWN,
    explained,
    failed,
    reasons,
    recommended,
    rule_reference,
)
from assistant.offline.talk import Reply, Talk
from assistant.offline.tool_sentences import localized

_WAYS_OUT: dict[str, str] = {
    "request_payload_bytes": N_("send smaller requests"),
    "response_payload_bytes": N_("make the responses smaller"),
    "latency_p95_ms": N_("allow a longer answer time"),
    "interactive": N_("let nobody wait: fetch the results later"),
    "processing_time_s": N_("make the model faster, or let the results be fetched later"),
    "cold_start_tolerance_ms": N_("accept a cold start after a quiet spell"),
    "budget_usd_per_month": N_("raise the budget"),
    "peak_requests_per_second": N_("lower the peak, for example with a queue in front"),
    "average_requests_per_second": N_("send fewer requests"),
    "gpu": N_("do without a GPU"),
    "streaming": N_("do without streamed answers"),
    "model_size_bytes": N_("make the model smaller"),
    "model_parameters": N_("take a smaller model"),
    "model_count": N_("put fewer models on the endpoint"),
    "idle_share": N_("look again at the share of idle time"),
    "traffic_pattern": N_("look again at the traffic pattern"),
    "region": N_("take another region"),
    "framework": N_("take another framework"),
    "data_sensitivity": N_("look again at how sensitive the data is"),
    "environment": N_("treat it as another environment"),
}


#: A deployment that stands, as the journal or AWS says it.
_STANDING = frozenset({"deployed", "done", "succeeded", "verified", "inservice", "in-service"})


def advance(talk: Talk) -> Reply:
    """Go one step towards a plan with what is known now."""
    _ = talk._
    insists = _insists(talk)
    if talk.refused:
        return Reply(_refusals(talk), asked=tuple(str(row["field"]) for row in talk.refused))
    if settled := _settled(talk):
        return Reply(settled, asked=talk.turn.asked)
    conflicts = rows(talk.needs.get("conflicts"))
    if conflicts and not insists:
        return _conflicting(talk, conflicts)
    fields = () if insists else wanted(talk)
    if fields and not (fields == ("model_source",) and len(talk.values) > 1):
        return ask(talk, fields, _opening(talk))
    return _propose(talk, insists=insists)


def _conflicting(talk: Talk, conflicts: list[dict[str, Any]]) -> Reply:
    """Explain conflicts; the next message is read as an answer about their fields."""
    text = _joined(
        acknowledged(talk), _unresolved(talk, conflicts), conflict_text(conflicts, talk._)
    )
    return Reply(text, asked=conflict_fields(conflicts))


def conflict_fields(conflicts: list[dict[str, Any]]) -> tuple[str, ...]:
    """The requirement fields that collide, each once."""
    lists = [c["fields"] for c in conflicts if isinstance(c.get("fields"), list | tuple)]
    return tuple(dict.fromkeys(str(field) for fields in lists for field in fields))


def _unresolved(talk: Talk, conflicts: list[dict[str, Any]]) -> str:
    """Say that what was changed leaves an earlier conflict standing."""
    before = {c.get("rule_id") for c in rows(talk.turn.state.requirements.get("conflicts"))}
    again = [c for c in conflicts if c.get("rule_id") in before]
    touched = {fact.field for fact in talk.understood.facts} & set(conflict_fields(again))
    return talk._("That alone does not resolve it.") if touched and talk.changes else ""


def _settled(talk: Talk) -> str:
    """Say that nothing can be done with what is known, when that is so."""
    _ = talk._
    if talk.changes:
        return ""
    if talk.pending and talk.pending.get("kind", "deploy") == "deploy":
        return _("That is what the plan already has; nothing changes.")
    if talk.turn.asked == ("model_source",) and "model_source" not in talk.values:
        return _only_the_model(_)
    last = talk.turn.state.last_deployment or {}
    if not talk.understood.facts and str(last.get("status") or "").lower() in _STANDING:
        name = str(last.get("endpoint_name") or "")
        return _("**{name}** is deployed already. Tell me what should be different.", name=name)
    return ""


def acknowledged(talk: Talk) -> str:
    """Say what was taken down or changed in this turn."""
    _ = talk._
    lines = changed(talk.before, talk.values, _)
    return _("Noted: {facts}.", facts="; ".join(lines)) if lines else ""


def conflict_text(conflicts: list[dict[str, Any]], _: Translator) -> str:
    """Explain conflicts with their numbers and the ways out."""
    lines = [_("These cannot all be had:")]
    ways: list[str] = []
    for conflict in conflicts[:3]:
        rule = rule_reference(conflict, _)
        lines.append(
            f"- {localized(str(conflict.get('text') or ''), _)}" + (f" ({rule})" if rule else "")
        )
        fields = conflict.get("fields")
        ways += [f for f in fields if f in _WAYS_OUT] if isinstance(fields, list | tuple) else []
    chosen = [_(_WAYS_OUT[f]) for f in dict.fromkeys(ways)][:3]
    if chosen:
        lines += [_("Ways out:"), *(f"- {way}" for way in chosen)]
    lines.append(_("Tell me which gives way; until then I make no plan."))
    return "\n".join(lines)


def _insists(talk: Talk) -> bool:
    begun = bool(talk.values or talk.turn.rounds or talk.turn.asked)
    return begun and (Intent.PROCEED in talk.intents or talk.agrees)


def _opening(talk: Talk) -> str:
    _ = talk._
    noted = acknowledged(talk)
    if noted:
        return noted + " " + _("To choose well I need:")
    if talk.turn.asked and talk.intents and Intent.INFORM not in talk.intents:
        return _("To go on I need:")
    return _("To choose well I need:")


def _refusals(talk: Talk) -> str:
    _ = talk._
    lines = [acknowledged(talk)] if talk.changes else []
    for row in talk.refused:
        name = label(str(row["field"]), _)
        reason = f"{localized(row['message'], _)} {localized(row['remedy'], _)}".strip()
        lines.append(_("I could not take down {what}: {reason}", what=name, reason=reason))
    lines.append(_('Say it once more, or say "go ahead" to leave it out.'))
    return "\n".join(filter(None, lines))


def _propose(talk: Talk, *, insists: bool) -> Reply:
    """Recommend, and make the plan unless something stands against it."""
    _ = talk._
    noted = acknowledged(talk)
    result = talk.desk.call("recommend", changes=[])
    recommendation = dictionary(result.value.get("recommendation"))
    if result.error or not recommendation:
        return Reply(_joined(noted, failed(result, _)))
    conflicts = rows(result.value.get("conflicts"))
    if conflicts and not insists:
        return _conflicting(talk, conflicts)
    text = explained(recommendation, _, talk.taken)
    if recommendation.get("inference_option") not in PLANNED:
        return Reply(_joined(noted, text), asked=conflict_fields(conflicts))
    text = _joined(_in_spite_of(conflicts, _), text)
    is_job = recommendation.get("inference_option") == JOB
    if needed := _needed(talk, is_job=is_job):
        return Reply(_joined(noted, text, needed[1]), asked=needed[:1])
    made = talk.desk.call("make_plan")
    plan = dictionary(made.value.get("plan"))
    if made.error or not plan:
        problem = _("I could not make the plan: {problem}", problem=failed(made, _))
        asked = ("input_uri", "model_source") if is_job else ("model_source",)
        return Reply(_joined(noted, recommended(recommendation, _), problem), asked)
    settled = dictionary(plan.get("recommendation")) or recommendation
    text = _joined(_in_spite_of(conflicts, _), explained(settled, _, talk.taken))
    told = [str(w.get("text")) for w in rows(settled.get("warnings"))[:WARNINGS_SHOWN]]
    return Reply(_joined(noted, _replaced(talk), text, proposed(plan, _, told)))


def _needed(talk: Talk, *, is_job: bool) -> tuple[str, str] | None:
    """Return the field without which there is no plan, and how it is asked for; None: all there."""
    if talk.values.get("model_source") is None:
        return "model_source", _only_the_model(talk._)
    if is_job and talk.values.get("input_uri") is None:
        return "input_uri", _only_the_data(talk._)
    return None


def _only_the_model(_: Translator) -> str:
    return _(
        "For a plan I only need the model itself: give me a path or an s3:// address, "
        'or say "use the sample model".'
    )


def _only_the_data(_: Translator) -> str:
    return _(
        "For a plan I only need the data to score: give me an s3:// address, or a CSV or JSON "
        'lines file or folder of yours; or say "the sample rows".'
    )


def _replaced(talk: Talk) -> str:
    """Say that the plan shown before no longer counts, once there is a new one."""
    if not (talk.pending and talk.changes):
        return ""
    return talk._("This is a new plan; the earlier one is void.")


def _in_spite_of(conflicts: list[dict[str, Any]], _: Translator) -> str:
    lines = reasons(conflicts, _, most=3)
    return "\n".join([_("I go on, although these cannot all be had:"), *lines]) if lines else ""


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
