"""Answers that rules decide: "which type for 300 MB and 10 minutes?", "can serverless take 6 MB?".

A question that states a need is a requirement in the form of a question. The recommendation's rules
decide it and are named; the notes stand beside them. Everything else the notes answer alone.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from assistant.messages import Language, Translator, translator
from knowledge.answering import Answer, Citation, answer
from knowledge.followups import standing_alone

_CHOICE = re.compile(
    r"\b(?:which|what)\b[^?]{0,25}\b(?:types?|options?|kinds?|modes?|ways?|endpoints?|inference)\b|"
    r"\bwhat should (?:i|we) (?:use|take|choose|pick)\b|\bwhich (?:one )?(?:should|fits|do i|"
    r"would)\b|"
    r"\b(?:nên|cần) (?:chọn|dùng)\b|\bloại (?:suy luận|endpoint|hình)?\s*nào\b|\bchọn (?:loại|gì|"
    r"cái nào)\b",
    re.IGNORECASE,
)
_ASKS_OF_ONE = re.compile(
    r"\b(?:can|could|does|do|is|are|will|may|would|ok(?:ay)?|enough|fit|fits|work|handle|take|"
    r"support)\b|"
    r"\b(?:có|được)\b.*\bkhông\b|\bkhông\s*\W*$",
    re.IGNORECASE,
)
# A measure beside one of these is a setting's value, not a need.
_SETTING = re.compile(
    r"\b(?:memory|ram|disk|volume|storage|time-?out|image|cool-?down|ttl|queue|tokens?|cold "
    r"start|interval|period|"
    r"cost|price|hour|month|bo nho|anh container)\b|\b[A-Za-z]+In(?:MB|GB|Seconds)\b|InSeconds|"
    r"In(?:MB|GB)"
)
_FAR_MORE = 1000  # beyond every limit
_MOST_EARLIER = 5  # questions that a follow-up may lean on


class _Need(NamedTuple):
    """A need out of a question, and the one way of inference that it asks of, if it asks of one."""

    values: dict[str, Any]
    option: str | None


def answered(
    question: str, *, home: Path, language: Language = "en", history: Sequence[str] = ()
) -> Answer:
    """Answer a question from the rules where it states a need, else from the notes.

    Args:
        question: In English or Vietnamese.
        home: Where the notes' index lives.
        language: Of the answer.
        history: The person's earlier questions, the oldest first.

    Raises:
        KnowledgeError: The notes or the embedding model cannot be used.
    """
    asked = standing_alone(question, history)
    need = _need(asked)
    if need is None:
        return answer(question, home=home, language=language, history=history)

    def beside(subject: str) -> Answer:
        return answer(subject or asked, home=home, language=language)

    return _ruled(need, beside, translator(language))


def earlier_questions(messages: Sequence[Any]) -> tuple[str, ...]:
    """Return what a person said before the newest words, the newest five, the oldest first."""
    said = [str(m.text) for m in messages if getattr(m, "type", "") == "human"]
    return tuple(said[:-1][-_MOST_EARLIER:])


def _need(question: str) -> _Need | None:
    """The need that a question states; None when it states none or asks for something else."""
    if not (
        _CHOICE.search(question) or (_ASKS_OF_ONE.search(question) and re.search(r"\d", question))
    ):
        return None
    from assistant.exam.ruling import option_of
    from assistant.exam.scenario import requirements_of

    needs = requirements_of(question)
    values = {n: v for n, v in needs.model_dump().items() if n in needs.said() and v is not None}
    values = {**_bare(question, values), **values}
    if not values:
        return None
    if _CHOICE.search(question):
        return _Need(values, None)
    option = option_of(question)
    stated = {"request_payload_bytes", "processing_time_s", "model_size_bytes"} & set(values)
    return _Need(values, option.value) if option is not None and stated else None


def _bare(question: str, known: dict[str, Any]) -> dict[str, Any]:
    """A size and a duration that stand alone: the request's, and its processing."""
    from tools.reading.folding import fold
    from tools.reading.measures import measures
    from tools.reading.units import Dimension

    folded = fold(question).text
    if _SETTING.search(folded) or _SETTING.search(question):
        return {}
    found = list(measures(folded))
    sizes = [m.high for m in found if m.dimension is Dimension.BYTES]
    times = [m.high for m in found if m.dimension is Dimension.DURATION]
    values: dict[str, Any] = {}
    if sizes and "model_size_bytes" not in known:
        values["request_payload_bytes"] = int(max(sizes))
    if times and not re.search(r"\b(?:within|latency|p95|cold|every|trong vong)\b", folded):
        values["processing_time_s"] = max(times)
    return values


def _ruled(need: _Need, beside: Callable[[str], Answer], _: Translator) -> Answer:
    from tools.catalog import load_catalog
    from tools.recommendation import conflicts, recommend
    from tools.requirements import Requirements

    needs, catalog = Requirements(**need.values), load_catalog()
    made = recommend(needs, catalog)
    clashing = conflicts(needs, catalog)
    told = _Told(_)
    row = next((r for r in made.options if r.option.value == need.option), None)
    if need.option is not None and need.option != made.inference_option.value and row is not None:
        told.on_one(row, made, _would_exclude(need, catalog))
    elif need.option is not None:
        told.yes(need.option, _would_exclude(need, catalog))
    elif clashing:
        told.none_fits(clashing)
    else:
        told.choice(made)
        return told.answer(beside(f"limits of {made.inference_option.value} inference"))
    return told.answer(beside(""))


