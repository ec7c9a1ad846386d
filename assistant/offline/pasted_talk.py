"""An exam question pasted into the conversation: recognised, answered, explained."""

import re
from collections.abc import Mapping
from typing import Any

from assistant.exam.parsing import parse_pasted
from assistant.messages import N_, Translator
from assistant.offline.history import dictionary, rows
from assistant.offline.replies import failed
from assistant.offline.talk import Reply, Talk

#: A stem asks; a list of wishes with numbers does not.
_ASKS = re.compile(
    r"\?\s*(?:\([^)]*\)\s*)?(?:(?:choose|select|pick|chọn)\b[^.?]*[.)]?\s*)?$|"
    r"\b(?:choose|select|pick|chọn)\b[^.?]{0,40}[.:)]?\s*$|"
    r"\b(?:which|what)\b[^.?]*:\s*$",
    re.I,
)
_FEWEST = 3
_SURE = ((0.8, N_("I am sure of it")), (0.55, N_("I am fairly sure")), (0.0, N_("I am not sure")))
_BY = {
    "rules": N_("the recommendation rules decided"),
    "facts": N_("typed facts decided"),
    "features": N_("what each feature is for decided"),
    "retrieval": N_("likeness to the notes decided, the weakest ground"),
}


def answering_pasted(talk: Talk) -> Reply | None:
    """Answer a pasted multiple-choice question; None when the turn is none."""
    tool = "answer_exam_question"
    if not is_pasted_question(talk.turn.text) or not talk.desk.offers(tool):
        return None
    result = talk.desk.call(tool, question=talk.turn.text)
    text = failed(result, talk._) if result.error else _told(result.value, talk._)
    return Reply(text, asked=talk.turn.asked)


def is_pasted_question(text: str) -> bool:
    """Whether a message is an exam question: three options or more after a stem that asks."""
    parsed = parse_pasted(text)
    return (
        parsed is not None
        and len(parsed.options) >= _FEWEST
        and bool(_ASKS.search(parsed.stem.strip()))
    )


def _told(value: Mapping[str, Any], _: Translator) -> str:
    letters = [str(letter) for letter in value.get("answer") or ()]
    confidence = float(value.get("confidence") or 0.0)
    sure = next(words for least, words in _SURE if confidence >= least)
    head = _(
        "**Answer: {letters}.** {sure} ({share}); {by}.",
        letters=", ".join(letters),
        sure=_(sure),
        share=f"{confidence:.0%}",
        by=_(_BY[str(value.get("way"))]),
    )
    options, reasons = dictionary(value.get("options")), dictionary(value.get("per_option"))
    lines = [f"- **{key}** {text}: {reasons.get(key, '')}" for key, text in options.items()]
    found = [f"[{c.get('title')}]({c.get('source_url')})" for c in rows(value.get("citations"))]
    notes = _("Notes: {notes}", notes="; ".join(found)) if found else ""
    return "\n\n".join(filter(None, [head, "\n".join(lines), notes]))
