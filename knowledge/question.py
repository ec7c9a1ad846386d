"""A practice question: what is asked, what is right, and why every option is or is not.

Questions are TOML, one file a topic group. A proof says how the product shows the right option
right; it is data here and carried out elsewhere (`assistant/exam`).
"""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from knowledge.errors import KnowledgeError
from knowledge.note import Kebab, Line

QUESTIONS_FOLDER = Path(__file__).parent / "questions"

Kind = Literal["single", "multiple", "ordering", "matching"]
#: Tasks of MLA-C01 that are about deployment, monitoring and security of inference.
Task = Literal["3.1", "3.2", "3.3", "4.1", "4.2", "4.3"]
Letter = Annotated[str, StringConstraints(pattern=r"^[A-J]$")]
TASKS: dict[Task, str] = {
    "3.1": "Choose deployment infrastructure",
    "3.2": "Create and script infrastructure",
    "3.3": "CI/CD pipelines",
    "4.1": "Monitor model inference",
    "4.2": "Monitor and optimise infrastructure and cost",
    "4.3": "Secure resources",
}


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Value):
    """One option, with why it is right or wrong."""

    key: Letter
    text: Line
    rationale: Line


class Case(_Value):
    """A scenario that several questions share."""

    id: Kebab
    text: Line


class Proof(_Value):
    """What the product does to show the right option right; which fields count depends on `kind`.

    Attributes:
        kind: "recommend", "check", "audit", "fact" or "plan".
        requirements: Of `tools.requirements`, for a recommendation or a plan.
        right: Keys of the recommendation (dotted paths) and the values that they must have.
        wrong: Option letter to the inference option that the rules exclude.
        spec: Of `tools.endpoint.EndpointSpec`, for a check.
        template: CloudFormation text, for an audit.
        finds: Id of the rule that must be found.
        refused: Words, or a rule's id, of the refusal that planning must give.
        facts: Names of facts and the values that decide.
        method: For a plan.
        holds: Operations that the plan must have.
        lacks: Operations that it must not have.
    """

    kind: Literal["recommend", "check", "audit", "fact", "plan"]
    requirements: dict[str, Any] = Field(default_factory=dict)
    right: dict[str, Any] = Field(default_factory=dict)
    wrong: dict[Letter, str] = Field(default_factory=dict)
    spec: dict[str, Any] = Field(default_factory=dict)
    template: str = ""
    finds: str | None = None
    refused: str | None = None
    facts: dict[str, int | float] = Field(default_factory=dict)
    method: str | None = None
    holds: str | tuple[str, ...] = ()
    lacks: str | tuple[str, ...] = ()

    @model_validator(mode="after")
    def _proves_something(self) -> "Proof":
        decides = {
            "recommend": self.right or self.wrong,
            "check": self.finds or self.refused,
            "audit": self.finds,
            "fact": self.facts,
            "plan": self.holds or self.lacks or self.refused,
        }
        if not decides[self.kind]:
            raise ValueError(f"a proof by {self.kind} says nothing that could fail")
        return self


