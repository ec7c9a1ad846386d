"""Marks answers to the open questions: right, a wrong number, cited, declined, short."""

import hashlib
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from knowledge.answering import Answer
from knowledge.note import load_notes

OPEN = tomllib.loads((Path(__file__).parent / "open_questions.toml").read_text(encoding="utf-8"))
MOST_WORDS = 120
SETS = ("tuning", "held", "fresh", "blind")
NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
_RULE = re.compile(r"\b(?:REC|CHK|PRE)-\d{3}\b")


class Mark(NamedTuple):
    """What an answer is worth; `faults` says why it is not right."""

    id: str
    faults: tuple[str, ...]
    unsourced: frozenset[str]
    cited: bool

    @property
    def right(self) -> bool:
        return not self.faults


def half_of(question: dict[str, Any]) -> str:
    if "set" in question:
        return str(question["set"])
    digest = hashlib.sha256(question["id"].encode()).digest()
    return "tuning" if digest[0] % 2 == 0 else "held"


def asked(group: str, half: str) -> list[dict[str, Any]]:
    return [q for q in OPEN[group] if half_of(q) == half]


def mark(question: dict[str, Any], answer: Answer, more_sources: str = "") -> Mark:
    """Marks one answer; `more_sources`: text whose numbers may be said beside the cited notes'."""
    text = answer.answer
    opening = re.split(r"\n\n", text.replace("**", ""))[0]
    faults = [f"opening lacks {p}" for p in question.get("first", ()) if not _has(p, opening)]
    faults += [f"lacks {p}" for p in question.get("required", ()) if not _has(p, text)]
    faults += [f"says {p}" for p in question.get("forbidden", ()) if _has(p, text)]
    if len(text.split()) > MOST_WORDS:
        faults.append(f"{len(text.split())} words")
    if not answer.grounded:
        faults.append("declined")
    unsourced = _numbers(text) - _numbers(more_sources + question["text"] + _cited(answer))
    return Mark(question["id"], tuple(faults), frozenset(unsourced), bool(answer.citations))


def _cited(answer: Answer) -> str:
    notes = {n.id: n for n in load_notes()}
    cited = [notes[c.note_id] for c in answer.citations if c.note_id in notes]
    facts = " ".join(str(f.value) for n in cited for f in n.facts)
    said = " ".join(f"{n.title} {n.summary_en} {n.summary_vi} {n.body}" for n in cited)
    return f"{said} {facts}"


def _numbers(text: str) -> set[str]:
    return set(NUMBER.findall(re.sub(r"\[\d+\]", "", _RULE.sub("", text))))


def _has(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


Ask = Callable[[dict[str, Any]], Answer]


def marks(half: str, ask: Ask) -> list[Mark]:
    return [mark(q, ask(q)) for q in asked("question", half)]


def wrongly_answered(half: str, ask: Ask) -> list[str]:
    return [q["id"] for q in asked("none", half) if ask(q).grounded]


def table(home: Path) -> str:
    """Right, uncited, unsourced and wrongly answered of each set, as Markdown."""
    from assistant.ruled_answers import answered

    def ask(question: dict[str, Any]) -> Answer:
        history = tuple(question.get("history", ()))
        return answered(question["text"], home=home, language=question["language"], history=history)

    lines = ["| set | right | of | uncited | unsourced number | unanswerable answered | of |"]
    lines.append("|---|---|---|---|---|---|---|")
    for half in SETS:
        marked, wrong = marks(half, ask), wrongly_answered(half, ask)
        lines.append(
            f"| {half} | {sum(m.right for m in marked)} | {len(marked)} | "
            f"{sum(not m.cited for m in marked)} | {sum(bool(m.unsourced) for m in marked)} | "
            f"{len(wrong)} | {len(asked('none', half))} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    from assistant.settings import Settings

    sys.stdout.write(table(Settings().home) + "\n")
