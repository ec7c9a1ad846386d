"""What the offline chat model does next: a pure function of the history.

A turn records the facts first, answers the intents in their order, and last goes on towards a plan.
It never claims an approval: only a person gives one, and only the app carries it out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.messages import BaseMessage

from assistant.messages import translator
from assistant.offline.advance import advance
from assistant.offline.catalogue_talk import catalogue
from assistant.offline.code_talk import code
from assistant.offline.courtesies import not_understood, summary
from assistant.offline.desk import Desk, ToolNeeded
from assistant.offline.documents_talk import quoting_documents
from assistant.offline.history import Turn, read_turn, rows
from assistant.offline.later_life import later_life
from assistant.offline.meaning import Intent, Understanding
from assistant.offline.outcomes import told
from assistant.offline.pasted_talk import answering_pasted
from assistant.offline.practice_talk import practising
from assistant.offline.questions import reminder
from assistant.offline.replies import failed
from assistant.offline.sections import SECTIONS
from assistant.offline.starter_talk import starting
from assistant.offline.talk import Reply, Talk, Understand
from knowledge.followups import leans

#: Characters of an answer such as "A, C", which is in no language.
_LONGEST_SIGN = 5
#: After these nothing else is brought up.
_SUFFICIENT = frozenset(
    {
        Intent.APPROVE,
        Intent.REJECT,
        Intent.CANCEL,
        Intent.STATUS,
        Intent.DELETE,
        Intent.UNDO,
    }
)


#: What a follow-up to an answer from the notes may look like when it is read alone.
_ASKING = frozenset({Intent.ASK_KNOWLEDGE, Intent.WHY_NOT, Intent.COMPARE, Intent.WHAT_IF,
                     Intent.SMALL_TALK, Intent.OUT_OF_SCOPE})  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """Either one tool call (`tool` is set) or a text.

    Attributes:
        notes: What later turns must know; kept with the message.
    """

    text: str = ""
    tool: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    last_call_id: str = ""


def decide(
    messages: Sequence[BaseMessage], tools: Collection[str], understand: Understand
) -> Decision:
    """Decide the next step of the turn that the history ends with."""
    turn = read_turn(messages)
    if turn.outcome is not None:
        spoken = turn.language or "en"
        text = told(turn.outcome, translator(spoken))
        return Decision(text=text, notes={"language": spoken, "asked": []})
    understood = understand(turn.text, expecting=turn.asked, known=turn.state.values)
    language = _language(understood, turn)
    talk = Talk(
        turn=turn,
        desk=Desk(turn.results, tools, turn.calls_made),
        understood=understood,
        _=translator(language),
        intents=_intents(understood, turn),
        needs=turn.state.requirements,
    )
    try:
        reply = _answer(talk)
    except ToolNeeded as needed:
        return Decision(
            tool=needed.name,
            arguments=needed.arguments,
            notes={"language": language, **_snapshot(turn)},
            last_call_id=turn.last_call_id,
        )
    return Decision(text=reply.text, notes=_notes(reply, language))


def _snapshot(turn: Turn) -> dict[str, Any]:
    """What was known when the turn began, kept with its first call."""
    return {} if turn.calls_made else {"state": turn.state.model_dump(mode="json")}


def _notes(reply: Reply, language: str) -> dict[str, Any]:
    notes: dict[str, Any] = {"language": language, "asked": list(reply.asked)}
    notes |= {"round": True} if reply.asks else {}
    notes |= {"restart": True} if reply.restart else {}
    notes |= {"practice": True} if reply.practice else {}
    notes |= {"answered": True} if reply.answered else {}
    return notes


def _answer(talk: Talk) -> Reply:
    for other in (answering_pasted, quoting_documents, practising):
        if (reply := other(talk)) is not None:
            return reply
    if Intent.RESTART in talk.intents:
        return _restart(talk)
    for wish in (code, starting, later_life, catalogue):
        if (reply := wish(talk)) is not None:
            return reply
    understood = talk.understood
    refused = [_refusal(r.field, r.message, r.remedy) for r in understood.refused]
    facts = [_fact(f.field, f.value, f.quote) for f in understood.facts]
    if facts:
        recorded = talk.desk.call("record_requirements", facts=facts)
        if recorded.error:
            return Reply(failed(recorded, talk._))
        refused += [
            _refusal(str(r.get("field")), str(r.get("reason")), str(r.get("remedy") or ""))
            for r in rows(recorded.value.get("refused"))
        ]
        talk = replace(talk, needs=recorded.value)
    return _compose(replace(talk, refused=tuple(refused)))


def _refusal(name: str, message: str, remedy: str) -> dict[str, Any]:
    return {"field": name, "message": message, "remedy": remedy}


def _intents(understood: Understanding, turn: Turn) -> tuple[Intent, ...]:
    """The intents; agreeing with nothing but a pending plan to agree to is an approval.

    What leans on an answer from the notes ("what about async?", "why?") asks the notes again.
    """
    if turn.asking and not understood.facts and _leans_on_notes(understood, turn):
        return (Intent.ASK_KNOWLEDGE,)
    pending_only = turn.state.pending_plan is not None and not understood.facts
    return tuple(
        dict.fromkeys(
            Intent.APPROVE if pending_only and intent is Intent.PROCEED else intent
            for intent in understood.intents
        )
    )


def _leans_on_notes(understood: Understanding, turn: Turn) -> bool:
    return set(understood.intents) <= _ASKING and leans(turn.text)


def _compose(talk: Talk) -> Reply:
    parts = [SECTIONS[i](talk) for i in talk.intents if i in SECTIONS and not _skipped(i, talk)]
    if talk.advances:
        reply = advance(talk)
        return replace(reply, text=_joined([*parts, reply.text]))
    if not any(parts):
        parts = [not_understood(talk), summary(talk)]
    if not _SUFFICIENT & set(talk.intents):
        parts.append(reminder(talk))
    answered = set(talk.intents) == {Intent.ASK_KNOWLEDGE}
    return Reply(_joined(parts), asked=talk.turn.asked, answered=answered)


def _skipped(intent: Intent, talk: Talk) -> bool:
    """Leave small talk beside facts; a yes or no beside a change is not about the plan shown."""
    if intent is Intent.SMALL_TALK:
        return bool(talk.understood.facts)  # "haha, typo: 65 ms" wants no chat
    if intent is Intent.APPROVE:
        return talk.changes or not talk.pending
    return intent in (Intent.REJECT, Intent.CANCEL) and talk.changes


def _restart(talk: Talk) -> Reply:
    facts = [_fact(name, None, talk.turn.text[:200]) for name in talk.before]
    if facts:
        recorded = talk.desk.call("record_requirements", facts=facts)
        if recorded.error:
            return Reply(failed(recorded, talk._))
    text = talk._(
        "We begin again; I have forgotten what you told me. What model do you want to deploy?"
    )
    return Reply(text, asked=("model_source",), restart=True)


def _fact(name: str, value: Any, quote: str) -> dict[str, Any]:
    return {"field": name, "value": value, "quote": quote}


def _language(understood: Understanding, turn: Turn) -> str:
    """The text's language; a text that does not show one keeps the conversation's."""
    a_letter = turn.practising and len(turn.text.strip()) <= _LONGEST_SIGN
    if turn.language and (a_letter or not understood.language_is_clear):
        return turn.language
    return understood.language


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part)
