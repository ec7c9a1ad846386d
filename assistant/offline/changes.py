"""What differs: between two recommendations, and between what was known before and is now."""

from collections.abc import Mapping
from typing import Any

from assistant.messages import N_, Translator, as_decimal
from assistant.offline.fields import label, shown
from assistant.offline.history import dictionary
from assistant.offline.option_names import option_name


def differences(base: Mapping[str, Any], other: Mapping[str, Any], _: Translator) -> list[str]:
    """List what differs between two recommendations, as bullet lines."""
    lines = [_change(name, base.get(key), other.get(key), _) for key, name in _COMPARED.items()]
    low, high = (dictionary(r.get("auto_scaling")) for r in (base, other))
    lines.append(
        _change(N_("instances at most"), low.get("max_capacity"), high.get("max_capacity"), _)
    )
    return [line for line in lines if line]


_COMPARED: dict[str, str] = {
    "inference_option": N_("option"),
    "instance_type": N_("instance"),
    "initial_instance_count": N_("instances"),
    "memory_size_in_mb": N_("memory (MB)"),
    "max_concurrency": N_("requests at a time"),
    "provisioned_concurrency": N_("kept warm"),
    "cost_usd_per_month": N_("cost per month"),
}


def _change(name: str, before: Any, after: Any, _: Translator) -> str:
    if before == after:
        return ""
    first, second = (_compared(name, value, _) for value in (before, after))
    return _("- {what}: {before} → {after}", what=_(name), before=first, after=second)


def _compared(name: str, value: Any, _: Translator) -> str:
    number = as_decimal(value)
    if value is None:
        return "-"
    if number is None:
        return option_name(str(value), _)
    return _.money(number) if name == "cost per month" else _.number(number)


def changed(before: Mapping[str, Any], after: Mapping[str, Any], _: Translator) -> list[str]:
    """Say which known values are other ones now: "request size: 20 MB (was 2 MB)"."""
    lines = []
    for field in [*after, *(f for f in before if f not in after)]:
        old, new = before.get(field), after.get(field)
        if old == new:
            continue
        if new is None:
            lines.append(_("{what}: forgotten", what=label(field, _)))
        elif old is None:
            lines.append(f"{label(field, _)}: {shown(field, new, _)}")
        else:
            lines.append(
                _(
                    "{what}: {new} (was {old})",
                    what=label(field, _),
                    new=shown(field, new, _),
                    old=shown(field, old, _),
                )
            )
    return lines