def _would_exclude(need: _Need, catalog: Any) -> list[Any]:  # noqa: ANN401 - tools' Catalog
    """The rules that would exclude the option if what was stated were far more."""
    from pydantic import ValidationError

    from tools.recommendation import recommend
    from tools.requirements import Requirements

    found: list[Any] = []
    for field, value in need.values.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        try:
            far = Requirements(**{**need.values, field: value * _FAR_MORE})
        except ValidationError:
            continue
        rows = recommend(far, catalog).options
        row = next((r for r in rows if r.option.value == need.option), None)
        found += row.reasons if row is not None and row.verdict == "ruled-out" else ()
    return found


class _Told:
    """An answer as it grows: sentences, each with the rule that decided it."""

    def __init__(self, _: Translator) -> None:
        self._ = _
        self._lines: list[str] = []
        self._cited: list[Citation] = []
        self._rules: list[str] = []

    def on_one(self, row: Any, made: Any, rules: Sequence[Any]) -> None:  # noqa: ANN401 - tools' values
        """Tell of an option that was asked about and is not the one recommended."""
        if row.verdict != "ruled-out":
            self.yes(row.option.value, rules)
            return
        self._lines.append(
            self._("No: {option} is ruled out.", option=self._name(row.option.value))
        )
        self._because(row.reasons[:2])
        self._lines.append(
            self._("Take: {option}.", option=self._name(made.inference_option.value))
        )

    def yes(self, option: str, rules: Sequence[Any]) -> None:
        """Tell that no rule stands against an option, and which would beyond its limits."""
        ids = list(dict.fromkeys(rule.rule_id for rule in rules))
        self._lines.append(
            self._("Yes: no rule stands against it here ({option}).", option=self._name(option))
        )
        if ids:
            checked = self._("Checked and kept: {rules}.", rules=", ".join(ids))
            marks = [self._mark(_citation(rule)) for rule in rules]
            self._lines.append(f"{checked} {' '.join(dict.fromkeys(marks))}")
            self._rules += ids

    def none_fits(self, clashing: Sequence[Any]) -> None:
        """Tell which needs cannot be had together."""
        self._lines.append(self._("No option has all of that."))
        self._because(clashing[:2])

    def choice(self, made: Any) -> None:  # noqa: ANN401 - tools' Recommendation
        """Tell what to take, and what excludes the others or else speaks for it."""
        chosen = made.inference_option.value
        self._lines.append(self._("Take: {option}.", option=self._name(chosen)))
        out = [r for r in made.options if r.verdict == "ruled-out" and r.option.value != chosen]
        for row in out:
            self._because(row.reasons[:1])
        if not out:
            self._because(made.reasons[:1])
            self._lines.append(self._("What you did not say is assumed."))

    def answer(self, beside: Answer) -> Answer:
        """Return the whole, with the notes' direct answer behind it where it says more."""
        text = " ".join(self._lines)
        noted = _first_line(beside)
        if noted is not None:
            line, citation = noted
            text = f"{text}\n\n{line} {self._mark(citation)}"
        return Answer(
            answer=text, citations=tuple(self._cited), grounded=True, rules=tuple(self._rules)
        )

    def _because(self, reasons: Sequence[Any]) -> None:
        from assistant.offline.tool_sentences import localized

        for reason in reasons:
            mark = self._mark(_citation(reason))
            self._rules.append(reason.rule_id)
            self._lines.append(f"{localized(reason.text, self._)} ({reason.rule_id}) {mark}")

    def _mark(self, citation: Citation) -> str:
        if citation not in self._cited:
            self._cited.append(citation)
        return f"[{self._cited.index(citation) + 1}]"

    def _name(self, option: str) -> str:
        from assistant.offline.option_names import option_name

        return option_name(option, self._)


def _citation(reason: Any) -> Citation:  # noqa: ANN401 - tools' Reason or Conflict
    """The rule's source, under the note that the rule rests on."""
    from knowledge.note import load_notes, notes_by_rule

    note_id = notes_by_rule().get(reason.rule_id)
    title = next((n.title for n in load_notes() if n.id == note_id), reason.rule_id)
    return Citation(note_id=note_id or reason.rule_id, title=title, source_url=reason.source_url)


def _first_line(beside: Answer) -> tuple[str, Citation] | None:
    """The first sentence of the notes' answer and its citation, without a leading yes or no."""
    if not beside.grounded:
        return None
    line = beside.answer.split("\n\n", maxsplit=1)[0]
    marked = re.match(r"(?P<said>.+?) \[(?P<mark>\d+)\]", line, re.DOTALL)
    if marked is None:
        return None
    said = re.sub(r"^(?:Yes|No|Có|Không)\. ", "", marked["said"])
    return said, beside.citations[int(marked["mark"]) - 1]
