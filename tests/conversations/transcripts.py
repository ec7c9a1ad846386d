"""A performance as text that a reviewer reads in one go; what changes from run to run is masked."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from assistant import events
from tests.conversations.performing import MODELS, Performance, Turn

#: Made once in each region: by whichever conversation comes first.
SHARED = frozenset({"s3.create_bucket"})
VOLATILE = (
    (re.compile(r"\bdep-[0-9a-f]{12}\b"), "dep-<digest>"),
    (re.compile(r"\b[0-9a-f]{64}\b|\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b"), "<digest>"),
    (re.compile(r"\b(iris|fraud|net|model|sample)-[0-9a-f]{8}\b"), r"\1-<nonce>"),
)
MEASURED = re.compile(r"\d[\d.,]* (?:ms|s)\b")


def transcript(performance: Performance) -> str:
    """Each turn: what the person did, the tools, what is known, the plan, the answer."""
    lines = [f"# {performance.case.person}"]
    for turn in performance.turns:
        lines += ["", *_turn(turn)]
    return _masked("\n".join([*lines, ""]), performance)


def _turn(turn: Turn) -> Iterator[str]:
    yield turn.did
    steps = [e.operation for e in turn.events if isinstance(e, events.Progress)]
    if steps:
        yield f"  carried out: {_operations(steps)}"
    measured = turn.last(events.Deployed) is not None
    for event in turn.events:
        for line in _shown(event):
            yield MEASURED.sub("<time>", line) if measured else line


def _shown(event: events.Event) -> Iterator[str]:
    match event:
        case events.ToolStarted():
            yield f"  tool: {event.name} {_arguments(event)}".rstrip()
        case events.ToolFinished() if not event.ok:
            yield f"  refused: {_json(event.result)}"
        case events.RequirementsUpdated():
            yield f"  values: {_json(event.values)}"
            yield f"  missing: {', '.join(event.missing) or 'nothing'}"
            yield from (f"  conflict: {', '.join(c['fields'])}" for c in event.conflicts)
        case events.RecommendationMade():
            yield f"  option: {event.inference_option}"
        case events.PlanProposed():
            yield f"  plan ({event.region}): {_operations(s['operation'] for s in event.steps)}"
        case events.Deployed():
            yield f"  deployed, answers: {event.verification['ok']}"
        case events.Failed():
            yield f"  failed: {event.type}: {event.message} {event.remedy}"
        case events.Message():
            yield from (f"  | {line}".rstrip() for line in event.text.splitlines())


def _arguments(event: events.ToolStarted) -> str:
    """What the tool was asked; the facts as the words they were read from."""
    facts = event.arguments.get("facts")
    if facts is None:
        return _json(event.arguments) if any(event.arguments.values()) else ""
    return "; ".join(f"{fact['field']}: {fact['quote']!r}" for fact in facts)


def _operations(operations: Iterable[str]) -> str:
    return ", ".join(o for o in dict.fromkeys(operations) if o not in SHARED)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _masked(text: str, performance: Performance) -> str:
    said = json.dumps([step.say for step in performance.case.turns])
    for name in MODELS:
        if f"{{{name}}}" in said:
            text = text.replace(performance.paths(name), f"<{name}>")
    for pattern, mask in VOLATILE:
        text = pattern.sub(mask, text)
    return text
