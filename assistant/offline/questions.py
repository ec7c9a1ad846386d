"""Which fields to ask for, in one short message with the defaults offered."""

from assistant.messages import Translator
from assistant.offline.fields import QUESTIONS, label, shown
from assistant.offline.history import dictionary
from assistant.offline.plan_replies import short
from assistant.offline.talk import Reply, Talk

MOST_ROUNDS = 2
_MOST_QUESTIONS = 3
#: One of each group is enough to recommend without asking again.
_WORK = frozenset(
    {
        "latency_p95_ms",
        "interactive",
        "request_payload_bytes",
        "processing_time_s",
        "cold_start_tolerance_ms",
    }
)
_TRAFFIC = frozenset(
    {
        "traffic_pattern",
        "average_requests_per_second",
        "peak_requests_per_second",
        "idle_share",
    }
)


def wanted(talk: Talk) -> tuple[str, ...]:
    """Fields worth asking for now: useful, unknown, not asked before; empty: enough is known."""
    if talk.turn.rounds >= MOST_ROUNDS:
        return ()
    known = {name for name, value in talk.values.items() if value is not None}
    missing = talk.needs.get("missing")
    useful = [f for f in missing if isinstance(f, str)] if isinstance(missing, list | tuple) else []
    described = known & (_WORK | _TRAFFIC)
    if (talk.turn.rounds and described) or (known & _WORK and known & _TRAFFIC):
        useful = []  # nothing at all is known of the need: ask for what was not asked yet
    fresh = ["model_source", *(f for f in useful if f != "model_source")]
    fresh = [f for f in fresh if f in QUESTIONS and f not in known | talk.turn.asked_before]
    return tuple(fresh[:_MOST_QUESTIONS])


def ask(talk: Talk, fields: tuple[str, ...], opening: str) -> Reply:
    """Ask for `fields`, with what is taken where nothing is said."""
    _ = talk._
    taken = dictionary(talk.needs.get("assumed"))
    lines = [opening] if opening else []
    lines += [f"- {_question(field, taken.get(field), _)}" for field in fields]
    if fields == ("model_source",):
        return Reply("\n".join(lines), asked=fields, asks=True)
    if "model_source" in fields:
        closing = _(
            "The model is all I must know; for the rest, "
            'say "go ahead" and I take what is in brackets.'
        )
    else:
        closing = _('Or say "go ahead" and I take what is in brackets.')
    return Reply("\n".join([*lines, closing]), asked=fields, asks=True)


def reminder(talk: Talk) -> str:
    """Name what is still open, without asking it again; empty when nothing is."""
    _ = talk._
    open_fields = [f for f in talk.turn.asked if talk.values.get(f) is None]
    if talk.pending:
        digest = short(talk.pending.get("digest"))
        return _("The plan {digest} still waits for your approval.", digest=digest)
    if not open_fields:
        return ""
    names = _.join([label(f, _) for f in open_fields])
    return _('Still open for your endpoint: {fields}; or say "go ahead".', fields=names)


def _question(field: str, default: object, _: Translator) -> str:
    question = _(QUESTIONS[field])
    if default is None:
        return question
    return _(
        "{question} [otherwise {default}]", question=question, default=shown(field, default, _)
    )