class Question(_Value):
    """One question.

    Attributes:
        answer: Letters; in order for "ordering", one for each prompt for "matching".
        prompts: The left column of "matching".
        difficulty: 1 recall, 2 apply, 3 weigh.
        case: The shared scenario's id.
        notes: Ids of the notes that it rests on.
        as_of: The day up to which its facts were gathered.
    """

    id: Kebab
    kind: Kind
    task: Task
    topics: tuple[Kebab, ...] = Field(min_length=1)
    difficulty: Literal[1, 2, 3]
    stem: Line
    options: tuple[Option, ...] = Field(min_length=2, max_length=10)
    answer: tuple[Letter, ...] = Field(min_length=1)
    prompts: tuple[Line, ...] = ()
    case: Kebab | None = None
    notes: tuple[Kebab, ...] = Field(min_length=1)
    as_of: date
    proof: Proof | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> "Question":
        keys = [option.key for option in self.options]
        if keys != [chr(ord("A") + n) for n in range(len(keys))]:
            raise ValueError("options are lettered A, B, C in order")
        if not set(self.answer) <= set(keys):
            raise ValueError("the answer names an option that is not there")
        wanted = {
            "single": len(self.answer) == 1 and len(keys) > len(self.answer),
            "multiple": 1 < len(set(self.answer)) == len(self.answer) < len(keys),
            "ordering": len(set(self.answer)) == len(self.answer) > 1,
            "matching": len(self.answer) == len(self.prompts) > 1,
        }
        if not wanted[self.kind]:
            raise ValueError(f"an answer of {len(self.answer)} letters does not fit {self.kind}")
        if bool(self.prompts) != (self.kind == "matching"):
            raise ValueError("prompts belong to matching, and only to it")
        if self.proof is not None and not set(self.proof.wrong) <= set(keys) - set(self.answer):
            raise ValueError("a proof calls an option wrong that is right, or not there")
        return self

    def is_right(self, letters: Iterable[str]) -> bool:
        """Say whether `letters` answer it: in order where order counts."""
        given = tuple(letter.upper() for letter in letters)
        if self.kind in {"ordering", "matching"}:
            return given == self.answer
        return len(given) == len(set(given)) and set(given) == set(self.answer)


class QuestionSet(_Value):
    """What one file, or all files together, hold."""

    questions: tuple[Question, ...]
    cases: tuple[Case, ...] = ()

    def case_of(self, question: Question) -> Case | None:
        """Return the scenario that a question shares with others."""
        return next((case for case in self.cases if case.id == question.case), None)


def parse_set(text: str, *, source: str) -> QuestionSet:
    """Read one file.

    Args:
        text: TOML with [[question]] and [[case]] tables.
        source: Its name, for the error message.

    Raises:
        KnowledgeError: It is no TOML, or a question is not whole; names the question.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(
            f"{source} is no TOML: {error}", remedy="Correct the named line."
        ) from error
    unknown = tables.keys() - {"question", "case"}
    if unknown:
        raise KnowledgeError(
            f"{source} has {', '.join(sorted(unknown))}, which no question set has.",
            remedy="Use [[question]] and [[case]] tables only.",
        )
    return QuestionSet(
        questions=tuple(_read(Question, tables.get("question", []), source)),
        cases=tuple(_read(Case, tables.get("case", []), source)),
    )


def _read(kind: type[Any], tables: Any, source: str) -> Iterator[Any]:  # noqa: ANN401
    for place, table in enumerate(tables if isinstance(tables, list) else [tables], 1):
        try:
            yield kind.model_validate(table)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            name = table.get("id", place) if isinstance(table, dict) else place
            raise KnowledgeError(
                f"{source}, {kind.__name__.lower()} {name}: {where} {first['msg']}".strip(),
                remedy="Correct the named field of the question.",
            ) from error


def load_questions(folder: Path = QUESTIONS_FOLDER) -> QuestionSet:
    """Return every question of a folder, ordered by id.

    Raises:
        KnowledgeError: A question is not whole, two share an id, or a case is not there.
    """
    sets = [
        parse_set(path.read_text(encoding="utf-8"), source=path.name)
        for path in sorted(folder.glob("*.toml"))
    ]
    questions = [question for one in sets for question in one.questions]
    cases = [case for one in sets for case in one.cases]
    _check_unique([question.id for question in questions])
    _check_unique([case.id for case in cases])
    known = {case.id for case in cases}
    for question in questions:
        if question.case is not None and question.case not in known:
            raise KnowledgeError(
                f"Question {question.id} names the case {question.case}, which is not there.",
                remedy="Add the case, or leave it out.",
            )
    questions.sort(key=lambda question: question.id)
    return QuestionSet(questions=tuple(questions), cases=tuple(cases))


def _check_unique(ids: list[str]) -> None:
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise KnowledgeError(f"Two have the id {twice}.", remedy="Give one an id of its own.")
