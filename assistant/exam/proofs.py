"""What the product itself says to a practice question: the proof, carried out.

Recommendations, checks, audits and facts are pure; a plan reads AWS (by default the sandbox) and
changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.question import Proof, Question
from tools.catalog import Catalog
from tools.errors import NotFoundError, UserError
from tools.plan import DeploymentPlan
from tools.recommendation import Recommendation, recommend
from tools.requirements import Requirements

#: Where a template of a question would be deployed.
REGION = "us-east-1"
#: Makes a plan for requirements, by a method or the one they prefer.
Planner = Callable[[Requirements, str | None], DeploymentPlan]


class Proved(BaseModel):
    """What came of a proof.

    Attributes:
        holds: Everything that the proof says is so.
        shown: What was looked at, in plain words, for "show me".
        faults: What is not so; empty when it holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shown: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.faults


def prove(question: Question, catalog: Catalog, plan: Planner) -> Proved | None:
    """Carry a question's proof out; None when it has none.

    Args:
        question: With a proof.
        catalog: Limits and prices.
        plan: Used by proofs of kind "plan", and "check" with requirements.
    """
    proof = question.proof
    if proof is None:
        return None
    shown, faults = [], []
    try:
        for what, fault in _proving(proof, catalog, plan):
            shown.append(what)
            faults += [fault] if fault else []
    except (UserError, ValidationError) as error:
        reason = error.message if isinstance(error, UserError) else error.errors()[0]["msg"]
        faults.append(f"it cannot be carried out: {reason}")
    if not shown and not faults:
        faults.append("it looked at nothing")
    return Proved(shown=tuple(shown), faults=tuple(faults))


def _proving(proof: Proof, catalog: Catalog, plan: Planner) -> Iterator[tuple[str, str]]:
    """Yield what was looked at, and what is wrong with it ("": nothing)."""
    match proof.kind:
        case "recommend":
            yield from _recommended(proof, catalog)
        case "fact":
            yield from _facts(proof, catalog)
        case "audit":
            yield from _audited(proof, catalog)
        case "check":
            yield from _checked(proof, catalog, plan)
        case "plan":
            yield from _planned(proof, plan)


def _recommended(proof: Proof, catalog: Catalog) -> Iterator[tuple[str, str]]:
    made = recommend(Requirements.model_validate(proof.requirements), catalog)
    told = made.model_dump(mode="json")
    for path, wanted in proof.right.items():
        seen = _at(told, path)
        yield f"{path} is {seen}", "" if seen == wanted else f"{path} is {seen}, not {wanted}"
    for letter, option in proof.wrong.items():
        yield from _excluded(letter, option, made)


def _excluded(letter: str, option: str, made: Recommendation) -> Iterator[tuple[str, str]]:
    row = next((row for row in made.options if row.option == option), None)
    verdict = row.verdict if row else "not judged"
    why = "; ".join(f"{r.text} ({r.rule_id})" for r in row.reasons[:2]) if row else ""
    shown = f"{letter}: {option} is {verdict}" + (f": {why}" if why else "")
    yield shown, "" if verdict == "ruled-out" else f"{letter}: {option} is {verdict}"


def _at(value: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _facts(proof: Proof, catalog: Catalog) -> Iterator[tuple[str, str]]:
    for name, wanted in proof.facts.items():
        try:
            fact = catalog.limit(name)
        except NotFoundError:
            yield name, f"there is no fact {name}"
            continue
        values = fact.value if isinstance(fact.value, tuple) else (fact.value,)
        same = any(float(value) == float(wanted) for value in values)
        shown = f"{name} is {', '.join(str(v) for v in values)} {fact.unit} ({fact.source_url})"
        yield shown, "" if same else f"{name} is not {wanted}"


def _audited(proof: Proof, catalog: Catalog) -> Iterator[tuple[str, str]]:
    from tools.auditing import declared_by_template, findings_in

    found = findings_in(declared_by_template(proof.template, region=REGION), catalog)
    hit = next((f for f in found if f.id == proof.finds), None)
    if hit is not None:
        yield f"{proof.finds}: {hit.title}", ""
    else:
        yield f"found {', '.join(f.id for f in found) or 'nothing'}", f"{proof.finds} is not found"


def _checked(proof: Proof, catalog: Catalog, plan: Planner) -> Iterator[tuple[str, str]]:
    if proof.finds is not None:
        from tools.endpoint import EndpointSpec
        from tools.rules.checks import findings

        found = findings(EndpointSpec.model_validate(proof.spec), catalog)
        hit = next((f for f in found if f.rule_id == proof.finds), None)
        missed = "" if hit else f"{proof.finds} is not found"
        yield f"{proof.finds}: {hit.text}" if hit else f"{len(found)} other findings", missed
    if proof.refused is not None:
        yield _refusal(proof, plan)


def _refusal(proof: Proof, plan: Planner) -> tuple[str, str]:
    words = proof.refused or ""
    try:
        made = plan(Requirements.model_validate(proof.requirements), proof.method)
    except UserError as error:
        refused = words.lower() in error.message.lower()
        return error.message, "" if refused else f"it is refused otherwise: {error.message}"
    return made.summary, "it is planned, not refused"


def _planned(proof: Proof, plan: Planner) -> Iterator[tuple[str, str]]:
    if proof.refused is not None:
        yield _refusal(proof, plan)
        return
    made = plan(Requirements.model_validate(proof.requirements), proof.method)
    operations = {step.operation for step in made.steps}
    for operation in _several(proof.holds):
        missing = "" if operation in operations else f"the plan has no {operation}"
        yield f"the plan calls {operation}" if not missing else made.summary, missing
    for operation in _several(proof.lacks):
        there = f"the plan calls {operation}" if operation in operations else ""
        yield there or f"the plan does not call {operation}", there


def _several(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names
