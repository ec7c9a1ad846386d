"""Sentences about plans and endpoints; every number in them comes from a tool result."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from assistant.messages import Translator, as_decimal
from assistant.offline.fields import bytes_shown
from assistant.offline.history import rows
from assistant.offline.option_names import option_name
from assistant.offline.replies import WARNINGS_SHOWN
from assistant.offline.tool_sentences import localized


def proposed(plan: Mapping[str, Any], _: Translator, told: Collection[str] = ()) -> str:
    """Present a plan: what it makes, where, and that a person decides.

    Args:
        plan: As the tool answers it.
        _: The reader's language.
        told: Warnings that the same answer has told already.
    """
    name, where = str(plan.get("endpoint_name") or ""), place(plan, _)
    found = (w if isinstance(w, str) else w.get("text") for w in _texts(plan.get("warnings")))
    fresh = [text for text in found if isinstance(text, str) and text and text not in told]
    lines = [_("The plan for **{name}** is ready ({where}).", name=name, where=where)]
    lines += [f"- {localized(text, _)}" for text in fresh[:WARNINGS_SHOWN]]
    lines += preflight_lines(plan.get("preflight"), _)
    lines += packaging_lines(plan.get("packaging"), _)
    return "\n".join([*lines, approval_note(plan, _)])


def preflight_lines(report: Any, _: Translator) -> list[str]:
    """Say what the checks before approval warn of; what failed refuses a plan."""
    checks = rows(report.get("checks")) if isinstance(report, Mapping) else []
    warned = [check for check in checks if check.get("status") == "warning"]
    return [f"- {localized(str(c.get('seen') or ''), _)} {c.get('remedy') or ''}".rstrip()
            for c in warned]  # fmt: skip


def packaging_lines(found: Any, _: Translator) -> list[str]:
    """Say which files are added to the model's archive and why; the plan itself shows all."""
    added = [step for step in rows(found) if step.get("action") == "add" and step.get("path")]
    shown = [f"- {s['path']}: {localized(_first_sentence(s.get('text')), _)}" for s in added]
    return [_("Added to the archive, so that the image can serve it:"), *shown] if shown else []


def _first_sentence(text: Any) -> str:
    sentence, stop, _rest = str(text or "").partition(". ")
    return sentence + stop.strip()


def _texts(found: Any) -> list[Any]:
    """The sentences, or rows with one, of a list."""
    listed = found if isinstance(found, list | tuple) else ()
    return [item for item in listed if isinstance(item, str | Mapping)]


def approval_note(plan: Mapping[str, Any], _: Translator) -> str:
    """Say that nothing happens before a person approves exactly this plan."""
    digest = short(plan.get("digest"))
    if name := plan.get("typed_name_required"):
        return _(
            "Nothing happens until you approve exactly this plan ({digest}); "
            "for that you type the name {name}.",
            digest=digest,
            name=str(name),
        )
    if plan.get("eula_required"):
        return _(
            "Nothing happens until you accept the licence "
            "and approve exactly this plan ({digest}).",
            digest=digest,
        )
    return _("Nothing happens until you approve exactly this plan ({digest}).", digest=digest)


def place(plan: Mapping[str, Any], _: Translator) -> str:
    """Name where a plan acts."""
    target = _("sandbox on this machine") if plan.get("target") == "sandbox" else _("AWS")
    account = str(plan.get("account") or "") if plan.get("target") != "sandbox" else ""
    return ", ".join(filter(None, [target, account, str(plan.get("region") or "")]))


def short(digest: Any) -> str:
    """Return the first twelve characters of a digest."""
    text = str(digest or "")
    return text.rpartition(":")[2][:12]


def _end_or_return(row: Mapping[str, Any], _: Translator) -> list[str]:
    """When it goes, pointed out on its last day; or what brings it back."""
    told = []
    if end := str(row.get("expires_at") or ""):
        moment = end[:16].replace("T", " ")
        told.append(
            _("**expires within a day, at {moment} UTC**", moment=moment)
            if row.get("expires_soon")
            else _("expires at {moment} UTC", moment=moment)
        )
    if command := row.get("restored_by"):
        told.append(_("`{command}` brings it back", command=str(command)))
    return told


def endpoint_rows(found: Iterable[Mapping[str, Any]], _: Translator) -> list[str]:
    """Write endpoints as bullet lines: name, status, size, cost."""
    lines = []
    for row in found:
        parts = [
            str(row.get("status") or ""),
            option_name(str(row.get("inference_option") or ""), _),
        ]
        if instance := row.get("instance_type"):
            count = as_decimal(row.get("instance_count"))
            parts.append(f"{instance} x {_.number(count)}" if count is not None else str(instance))
        elif (memory := as_decimal(row.get("memory_size_in_mb"))) is not None:
            parts.append(bytes_shown(float(memory) * 1024**2, _))
        if (monthly := as_decimal(row.get("cost_usd_per_month"))) is not None:
            parts.append(_("about {amount} a month", amount=_.money(monthly)))
        if row.get("ours") is False:
            parts.append(_("not made here"))
        parts += _end_or_return(row, _)
        lines.append(f"- **{row.get('endpoint_name')}**: " + ", ".join(filter(None, parts)))
    return lines
