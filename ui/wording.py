"""Names and numbers as people read them, and foreign text made harmless for Markdown."""

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

_LABELS = {
    "latency_p95_ms": "Answer time (p95)",
    "interactive": "Someone waits",
    "cold_start_tolerance_ms": "First answer may take",
    "request_payload_bytes": "Request size",
    "response_payload_bytes": "Response size",
    "processing_time_s": "Model time",
    "traffic_pattern": "Traffic",
    "average_requests_per_second": "Average rate",
    "peak_requests_per_second": "Peak rate",
    "idle_share": "Idle",
    "growth_per_month": "Growth",
    "budget_usd_per_month": "Budget",
    "framework": "Framework",
    "model_source": "Model",
    "model_size_bytes": "Model size",
    "model_parameters": "Parameters",
    "model_count": "Models",
    "gpu": "GPU",
    "streaming": "Streamed answer",
    "environment": "Purpose",
    "deployment_preference": "Deploy with",
    "region": "Region",
    "data_sensitivity": "Data",
    "endpoint_name": "Endpoint name",
    "sample_path": "Sample request",
}
_OPTIONS = {
    "real-time": "Real-time endpoint",
    "serverless": "Serverless endpoint",
    "asynchronous": "Asynchronous endpoint",
    "batch-transform": "Batch transform",
    "edge": "On the device",
    "none": "No SageMaker endpoint",
}
_TOOLS = {
    "record_requirements": "noted what is needed",
    "recommend": "compared the options",
    "make_plan": "made a plan",
    "search_notes": "searched the notes",
    "describe_endpoints": "looked at the endpoints",
    "describe_deployment": "looked at the deployment",
    "render_plan": "wrote the plan as code",
    "plan_deletion": "planned the deletion",
    "plan_undo": "planned the way back",
    "practice_question": "chose a practice question",
    "practice_answer": "marked the answer",
    "practice_explain": "looked at the question",
    "practice_progress": "looked at the practice so far",
}
_OPERATIONS = {
    "s3.put_object": "Upload to S3",
    "s3.upload_file": "Upload to S3",
    "s3.create_bucket": "Create S3 bucket",
    "iam.put_role_policy": "Set role policy",
    "application-autoscaling.register_scalable_target": "Set scaling bounds",
    "application-autoscaling.put_scaling_policy": "Set scaling policy",
    "application-autoscaling.deregister_scalable_target": "Remove scaling",
}
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_BYTE_UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")


def field_label(field: str) -> str:
    """The field's name for people."""
    return _LABELS.get(field) or field.replace("_", " ").capitalize()


def option_label(option: str) -> str:
    """An inference option's name for people."""
    return _OPTIONS.get(option) or option.capitalize()


def tool_label(name: str) -> str:
    """What a tool did, as a lower-case clause."""
    return _TOOLS.get(name) or name.replace("_", " ")


def operation_label(operation: str) -> str:
    """`sagemaker.create_endpoint` as "Create endpoint"."""
    known = _OPERATIONS.get(operation)
    return known or operation.rpartition(".")[2].replace("_", " ").capitalize()


def number(amount: float) -> str:
    """At most three significant digits below 1000, thousands separated above."""
    if abs(amount) >= 1000:
        return f"{amount:,.0f}"
    return f"{amount:.3g}"


def size(count_bytes: float) -> str:
    """Bytes in decimal units: 2000 is "2 KB"."""
    power = 0
    while count_bytes >= 1000 and power < len(_BYTE_UNITS) - 1:
        count_bytes /= 1000
        power += 1
    return f"{number(count_bytes)} {_BYTE_UNITS[power]}"


def duration_ms(milliseconds: float) -> str:
    """Milliseconds in the unit that people would say."""
    for unit, length_ms in (("h", 3_600_000), ("min", 60_000), ("s", 1000)):
        if milliseconds >= length_ms:
            return f"{number(milliseconds / length_ms)} {unit}"
    return f"{number(milliseconds)} ms"


def money(amount: float | None) -> str:
    """US dollars, "not known" for None."""
    if amount is None:
        return "not known"
    amount = float(amount)
    return f"${amount:,.0f}" if amount >= 1000 else f"${amount:,.2f}"


def value_label(field: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A requirement's value in human units; the unit follows from the end of the field's name."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _quantity(field, value)
        case {"uri": str(uri)}:
            return uri
        case Mapping():
            return ", ".join(f"{key}: {member}" for key, member in value.items())
        case list() | tuple():
            return ", ".join(str(member) for member in value)
        case _:
            return str(value)


def _quantity(field: str, value: float) -> str:
    if field.startswith("growth"):
        return f"{value * 100:+.3g} % a month"
    for ending, written in (
        ("_bytes", size),
        ("_mb", lambda megabytes: f"{megabytes:g} MB"),
        ("_ms", duration_ms),
        ("usd_per_month", lambda amount: f"{money(amount)} a month"),
        ("_per_second", lambda rate: f"{number(rate)} rps"),
        ("_s", lambda seconds: duration_ms(seconds * 1000)),
        ("_share", lambda share: f"{number(share * 100)} %"),
    ):
        if field.endswith(ending):
            return written(value)
    return number(value)


def plain(text: str) -> str:
    """Text from elsewhere as it stands, for a place that reads Markdown (labels, captions)."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def safe_markdown(text: str) -> str:
    """Markdown from elsewhere without what could load, run or hide anything.

    HTML is escaped by Streamlit itself; here images (they would call out to their host), formulas
    (they swallow prices in dollars) and Streamlit's own colour directives become plain text. Lines
    stay lines, and a list ends where its lines end.
    """
    text = text.replace("![", "!\\[").replace("$", "\\$")
    text = re.sub(r":(?=[a-z-]+[\[:/])", r"\\:", text)
    written = text.split("\n")
    kept = [written[0]]
    for before, line in itertools.pairwise(written):
        if _ITEM.match(before) and line.strip() and not _ITEM.match(line) and line[0] != " ":
            kept.append("")
        kept.append(line)
    return re.sub(r"(?<!\n)\n(?!\n)", "  \n", "\n".join(kept))


def lines(texts: Iterable[str]) -> str:
    """Markdown that shows each text on its own line."""
    return "\n\n".join(texts)


def lead_and_rest(text: str, longest: int = 500) -> tuple[str, str]:
    """A long text's first paragraph and the rest; a short one is all lead."""
    if len(text) <= longest:
        return text, ""
    lead, _, rest = text.partition("\n\n")
    return (lead, rest) if len(lead) <= longest else (text, "")


def link(text: str, url: str | None) -> str:
    """A Markdown link when the address is a web page, else the text."""
    if url and re.fullmatch(r"https://[^\s()<>\"'\\]+", url):
        return f"[{plain(text)}]({url})"
    return plain(text)


def rule_label(item: Mapping[str, Any]) -> str:
    """The rule behind a reason, conflict or check and the note it rests on."""
    rule = str(item.get("rule_id") or item.get("id") or "source")
    note = item.get("note_id")
    return f"{rule}, note {note}" if note else rule
