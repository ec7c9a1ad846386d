"""A turn's events, folded into the few things that are drawn.

Live turns and finished ones go through the same fold, so a reload shows what was seen before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.events import (
    ApprovalRequested,
    Deployed,
    Event,
    Failed,
    Message,
    PlanProposed,
    Progress,
    RecommendationMade,
    Rendered,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Undone,
)


@dataclass(frozen=True)
class TextBlock:
    """An answer; `whole` is false while it is being written."""

    text: str
    citations: tuple[dict[str, str], ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class ToolCall:
    """One call; `ok` is None while it runs."""

    call_id: str
    name: str
    arguments: dict[str, Any]
    ok: bool | None = None
    result: Any = None


@dataclass(frozen=True)
class ToolsBlock:
    """All tool calls of a turn, in order."""

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True)
class RecommendationBlock:
    """A recommendation's own keys."""

    values: dict[str, Any]


@dataclass(frozen=True)
class PlanBlock:
    """A proposed plan and the sentence that asks for its approval."""

    plan: PlanProposed
    summary: str = ""


@dataclass(frozen=True)
class ProgressBlock:
    """The steps reported so far, each with its newest detail, in order."""

    steps: tuple[Progress, ...]
    outcome: Literal["running", "done", "failed"] = "running"


Block = (
    TextBlock
    | ToolsBlock
    | RecommendationBlock
    | PlanBlock
    | ProgressBlock
    | Deployed
    | Undone
    | Rendered
    | Failed
)
Blocks = tuple[Block, ...]


def fold_all(events: Iterable[Event]) -> Blocks:
    """The blocks of a whole turn."""
    blocks: Blocks = ()
    for event in events:
        blocks = fold(blocks, event)
    return blocks


def fold(blocks: Blocks, event: Event) -> Blocks:
    """The blocks after one more event; what is not drawn in the chat changes nothing."""
    match event:
        case TextDelta() | Message():
            return _with_text(blocks, event)
        case ToolStarted() | ToolFinished():
            return _with_tool(blocks, event)
        case RecommendationMade() | PlanProposed() | ApprovalRequested():
            return _with_card(blocks, event)
        case Rendered():
            return (*blocks, event)
        case Progress() | Deployed() | Undone() | Failed():
            return _with_deed(blocks, event)
        case _:
            return blocks


def _with_card(
    blocks: Blocks, event: RecommendationMade | PlanProposed | ApprovalRequested
) -> Blocks:
    match event:
        case RecommendationMade():
            return (*blocks, RecommendationBlock(event.model_dump(exclude={"event"})))
        case PlanProposed():
            return (*blocks, PlanBlock(event))
        case ApprovalRequested():
            return tuple(_asked(block, event) for block in blocks)


def _with_deed(blocks: Blocks, event: Progress | Deployed | Undone | Failed) -> Blocks:
    match event:
        case Progress():
            return _with_progress(blocks, event)
        case Deployed() | Undone():
            return (*_closed(blocks, "done"), event)
        case Failed():
            return (*_closed(blocks, "failed"), event)


def _with_text(blocks: Blocks, event: TextDelta | Message) -> Blocks:
    """Text goes on in its open block; a new one stands before the cards that it explains."""
    for index, block in enumerate(blocks):
        if isinstance(block, TextBlock) and not block.whole:
            text = block.text + event.text if isinstance(event, TextDelta) else event.text
            return (*blocks[:index], _text(event, text), *blocks[index + 1 :])
    place = len(blocks)
    while place and isinstance(blocks[place - 1], RecommendationBlock | PlanBlock):
        place -= 1
    return (*blocks[:place], _text(event, event.text), *blocks[place:])


def _text(event: TextDelta | Message, text: str) -> TextBlock:
    if isinstance(event, Message):
        return TextBlock(text, event.citations, whole=True)
    return TextBlock(text)


def _with_tool(blocks: Blocks, event: ToolStarted | ToolFinished) -> Blocks:
    for index, block in enumerate(blocks):
        if isinstance(block, ToolsBlock):
            changed = ToolsBlock(_calls(block.calls, event))
            return (*blocks[:index], changed, *blocks[index + 1 :])
    return (ToolsBlock(_calls((), event)), *blocks)


def _calls(calls: tuple[ToolCall, ...], event: ToolStarted | ToolFinished) -> tuple[ToolCall, ...]:
    if isinstance(event, ToolStarted):
        return (*calls, ToolCall(event.call_id, event.name, event.arguments))
    if all(call.call_id != event.call_id for call in calls):
        calls = (*calls, ToolCall(event.call_id, event.name, {}))
    return tuple(
        replace(call, ok=event.ok, result=event.result) if call.call_id == event.call_id else call
        for call in calls
    )


def _asked(block: Block, event: ApprovalRequested) -> Block:
    if isinstance(block, PlanBlock) and block.plan.digest == event.digest:
        return replace(block, summary=event.summary)
    return block


def _with_progress(blocks: Blocks, event: Progress) -> Blocks:
    last = blocks[-1] if blocks else None
    if not isinstance(last, ProgressBlock) or last.outcome != "running":
        return (*blocks, ProgressBlock((event,)))
    before = tuple(step for step in last.steps if step.step < event.step)
    return (*blocks[:-1], ProgressBlock((*before, event)))


def _closed(blocks: Blocks, outcome: Literal["done", "failed"]) -> Blocks:
    return tuple(
        replace(block, outcome=outcome)
        if isinstance(block, ProgressBlock) and block.outcome == "running"
        else block
        for block in blocks
    )
