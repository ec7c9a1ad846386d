"""The lines of an answer as text, in English or Vietnamese, with the marks of their citations."""

import re
from collections.abc import Mapping, Sequence

from knowledge.composing import Line
from knowledge.note import Note
from knowledge.weighing import vietnamese_clauses

_VIETNAMESE_UNITS = (
    (r"\bmilliseconds?\b", "mili giây"),
    (r"\bmicroseconds?\b", "micro giây"),
    (r"\bseconds?\b", "giây"),
    (r"\bminutes?\b", "phút"),
    (r"\bhours?\b", "giờ"),
    (r"\bdays?\b", "ngày"),
    (r"\bweeks?\b", "tuần"),
    (r"\bmonths?\b", "tháng"),
    (r"\bcharacters?\b", "ký tự"),
    (r"\bbytes?\b", "byte"),
    (r"\bper\b", "mỗi"),
)
_VERDICTS = {"Yes": "Có", "No": "Không"}
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


def in_english(lines: Sequence[Line], notes: Mapping[str, Note]) -> tuple[str, list[str]]:
    """The text, and the ids of the notes in the order of their marks."""
    del notes
    used = list(dict.fromkeys(line.note_id for line in lines))
    said = [_english(line, used.index(line.note_id) + 1) for line in lines]
    led = max((i for i, line in enumerate(lines) if line.direct), default=0) + 1
    return "\n\n".join(filter(None, (" ".join(said[:led]), " ".join(said[led:])))), used


def _english(line: Line, mark: int) -> str:
    return f"{_led(line.lead, line.sentence)} [{mark}]"


def _led(lead: str, sentence: str) -> str:
    return f"{lead}. {sentence}" if lead else sentence


def in_vietnamese(lines: Sequence[Line], notes: Mapping[str, Note]) -> tuple[str, list[str]]:
    """The same with the notes' Vietnamese summaries.

    A number that the summary lacks is told first; the sentence that it comes from is then quoted.
    """
    direct = [line for line in lines if line.direct] or list(lines[:1])
    used = list(dict.fromkeys(line.note_id for line in direct))
    said: list[str] = []
    for mark, note_id in enumerate(used, start=1):
        summary = " ".join(vietnamese_clauses(notes[note_id]))
        own = [line for line in direct if line.note_id == note_id]
        lead = next((vietnamese_lead(line.lead) for line in own if line.lead), "")
        said.append(f"{_led(lead, summary)} [{mark}]")
        said += [
            f"Ghi chú viết: “{line.sentence}” [{mark}]"
            for line in own
            if line.ordinal and not _digits(line.sentence) <= _digits(summary)
        ]
    return "\n\n".join(said), used


def vietnamese_lead(lead: str) -> str:
    """A lead in Vietnamese: yes, no, or a quantity with its unit."""
    if lead in _VERDICTS:
        return _VERDICTS[lead]
    for unit, vietnamese in _VIETNAMESE_UNITS:
        lead = re.sub(unit, vietnamese, lead, flags=re.IGNORECASE)
    return lead


def _digits(text: str) -> set[str]:
    return {re.sub(r"[.,]", "", number) for number in _DIGITS.findall(text)}
