"""A pasted multiple-choice question, whatever its layout, in English or Vietnamese.

Options are told by a run of marks of one style that begins with A, a, 1 or a bullet; whatever
stands before the run is the stem. Nothing in the text is obeyed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from assistant.exam.pasted import PastedQuestion
from tools.errors import InvalidInputError

LONGEST = 20_000  # characters of a pasted question that are read
_STATE_IT = 'Give {"question": "...", "options": {"A": "...", "B": "..."}, "kind": "single"}.'
_LETTERS = "ABCDEFGHIJKL"
_FEWEST, _MOST = 2, len(_LETTERS)
_WORD = r"(?i:option|choice|answer|đáp án|dap an|phương án|phuong an|lựa chọn|lua chon)"
_OPEN = r"[ \t>]*(?:[-*+•]\s+)?(?:\[[ xX]?\]\s*|[☐□○◯]\s*)?(?:\*\*|__)?"
_CLOSE = r"(?:\*\*|__)?"
_LABEL = {"upper": r"[A-L]", "lower": r"[a-l]", "number": r"\d{1,2}"}
_END = r"(?:[.)\]:]|\s?[-\u2013\u2014](?=\s)|\.\))"
_BULLET = re.compile(r"^[ \t>]*(?:[-*+]\s*\[[ xX]?\]|[-*+•◦▪‣☐□○◯]|\[[ xX]?\])[ \t]+(?=\S)", re.M)
_NEW_PARAGRAPH = re.compile(r"\n\s*\n\s*\S")
_AFTERWARDS = re.compile(
    r"\n\s*(?:\*\*)?(?:(?:correct |right )?answers?(?: key)?|explanation|hint|reference|"
    r"đáp án(?: đúng)?|"
    r"giải thích|gợi ý)(?:\*\*)?\s*[:\uff1a]|\n\s*-{3,}\s*\n|\n\s*\n",
    re.I,
)  # fmt: skip
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "mot": 1, "bon": 4,
}  # fmt: skip
_COUNT = rf"(\d|{'|'.join(_NUMBERS)})"
_CHOOSE = re.compile(
    rf"\b(?:choose|select|pick|name|mark|identify|which|what|chọn|chon)(?: (?:any|exactly|the|"
    rf"ra|đúng|dung))? "
    rf"{_COUNT}\b|\b{_COUNT} (?:correct |right )?(?:answers|options|choices|đáp án|phương án|"
    rf"dap an|phuong an|lựa chọn)",
    re.I,
)  # fmt: skip
_ALL_THAT_APPLY = re.compile(
    r"all (?:that|which) apply|all correct|one or more|tất cả (?:các )?(?:đáp án|phương án)? ?đúng|"
    r"tat ca (?:cac )?dap an dung",
    re.I,
)


class _Mark(NamedTuple):
    start: int
    end: int
    label: str
    place: int


def parse_pasted(text: str) -> PastedQuestion | None:
    """Take a question apart; None when the text is none.

    Args:
        text: As pasted: options on lines of their own or inline, marked "A.", "(a)", "1)",
            "- " and the like; hard-wrapped lines are joined.
    """
    text = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    marks = max(_runs(text), key=len, default=())
    if len(marks) < _FEWEST:
        return None
    stem = _flat(text[: marks[0].start])
    bodies = [
        _flat(_cut(text[mark.end : following], last=mark is marks[-1]))
        for mark, following in zip(marks, [*(m.start for m in marks[1:]), len(text)], strict=True)
    ]
    if not stem or not all(bodies):
        return None
    letters = _LETTERS[: len(marks)]
    choose = wanted_count(stem)
    choose = choose if choose is None else min(choose, len(marks) - 1)
    return PastedQuestion(
        stem=stem,
        options=dict(zip(letters, bodies, strict=True)),
        kind="single" if choose == 1 else "multiple",
        choose=choose,
        labels={k: m.label for k, m in zip(letters, marks, strict=True) if m.label not in ("", k)},
    )


def stated(value: Mapping[str, Any]) -> PastedQuestion:
    """Read a question that comes with its options apart.

    Args:
        value: "question", "options" (key to text, or a list) and perhaps "kind" and "choose".

    Raises:
        InvalidInputError: A part is missing or of the wrong kind.
    """
    stem, given = value.get("question"), value.get("options")
    if isinstance(given, list) and len(given) <= _MOST:
        given = dict(zip(_LETTERS, given, strict=False))
    if not isinstance(stem, str) or not isinstance(given, Mapping):
        raise InvalidInputError("The question or its options are missing.", remedy=_STATE_IT)
    options = {str(k): _flat(v) if isinstance(v, str) else "" for k, v in given.items()}
    if not _FEWEST <= len(options) <= _MOST or not all(options.values()):
        raise InvalidInputError(
            f"A question has {_FEWEST} to {_MOST} options, each with a text.", remedy=_STATE_IT
        )
    if value.get("kind") not in {None, "single", "multiple"}:
        raise InvalidInputError('"kind" is single or multiple.', remedy=_STATE_IT)
    choose = wanted_count(stem) if value.get("kind") != "single" else 1
    asked = value.get("choose")
    if isinstance(asked, int) and not isinstance(asked, bool):
        choose = asked
    if value.get("kind") == "multiple" and choose == 1:
        choose = 2
    choose = choose if choose is None else max(1, min(choose, len(options) - 1))
    kind: Literal["single", "multiple"] = "single" if choose == 1 else "multiple"
    return PastedQuestion(
        stem=_flat(stem[:LONGEST]), options=options, kind=value.get("kind") or kind, choose=choose
    )


def wanted_count(stem: str) -> int | None:
    """How many letters a stem asks for: 1 when it does not say, None for "all that apply"."""
    if _ALL_THAT_APPLY.search(stem):
        return None
    asked = " ".join(re.split(r"(?<=[.!?])\s+", stem.strip())[-2:])
    found = [m[1] or m[2] for m in _CHOOSE.finditer(asked)]
    if not found:
        return 1
    return _NUMBERS.get(found[-1].lower()) or max(1, int(found[-1]))


def _runs(text: str) -> Iterator[tuple[_Mark, ...]]:
    """Runs of marks, the likeliest layouts first: `max` keeps the first of the longest."""
    for kind, label in _LABEL.items():
        lined = rf"^{_OPEN}(?:{_WORD}\s+)?[(\[]?(?P<label>{label}){_END}{_CLOSE}[ \t]*(?=\S)"
        tabbed = rf"^{_OPEN}(?P<label>{label})\t+(?=\S)"
        for pattern in (lined, tabbed):
            yield _run(text, re.compile(pattern, re.M | re.I if kind == "number" else re.M), kind)
    yield _bullets(text)
    for kind, label in _LABEL.items():
        bracketed = rf"(?<![\w(])[(\[]?(?P<label>{label})[)\]]\s+(?=\S)"
        yield _run(text, re.compile(bracketed), kind)
        if kind == "upper":
            yield _run(text, re.compile(rf"(?<![\w.])(?P<label>{label})[.:]\s+(?=\S)"), kind)


def _run(text: str, pattern: re.Pattern[str], kind: str) -> tuple[_Mark, ...]:
    """The longest run of consecutive labels from the first one; the later of equals."""
    marks = [_mark(match, kind) for match in pattern.finditer(text)]
    best: list[_Mark] = []
    for place, first in enumerate(marks):
        if first.place:
            continue
        run = [first]
        for mark in marks[place + 1 :]:
            if mark.place == len(run) < _MOST:
                run.append(mark)
        best = run if len(run) >= len(best) else best
    return tuple(best) if len(best) >= _FEWEST else ()


def _mark(match: re.Match[str], kind: str) -> _Mark:
    label = match["label"]
    index = int(label) - 1 if kind == "number" else _LETTERS.index(label.upper())
    return _Mark(match.start(), match.end(), label, index)


def _bullets(text: str) -> tuple[_Mark, ...]:
    """The last block of bulleted lines, as options in order."""
    found = list(_BULLET.finditer(text))
    block: list[re.Match[str]] = []
    for match in found:
        apart = block and _NEW_PARAGRAPH.search(text[block[-1].end() : match.start()])
        block = [match] if apart and len(block) < _FEWEST else [*block, match]
    if not _FEWEST <= len(block) <= _MOST:
        return ()
    return tuple(_Mark(m.start(), m.end(), "", i) for i, m in enumerate(block))


def _cut(body: str, *, last: bool) -> str:
    """Without what follows the last option, and without separators of inline options."""
    if last and (after := _AFTERWARDS.search(body)):
        body = body[: after.start()]
    return body.strip().removesuffix("**").rstrip(" ;,|")


def _flat(text: str) -> str:
    return " ".join(re.sub(r"\*\*|__(?=\s|$)", "", text).split())
