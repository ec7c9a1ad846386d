"""Acting a case out against the product, and judging how it went."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from assistant import events
from assistant.messages import translator
from assistant.offline.fields import QUESTIONS, label
from tests.conversations.cases import Case, Expected, Step, Then

Paths = Callable[[str], str]
PATIENCE = 2  # questions that a person answers with "I don't know" before giving up
MODELS = ("sklearn", "xgboost", "onnx", "pytorch", "missing")


class Turn(NamedTuple):
    """What the person did and every event that answered it."""

    did: str
    events: tuple[events.Event, ...]

    def last(self, kind):
        return next((e for e in reversed(self.events) if isinstance(e, kind)), None)


class Performance:
    """A case, acted out to its end."""

    def __init__(self, case: Case, app, paths: Paths) -> None:
        self.case = case
        self.paths = paths
        self.conversation = app.conversation(case.id)
        self.turns: list[Turn] = []
        self.problems: list[str] = []

    def act(self) -> "Performance":
        for number, step in enumerate(self.case.turns, start=1):
            self._do(step)
            found = _after(step.then, self)
            self.problems += [f"after step {number}: {problem}" for problem in found]
        self.problems += [*_at_the_end(self.case.expected, self), *_recorded(self)]
        return self

    def filled(self, text: str) -> str:
        """The text with the paths for their names."""
        for name in MODELS:
            if f"{{{name}}}" in text:
                text = text.replace(f"{{{name}}}", self.paths(name))
        return text

    def values(self) -> dict[str, Any]:
        now = self.conversation.requirements()
        return dict(now.values) if now else {}

    def last(self, kind):
        return next((e for turn in reversed(self.turns) if (e := turn.last(kind))), None)

    def pending(self) -> events.PlanProposed | None:
        return self.conversation.pending_plan()

    def _do(self, step: Step) -> None:
        if step.say is not None:
            self._take(f"> {self.filled(step.say)}", self.conversation.say(self.filled(step.say)))
            return
        if step.approve and self.last(events.Deployed):
            return  # it was deployed on the person's word
        plan = self._plan_at_last()
        if plan is None:
            self.problems.append("there is no plan to answer")
        elif step.approve:
            told = self.conversation.approve(plan.digest, typed_name=plan.typed_name_required)
            self._take("(approves)", told)
        else:
            told = self.conversation.reject(plan.digest, step.reject or "")
            self._take(f"(turns it down: {step.reject})", told)

    def _plan_at_last(self) -> events.PlanProposed | None:
        for _ in range(PATIENCE):
            if self.pending() or self.case.if_asked is None:
                break
            self._take(f"> {self.case.if_asked}", self.conversation.say(self.case.if_asked))
        return self.pending()

    def _take(self, did: str, stream) -> None:
        seen = tuple(stream)
        assert isinstance(seen[-1], events.TurnFinished)
        self.turns.append(Turn(did, seen))


def _after(then: Then, performance: Performance) -> list[str]:
    problems = []
    if then.plan is not None and bool(performance.pending()) is not then.plan:
        problems.append(f"a plan waits: {not then.plan}")
    if then.asked and not any(_brings_up(field, performance) for field in then.asked):
        problems.append("nothing was asked")
    problems += [f"{f} is recorded" for f in then.absent if f in performance.values()]
    if then.conflict and not _conflicting(performance) & set(then.conflict):
        problems.append(f"no conflict about {then.conflict}")
    wanted = [performance.filled(text) for text in then.mentions]
    problems += [
        f"{text!r} is not mentioned" for text in wanted if text not in _answer(performance)
    ]
    return problems


def _at_the_end(expected: Expected, performance: Performance) -> list[str]:
    if expected.end == "deployed":
        return _is_deployed(expected, performance)
    problems = ["a plan waits"] if performance.pending() else []
    problems += ["it was deployed"] if performance.last(events.Deployed) else []
    if expected.end == "conflict" and not _conflicting(performance) & set(expected.conflict):
        problems.append(f"no conflict about {expected.conflict}")
    made = performance.last(events.RecommendationMade)
    if expected.reason == "batch-transform":
        option = made.inference_option if made else None
        problems += [] if option == "batch-transform" else [f"recommended {option}"]
    if expected.reason == "out-of-scope" and (made or performance.values()):
        problems.append("it was taken for a need")
    return problems


def _is_deployed(expected: Expected, performance: Performance) -> list[str]:
    made = performance.last(events.Deployed)
    if made is None:
        failed = performance.last(events.Failed)
        return [f"not deployed: {failed.message if failed else 'no plan was carried out'}"]
    tried = made.verification["sample_origin"] != "guessed"  # else no request is known to be right
    problems = ["the endpoint does not answer"] if tried and not made.verification["ok"] else []
    option = performance.last(events.RecommendationMade).inference_option
    return problems + ([] if option in expected.option else [f"it became {option}"])


def _recorded(performance: Performance) -> list[str]:
    case, values = performance.case, performance.values()
    problems = [f"{f} is not recorded" for f in case.must if f not in values]
    for field, value in values.items():
        if field not in case.said:
            problems.append(f"{field} = {value} was never said")
        elif not _is(case.said[field], value, performance):
            problems.append(f"{field} = {value} is not what was said")
    return problems


def _is(said: Any, value: Any, performance: Performance) -> bool:
    if isinstance(said, dict):
        return any(_is(one, value, performance) for one in said["any"])
    if isinstance(value, dict):
        return said == "sample" if "sample" in value["uri"] else _uri(said, value, performance)
    if isinstance(said, bool | str):
        return said == value
    return math.isclose(float(said), float(value), rel_tol=1e-5)


def _uri(said: str, value: dict[str, Any], performance: Performance) -> bool:
    return value == {"kind": "local", "uri": performance.filled(said)}


def _conflicting(performance: Performance) -> set[str]:
    now = performance.conversation.requirements()
    return {field for conflict in (now.conflicts if now else ()) for field in conflict["fields"]}


def _brings_up(field: str, performance: Performance) -> bool:
    """Whether the answer asks for a field, or names it as what is still to be said."""
    spoken = translator(performance.case.language)
    words = [spoken(QUESTIONS[field])]
    words += [label(field, spoken)] if field != "model_source" else []  # "model" is in any answer
    return any(text in _answer(performance) for text in words)


def _answer(performance: Performance) -> str:
    said = performance.turns[-1].last(events.Message)
    return said.text if said else ""
