"""How well pasted questions are answered: by way, with intervals, beside baselines.

`python -m tests.integration.exam.scoring FILE.toml` scores a question set in the bank's form;
without a file it scores the two halves of the practice bank apart.
"""

import hashlib
import math
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.exam.parsing import stated
from assistant.exam.solving import solve
from knowledge.question import Question, QuestionSet, load_questions, parse_set

NO_STEM = " "


class Scored(NamedTuple):
    """One answered question."""

    right: bool
    way: str
    confidence: float
    chance: float
    longest: bool
    seconds: float


def is_tuning(question: Question) -> bool:
    """Whether the weights may have been fitted on it: half of the bank, by the hash of the id."""
    return int(hashlib.sha256(question.id.encode()).hexdigest(), 16) % 2 == 0


def lettered(bank: QuestionSet) -> Iterator[tuple[Question, str]]:
    """Questions with letters to choose, and their stems with their cases."""
    for question in bank.questions:
        case = bank.case_of(question)
        if question.kind in {"single", "multiple"}:
            yield question, " ".join(f"{case.text if case else ''} {question.stem}".split())


def score(asked: Sequence[tuple[Question, str]]) -> list[Scored]:
    """Answer the questions as they would be pasted."""
    return [_scored(question, stem) for question, stem in asked]


def _scored(question: Question, stem: str) -> Scored:
    options = {option.key: option.text for option in question.options}
    count = len(question.answer)
    begun = time.perf_counter()
    told = solve(stated({"question": stem, "options": options, "choose": count}))
    by_length = sorted(options, key=lambda key: -len(options[key]))
    return Scored(
        right=question.is_right(told.answer),
        way=told.way,
        confidence=told.confidence,
        chance=1 / math.comb(len(options), count),
        longest=question.is_right(by_length[:count]),
        seconds=time.perf_counter() - begun,
    )


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, right / of
    middle = share + z * z / (2 * of)
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def share(scored: Sequence[Scored]) -> float:
    """The share that is right."""
    return sum(one.right for one in scored) / len(scored)


def report(name: str, asked: Sequence[tuple[Question, str]]) -> str:
    """The figures as lines of text."""
    scored = score(asked)
    without = score([(question, NO_STEM) for question, _ in asked])
    lines = [_line(name, scored)]
    lines += [
        _line(f"  {way}", [one for one in scored if one.way == way])
        for way in sorted({one.way for one in scored})
    ]
    for least, below in ((0.0, 0.5), (0.5, 0.8), (0.8, 1.01)):
        sure = [one for one in scored if least <= one.confidence < below]
        lines.append(_line(f"  said {least:.0%} to {min(below, 1):.0%} sure", sure))
    count = len(scored)
    lines += [
        f"  random {sum(one.chance for one in scored) / count:.1%}, "
        f"longest option {sum(one.longest for one in scored) / count:.1%}, "
        f"stems removed {share(without):.1%}",
        f"  {1000 * sum(one.seconds for one in scored[1:]) / max(1, count - 1):.0f} ms a question",
    ]
    return "\n".join(lines)


def _line(name: str, scored: Sequence[Scored]) -> str:
    right = sum(one.right for one in scored)
    low, high = wilson(right, len(scored))
    part = f"{right / len(scored):.1%}" if scored else "-"
    return f"{name}: {right} of {len(scored)} ({part}; {low:.1%} to {high:.1%})"


def main(arguments: Sequence[str]) -> None:
    """Print the figures of a file, or of the practice bank."""
    if arguments:
        path = Path(arguments[0])
        bank = parse_set(path.read_text(encoding="utf-8"), source=path.name)
        sys.stdout.write(report(path.name, list(lettered(bank))) + "\n")
        return
    asked = list(lettered(load_questions()))
    for name, tuning in (("tuning half", True), ("held-out half", False)):
        half = [one for one in asked if is_tuning(one[0]) is tuning]
        sys.stdout.write(report(name, half) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
