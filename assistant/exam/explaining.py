"""Why an answer is what it is: the rule, fact, feature or note that decided, option by option."""

from typing import TYPE_CHECKING

from assistant.exam.claims import notes_of_facts
from assistant.exam.evidence import Evidence
from assistant.exam.pasted import PastedQuestion, Solved, Way
from assistant.exam.ruling import judged
from knowledge.answering import Citation

if TYPE_CHECKING:
    from assistant.exam.solving import Judged

_MOST_CITATIONS = 4


def explained(
    question: PastedQuestion,
    answer: tuple[str, ...],
    confidence: float,
    way: Way,
    judged_options: "Judged",
    known: Evidence,
) -> Solved:
    """Put the answer into words, each option with what speaks for or against it."""
    cited: dict[str, Citation] = {}
    per_option = {
        letter: _reason(letter, place, letter in answer, judged_options, known, cited)
        for place, letter in enumerate(question.options)
    }
    ordered = sorted(cited.items(), key=lambda pair: pair[0][:1] not in answer)
    unique = {citation.note_id: citation for _, citation in ordered}
    return Solved(
        answer=answer,
        confidence=confidence,
        way=way,
        explanation=_summary(question, answer, confidence, way, per_option),
        per_option=per_option,
        citations=tuple(unique.values())[:_MOST_CITATIONS],
    )


def _summary(
    question: PastedQuestion,
    answer: tuple[str, ...],
    confidence: float,
    way: Way,
    per_option: dict[str, str],
) -> str:
    decided = {
        "rules": "The recommendation rules decided",
        "facts": "Typed facts decided",
        "features": "What each named feature is for decided",
        "retrieval": "Likeness to the notes decided, which is the weakest ground",
    }[way]
    made = judged(question.stem) if way == "rules" else None
    needs = f" for {made.inference_option} inference" if made else ""
    because = " ".join(f"{letter}: {per_option[letter]}" for letter in answer)
    sure = "sure" if confidence >= 0.8 else "fairly sure" if confidence >= 0.55 else "unsure"
    return f"{decided}{needs}; {sure} ({confidence:.0%}). {because}"


def _reason(
    letter: str,
    place: int,
    right: bool,
    judged_options: "Judged",
    known: Evidence,
    cited: dict[str, Citation],
) -> str:
    """One sentence on an option; what it rests on is added to `cited`."""
    ruling = judged_options.ruled.get(letter)
    claim = judged_options.claimed.get(letter)
    if ruling is not None and ruling.reasons:
        first = ruling.reasons[0]
        cited[f"{letter}-rule"] = Citation(
            note_id=first.rule_id, title=first.text, source_url=first.source_url
        )
        return " ".join(f"{r.text} ({r.rule_id})" for r in ruling.reasons)
    if ruling is not None and ruling.told:
        return ruling.told
    if claim is not None and claim.text:
        name = claim.text.split(":")[0].replace(" ", "_")
        note = known.notes.get(notes_of_facts().get(name, ""))
        if note is not None:
            cited[f"{letter}-fact"] = _of_note(note.id, known)
        return f"{'Fits' if claim.score > 0 else 'Does not fit'} the fact: {claim.text}."
    return _by_likeness(letter, place, right, judged_options, known, cited)


def _by_likeness(
    letter: str,
    place: int,
    right: bool,
    judged_options: "Judged",
    known: Evidence,
    cited: dict[str, Citation],
) -> str:
    feature = judged_options.liked.feature[place]
    nearest = known.statements[judged_options.liked.best[place]]
    if nearest.source in known.notes:
        cited[f"{letter}-note"] = _of_note(nearest.source, known)
    if feature is not None:
        cited[f"{letter}-feature"] = Citation(
            note_id=feature.id, title=feature.title, source_url=feature.source_url
        )
        told = f"{feature.title} is for this: {feature.purposes[0]}."
        if not right and feature.not_for:
            told = f"{feature.title} is for: {feature.purposes[0]}; not for: {feature.not_for[0]}."
        elif not right:
            told = f"{feature.title} is for something else: {feature.purposes[0]}."
        return told
    lead = "The notes speak for it" if right else "Less fits it in the notes; nearest"
    return f"{lead}: {nearest.said}"


def _of_note(note_id: str, known: Evidence) -> Citation:
    note = known.notes[note_id]
    return Citation(note_id=note.id, title=note.title, source_url=note.source_urls[0])
