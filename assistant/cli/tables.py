"""Tables for people (rich); programs take `--json`."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from assistant.note_links import rule_with_note
from tools.plan import DeploymentPlan

if TYPE_CHECKING:
    from tools.comparison import Comparison
    from tools.monitoring import EndpointMetrics
    from tools.starters import Starter


def dollars(amount: float | None, period: str = " a month") -> str:
    """Return an amount, a month unless said otherwise, as text."""
    return "price not known" if amount is None else f"USD {amount:,.2f}{period}"


def plan_table(told: dict[str, Any]) -> Group:
    """Return a plan (its JSON) as a table with cost, undo and digest."""
    table = Table(title=f"Plan for {told['endpoint_name']}", title_justify="left")
    for heading in ("#", "call", "why"):
        table.add_column(heading)
    for number, step in enumerate(told["steps"], 1):
        table.add_row(str(number), step["operation"], Text(step["why"]))
    period = " for this run" if told.get("kind") == "transform" else " a month"
    lines = [
        f"{told['target']} · account {told['account']} · {told['region']}",
        f"Cost: {dollars(told['cost_usd_per_month'], period)}; "
        f"if forgotten: {dollars(told['cost_if_forgotten_usd_per_month'])}",
        f"Undo: {len(told['undo'])} calls, last first",
        *(f"Mind: {warning}" for warning in told["warnings"]),
        *preflight_lines(told.get("preflight")),
        f"Digest: {told['digest']}",
    ]
    return Group(table, *(Text(line) for line in lines))


def preflight_lines(report: dict[str, Any] | None) -> list[str]:
    """Return the checks made before approval: one line, and one for each that needs a look."""
    if report is None:
        return []
    open_checks = [check for check in report["checks"] if check["status"] != "passed"]
    return [
        f"Pre-flight: {report['summary']}",
        *(
            f"  {rule_with_note(check)} {check['status'].replace('-', ' ')}: {check['seen']} "
            f"{check['remedy']}".rstrip()
            for check in open_checks
        ),
    ]


def show_starters(found: "Sequence[Starter]", *, whole: bool) -> None:
    """List starters; `whole`: with what they wish for and what to change."""
    console = Console()
    for starter in found:
        console.print(Text.assemble((starter.id, "bold"), f"  {starter.title.en}"))
        console.print(Text(f"  {starter.purpose.en}"))
        if not whole:
            continue
        console.print(Text(f"  Why: {starter.why.en} ({starter.source_url})"))
        for field, value in starter.requirements.said().items():
            console.print(Text(f"  {field}: {value}"))
        console.print(Text(f"  Change first: {', '.join(starter.change)}"))
        if starter.stand_in is not None:
            console.print(Text(f"  In the sandbox: {starter.stand_in.why.en}"))
    if not whole:
        console.print(Text("\nPlan one with `sagepilot plan --starter NAME [--model YOURS]`."))


def show_plan(plan: DeploymentPlan) -> None:
    """Print a plan and how to approve it."""
    console = Console()
    console.print(plan_table(plan.model_dump(mode="json")))
    if plan.licence is not None:
        console.print(Text(f"Licence of {plan.licence.model_id} ({plan.licence.uri}):", "bold"))
        console.print(Text(plan.licence.text or "Its text could not be read."))
    named = f" --typed-name {plan.typed_name_required}" if plan.typed_name_required else ""
    named += " --accept-eula" if plan.eula_required else ""
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
            console.print(Text(f"{heading[:-1]} {rule_with_note(item)}: {item['text']}"))
    for flip in told["flips"]:
        console.print(Text(f"if {flip['if']}: {flip['then']}"))
    for assumption in told["assumptions"]:
        console.print(Text(f"assumed: {assumption}"))


def show_models(hits: Iterable[dict[str, Any]], where: str) -> None:
    """Print models of the catalogue as a table, and how to deploy one."""
    table = Table(title=f"JumpStart, {where}", title_justify="left")
    for heading in ("model", "task", "licence", "default type", "serverless"):
        table.add_column(heading, no_wrap=heading == "model", overflow="fold")
    shown = list(hits)
    for hit in shown:
        price = "" if hit["usd_per_hour"] is None else f", USD {hit['usd_per_hour']:.3f} an hour"
        licence = hit["licence"] or "licence not told"
        table.add_row(
            hit["model_id"],
            hit["task"],
            licence if hit["access"] == "open" else f"{licence} ({hit['access']})",
            f"{hit['default_instance_type'] or ''}{price}",
            "yes" if hit["serverless"] else "no",
        )
    console = Console()
    console.print(table)
    if not shown:
        console.print(Text("Nothing fits; leave a criterion out."))
        return
    example = '{"model_source": {"kind": "jumpstart", "uri": "' + shown[0]["model_id"] + '"}}'
    console.print(Text(f"Deploy one: echo '{example}' | sagepilot plan -"))


def _so_far(amount: float | None) -> str:
    return "" if amount is None else f" (USD {amount:,.2f} so far)"


def _end(row: dict[str, Any]) -> str:
    """When it goes by itself, or what brings it back."""
    if row["restored_by"]:
        return str(row["restored_by"])
    return f"{row['expires_at'] or 'never'}{' (soon)' if row['expires_soon'] else ''}"


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
            Text(_end(row)),
            "yes" if row["ours"] else "no",
        )
    Console().print(table)


def show_metrics(found: "EndpointMetrics", where: str) -> None:
    """Print how an endpoint did."""
    console = Console()
    table = Table(
        title=f"{found.endpoint_name} · {found.status} · last {found.window_minutes} min · {where}",
        title_justify="left",
    )
    headings = ("variant", "instances", "invocations", "4XX", "5XX", "p50 ms", "p95 ms")
    for heading in headings:
        table.add_column(heading)
    for one in found.variants:
        table.add_row(
            Text(one.variant_name),
            _number(one.instance_count),
            str(one.invocations),
            str(one.errors_4xx),
            str(one.errors_5xx),
            _number(one.model_latency_p50_ms),
            _number(one.model_latency_p95_ms),
        )
    console.print(table)
    if found.backlog is not None:
        console.print(Text(f"Backlog: {found.backlog:g} requests"))
    for alarm in found.alarms:
        console.print(Text(f"Alarm {alarm.alarm_name}: {alarm.state}"))
    console.print(
        Text(
            f"Cost: {dollars(found.cost_usd_per_month)} if forgotten"
            f"{_so_far(found.cost_so_far_usd)}; expires: {found.expires_at or 'never'}"
        )
    )


def show_comparison(found: "Comparison", where: str) -> None:
    """Print what the same traffic showed."""
    console = Console()
    table = Table(title=where, title_justify="left")
    for heading in ("side", "requests", "errors", "p50 ms", "p95 ms"):
        table.add_column(heading)
    for side in (found.a, found.b):
        table.add_row(
            Text(side.side),
            str(side.requests),
            str(side.errors),
            _number(side.latency_p50_ms),
            _number(side.latency_p95_ms),
        )
    console.print(table)
    told = f"{found.differing} of {found.compared} answers differ."
    if found.largest_difference is not None:
        told += f" Largest difference between two numbers: {found.largest_difference:.3g}."
    console.print(Text(told))
    for one in found.examples:
        console.print(Text(f"  request {one.request}: {one.a}  |  {one.b}"))
    for side in (found.a, found.b):
        for message in side.error_messages:
            console.print(Text(f"  {side.side}: {message}"))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
