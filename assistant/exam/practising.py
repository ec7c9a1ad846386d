"""Practice joined with the product: whose it is, its notes, and an answer shown to be right."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from assistant.exam.proofs import prove
from assistant.workplace import Workplace
from knowledge.errors import KnowledgeError
from knowledge.note import NOTES_FOLDER, parse_note
from knowledge.practice.practice import Practice
from knowledge.question import Question
from tools.endpoint import DeploymentMethod
from tools.errors import SagepilotError, UserError
from tools.plan import DeploymentPlan
from tools.requirements import Requirements

_SAMPLE = {"kind": "local", "uri": "sample"}


class Shown(BaseModel):
    """A question's answer, shown by the product itself.

    Attributes:
        lines: What was looked at, in plain words; empty when the question has no proof.
        faults: What the product says otherwise.
        plan: A plan for the question's requirements; None where nothing can be planned for them.
            It is only shown: it is not kept and waits for nobody's approval.
        why_no_plan: Why there is none; empty when there is, or when none was called for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: tuple[str, ...]
    faults: tuple[str, ...]
    plan: DeploymentPlan | None = None
    why_no_plan: str = ""


@contextmanager
def as_user_errors() -> Iterator[None]:
    """Turn what practice refuses into errors that every face shows."""
    try:
        yield
    except KnowledgeError as error:
        raise UserError(error.message, remedy=error.remedy) from error


def practice_of(place: Workplace, user: str | None = None) -> Practice:
    """Return the practice of a user, ours when None. It opens nothing."""
    return Practice(place.home, user or place.user or "local", now=place.now)


def show(question: Question, place: Workplace) -> Shown:
    """Carry a question's proof out, and plan for its requirements where that can be.

    Reads AWS (by default the sandbox) and changes nothing.
    """
    planned: list[DeploymentPlan] = []

    def plan(needs: Requirements, method: str | None) -> DeploymentPlan:
        made = place.plan(needs, DeploymentMethod(method) if method else None)
        planned.append(made)
        return made

    proved = prove(question, place.catalog, plan)
    if proved is None or question.proof is None:
        return Shown(lines=(), faults=())
    shown = Shown(lines=proved.shown, faults=proved.faults)
    if planned:
        return shown.model_copy(update={"plan": planned[-1]})
    if question.proof.kind != "recommend":
        return shown
    try:
        needs = {"model_source": _SAMPLE, **question.proof.requirements}
        return shown.model_copy(update={"plan": place.plan(Requirements.model_validate(needs))})
    except SagepilotError as error:
        return shown.model_copy(update={"why_no_plan": error.message})


def cited(note_ids: tuple[str, ...], folder: Path = NOTES_FOLDER) -> list[dict[str, Any]]:
    """Return the notes that there are: `note_id`, `title`, `source_url` and `summary` of each."""
    found = []
    for note_id in note_ids:
        path = folder / f"{note_id}.md"
        if path.is_file():
            note = parse_note(path.read_text(encoding="utf-8"), source=path.name)
            found.append(
                {
                    "note_id": note.id,
                    "title": note.title,
                    "source_url": note.source_urls[0],
                    "summary": note.summary_en,
                }
            )
    return found


def flowing(text: str) -> str:
    """Return a text whose lines were broken for an editor as paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def as_asked(question: Question, practice: Practice) -> dict[str, Any]:
    """Return a question as JSON without its answer, its rationales or its proof."""
    case = practice.pool.case_of(question)
    return {
        "id": question.id,
        "kind": question.kind,
        "task": question.task,
        "topics": list(question.topics),
        "difficulty": question.difficulty,
        "case": flowing(case.text) if case is not None else None,
        "stem": flowing(question.stem),
        "prompts": [flowing(prompt) for prompt in question.prompts],
        "options": {option.key: flowing(option.text) for option in question.options},
        "choose": len(question.answer),
    }
