"""Tables for people (rich); programs take `--json`."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from tools.plan import DeploymentPlan


def dollars(amount: float | None) -> str:
    """Return an amount a month as text."""
    return "price not known" if amount is None else f"USD {amount:,.2f} a month"


def plan_table(told: dict[str, Any]) -> Group:
    """Return a plan (its JSON) as a table with cost, undo and digest."""
    table = Table(title=f"Plan for {told['endpoint_name']}", title_justify="left")
    for heading in ("#", "call", "why"):
        table.add_column(heading)
    for number, step in enumerate(told["steps"], 1):
        table.add_row(str(number), step["operation"], Text(step["why"]))
    lines = [
        f"{told['target']} · account {told['account']} · {told['region']}",
        f"Cost: {dollars(told['cost_usd_per_month'])}; "
        f"if forgotten: {dollars(told['cost_if_forgotten_usd_per_month'])}",
        f"Undo: {len(told['undo'])} calls, last first",
        *(f"Mind: {warning}" for warning in told["warnings"]),
        f"Digest: {told['digest']}",
    ]
    return Group(table, *(Text(line) for line in lines))


def show_plan(plan: DeploymentPlan) -> None:
    """Print a plan and how to approve it."""
    console = Console()
    console.print(plan_table(plan.model_dump(mode="json")))
    named = f" --typed-name {plan.typed_name_required}" if plan.typed_name_required else ""
    console.print(
        Text(f"Approve: sagepilot deploy {plan.digest[:12]} --approve {plan.digest}{named}")
    )


def show_recommendation(told: dict[str, Any]) -> None:
    """Print a recommendation with its reasons and what would flip it."""
    console = Console()
    console.print(Text(str(told["inference_option"]), style="bold"))
    for key in ("instance_type", "initial_instance_count", "memory_size_in_mb", "max_concurrency"):
        if told.get(key) is not None:
            console.print(Text(f"{key}: {told[key]}"))
    console.print(Text(f"Cost: {dollars(told['cost_usd_per_month'])}"))
    for heading in ("reasons", "warnings"):
        for item in told[heading]:
            console.print(Text(f"{heading[:-1]} {item['rule_id']}: {item['text']}"))
    for flip in told["flips"]:
        console.print(Text(f"if {flip['if']}: {flip['then']}"))
    for assumption in told["assumptions"]:
        console.print(Text(f"assumed: {assumption}"))


def _so_far(amount: float | None) -> str:
    return "" if amount is None else f" (USD {amount:,.2f} so far)"


def show_endpoints(rows: Iterable[dict[str, Any]], where: str) -> None:
    """Print the endpoints as a table."""
    table = Table(title=where, title_justify="left")
    for heading in ("endpoint", "status", "capacity", "cost if forgotten", "expires", "ours"):
        table.add_column(heading, no_wrap=heading == "status")
    for row in rows:
        capacity = (
            f"{row['memory_size_in_mb']} MB"
            if row["memory_size_in_mb"]
            else f"{row['instance_count']} x {row['instance_type']}"
        )
        table.add_row(
            Text(row["endpoint_name"]),
            row["status"],
            Text(f"{row['inference_option']}, {capacity}"),
            dollars(row["cost_usd_per_month"]) + _so_far(row["cost_so_far_usd"]),
            Text(row["expires_at"] or "never"),
            "yes" if row["ours"] else "no",
        )
    Console().print(table)
