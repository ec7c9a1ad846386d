"""What became of plans and endpoints, read off the turns that followed."""

from collections.abc import Sequence

from assistant.events import Deployed, Failed, Undone
from ui.blocks import Block, Blocks, PlanBlock, ProgressBlock


def plan_outcomes(turns: Sequence[Blocks]) -> dict[str, str]:
    """For each plan's digest a few words: what happened before the next plan."""
    outcomes: dict[str, str] = {}
    current: str | None = None
    started = False
    for block in (block for blocks in turns for block in blocks):
        if isinstance(block, PlanBlock):
            if current is not None and not started:
                outcomes[current] = "replaced by a newer plan"
            current, started = block.plan.digest, False
            outcomes[current] = "not carried out"
        elif current is not None:
            started = started or isinstance(block, ProgressBlock | Deployed | Undone)
            outcomes[current] = _after(block, started=started) or outcomes[current]
    return outcomes


def _after(block: Block, *, started: bool) -> str | None:
    match block:
        case Deployed() | Undone():
            return "carried out"
        case Failed():
            return "failed" if started else None
        case ProgressBlock():
            return "begun"
        case _:
            return None


def standing_deployments(turns: Sequence[Blocks]) -> tuple[Deployed, ...]:
    """The newest deployment of each endpoint name, without those that were removed."""
    standing: dict[str, Deployed] = {}
    for block in (block for blocks in turns for block in blocks):
        if isinstance(block, Deployed) and block.outputs is None:  # a job is no endpoint
            standing[block.endpoint_name] = block
        elif isinstance(block, Undone):
            standing.pop(block.endpoint_name, None)
    return tuple(standing.values())
