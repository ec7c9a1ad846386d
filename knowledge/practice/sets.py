"""Question sets of one's own: read, checked, kept apart from ours, written out as TOML.

A set is a file that somebody else may have written, so it is taken for hostile until it is read.
"""

import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError
from knowledge.question import Case, Proof, Question, QuestionSet, load_questions, parse_set

LARGEST_BYTES = 1_000_000
MOST_QUESTIONS = 1000
LONGEST_TEXT = 4000  # characters of a stem, a case, an option or a rationale
_LONGEST_TEMPLATE = 20_000
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: What a proof of a foreign set may plan with: nothing of this machine but the sample model.
_SAMPLE = {"kind": "local", "uri": "sample"}


def read_set(path: Path, *, taken: Collection[str]) -> QuestionSet:
    """Read and check a question set.

    Args:
        path: A TOML file.
        taken: Ids of questions that there are already.

    Raises:
        KnowledgeError: It is too large, no text, not whole, or could do harm; says what.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise KnowledgeError(
            f"{path.name} cannot be read.", remedy="Name a TOML file that exists."
        ) from error
    if len(raw) > LARGEST_BYTES:
        raise KnowledgeError(
            f"{path.name} is larger than {LARGEST_BYTES:,} bytes.", remedy="Split it into files."
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise KnowledgeError(
            f"{path.name} is no UTF-8 text.", remedy="Save it as UTF-8."
        ) from error
    return _checked(text, path.name, taken)


def _checked(text: str, source: str, taken: Collection[str]) -> QuestionSet:
    try:
        found = parse_set(text, source=source)
    except RecursionError as error:
        raise KnowledgeError(
            f"{source} is nested too deeply.", remedy="Use [[question]] and [[case]] tables only."
        ) from error
    if not 0 < len(found.questions) <= MOST_QUESTIONS:
        raise KnowledgeError(
            f"{source} has {len(found.questions)} questions; 1 to {MOST_QUESTIONS} are taken.",
            remedy="Split it into files, or add a question.",
        )
    seen = set(taken)
    cases = [case.id for case in found.cases]
    for question in found.questions:
        fault = _fault(question, seen, cases)
        if fault:
            raise KnowledgeError(
                f"{source}, question {question.id}: {fault}.", remedy="Correct this question."
            )
        seen.add(question.id)
    for value in _texts({"case": [case.model_dump() for case in found.cases]}):
        if fault := _text_fault(value):
            raise KnowledgeError(f"{source}, a case: {fault}.", remedy="Correct this case.")
    return found


def _fault(question: Question, taken: Collection[str], cases: Collection[str]) -> str:
    """Return what speaks against a question of a foreign set; empty when nothing does."""
    if question.id in taken:
        return "there is a question of that id already"
    if question.case is not None and question.case not in cases:
        return f"its case {question.case} is not in the file"
    told = question.model_dump(mode="json", exclude={"proof"})
    for value in _texts(told):
        if fault := _text_fault(value):
            return fault
    return _proof_fault(question.proof) if question.proof is not None else ""


def _text_fault(value: str) -> str:
    if len(value) > LONGEST_TEXT:
        return f"a text is longer than {LONGEST_TEXT:,} characters"
    strange = next((c for c in value if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"}
                    and c not in "\n\t"), None)  # fmt: skip
    return f"a text holds the control character U+{ord(strange):04X}" if strange else ""


def _proof_fault(proof: Proof) -> str:
    if len(proof.template) > _LONGEST_TEMPLATE:
        return f"its template is longer than {_LONGEST_TEMPLATE:,} characters"
    for values in (proof.requirements, proof.spec):
        for key, value in _pairs(values):
            if key.endswith("source") and value != _SAMPLE:
                return f"its proof reads a {key} other than the sample model"
            if key in {"sample_path", "image_uri", "input_uri"}:
                return f"its proof names {key}, which no imported set may"
    return ""


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any TOML value
    for key, member in value.items() if isinstance(value, Mapping) else ():
        yield str(key), member
        yield from _pairs(member)
    for member in value if isinstance(value, list | tuple) else ():
        yield from _pairs(member)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        yield value
    for member in value.values() if isinstance(value, dict) else ():
        yield from _texts(member)
    for member in value if isinstance(value, list | tuple) else ():
        yield from _texts(member)


def own_sets(folder: Path, *, taken: Collection[str]) -> dict[str, QuestionSet]:
    """Return the sets of a folder by name; ids are unique over all of them.

    Raises:
        KnowledgeError: One of them cannot be taken.
    """
    found: dict[str, QuestionSet] = {}
    seen = set(taken)
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        found[path.stem] = read_set(path, taken=seen)
        seen |= {question.id for question in found[path.stem].questions}
    return found


def keep_set(found: QuestionSet, name: str, folder: Path) -> Path:
    """Write a set into the folder, whole or not at all.

    Raises:
        KnowledgeError: The name is no name for a set, or there is one of that name.
    """
    if not _NAME.fullmatch(name) or len(name) > 60 or name in {"bank", "own"}:
        raise KnowledgeError(
            f"{name[:60]!r} cannot name a question set.",
            remedy="Name the file with small letters, digits and hyphens, for example team-quiz.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    if path.exists():
        raise KnowledgeError(
            f"There is a question set {name} already.", remedy="Rename the file, or remove the set."
        )
    write_set(found, path)
    return path


def write_set(found: QuestionSet, path: Path) -> None:
    """Write a set as TOML, whole or not at all.

    Raises:
        KnowledgeError: The file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(as_toml(found), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise KnowledgeError(
            f"{path.name} cannot be written.", remedy="Name a file in a folder that exists."
        ) from error


def as_toml(found: QuestionSet) -> str:
    """Return a set as the TOML that `parse_set` reads back to an equal one."""
    blocks = [_table("case", case.model_dump()) for case in found.cases]
    for question in found.questions:
        told = question.model_dump(exclude={"options", "proof"}, exclude_none=True)
        lines = [_table("question", told)]
        lines += [_table("question.options", option.model_dump()) for option in question.options]
        if question.proof is not None:
            proof = question.proof.model_dump(exclude_defaults=True)
            lines.append("[question.proof]\n" + _lines(proof))
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def _table(name: str, values: Mapping[str, Any]) -> str:
    return f"[[{name}]]\n{_lines(values)}"


def _lines(values: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: Any) -> str:  # noqa: ANN401 - any TOML value
    if isinstance(value, str):  # JSON's strings are TOML's, but for DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        inside = ", ".join(f"{json.dumps(str(key))} = {_value(member)}"
                           for key, member in value.items() if member is not None)  # fmt: skip
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(member) for member in value)}]"
    return str(value)  # numbers and dates are written alike


@cache
def bank() -> QuestionSet:
    """Return the questions that come with the product, read once.

    Raises:
        KnowledgeError: A question is not whole.
    """
    return load_questions()


def part_of(found: QuestionSet, questions: Iterable[Question]) -> QuestionSet:
    """Return some questions of a set with the cases that they need."""
    chosen = tuple(questions)
    needed = {question.case for question in chosen}
    cases: tuple[Case, ...] = tuple(case for case in found.cases if case.id in needed)
    return QuestionSet(questions=chosen, cases=cases)
