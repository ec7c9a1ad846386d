"""Sentences about plans and endpoints; every number in them comes from a tool result."""

from collections.abc import Iterable, Mapping
from typing import Any

from assistant.messages import Translator, as_decimal
from assistant.offline.fields import bytes_shown
from assistant.offline.replies import WARNINGS_SHOWN, option_name
from assistant.offline.tool_sentences import localized


def proposed(plan: Mapping[str, Any], _: Translator) -> str:
    """Present a plan: what it makes, where, and that a person decides."""
    name = str(plan.get("endpoint_name") or "")
    where = place(plan, _)
    lines = [_("The plan for **{name}** is ready ({where}).", name=name, where=where)]
    lines += packaging_lines(plan.get("packaging"), _)
    extra = [
        w if isinstance(w, str) else str(w.get("text") or "") for w in _listed(plan.get("warnings"))
    ]
    lines += [f"- {localized(text, _)}" for text in extra[:WARNINGS_SHOWN] if text]
    lines.append(approval_note(plan, _))
    return "\n".join(lines)


def packaging_lines(found: Any, _: Translator) -> list[str]:
    """Say what is done to the model's archive so that its image can serve it."""
    texts = [
        str(s.get("summary") or s.get("text") or s.get("detail") or s.get("description") or "")
        if isinstance(s, Mapping)
        else str(s)
        for s in _listed(found)
    ]
    shown = [f"- {text}" for text in texts if text]
    return [_("Packaging, so that the image can serve it:"), *shown] if shown else []


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


def _listed(found: Any) -> list[Any]:
    return [item for item in found if item] if isinstance(found, list | tuple) else []


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
        lines.append(f"- **{row.get('endpoint_name')}**: " + ", ".join(filter(None, parts)))
    return lines
