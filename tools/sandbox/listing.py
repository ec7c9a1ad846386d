"""ListModels, ListEndpointConfigs and ListEndpoints: filters, order and pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from tools.sandbox.service import instant, page

#: Filter parameter -> (summary member, whether the member must lie after the value).
_TIME_FILTERS = {
    "CreationTimeAfter": ("CreationTime", True),
    "CreationTimeBefore": ("CreationTime", False),
    "LastModifiedTimeAfter": ("LastModifiedTime", True),
    "LastModifiedTimeBefore": ("LastModifiedTime", False),
}


def _wanted(
    summary: Mapping[str, Any], name_key: str, status_key: str, params: Mapping[str, Any]
) -> bool:
    if params.get("NameContains", "").lower() not in summary[name_key].lower():
        return False
    if params.get("StatusEquals") not in (None, summary.get(status_key)):
        return False
    for parameter, (member, after) in _TIME_FILTERS.items():
        if parameter in params and member in summary:
            boundary = instant(params[parameter])
            if (summary[member] < boundary) if after else (summary[member] > boundary):
                return False
    return True


def list_summaries(
    summaries: Sequence[Mapping[str, Any]],
    params: Mapping[str, Any],
    *,
    result: str,
    name_key: str,
    status_key: str = "EndpointStatus",
) -> dict[str, Any]:
    """One page of summaries; newest first unless asked otherwise, as AWS does."""
    members = {"Name": name_key, "Status": status_key}
    member = members.get(params.get("SortBy", "CreationTime"), "CreationTime")
    chosen = [summary for summary in summaries if _wanted(summary, name_key, status_key, params)]
    descending = params.get("SortOrder", "Descending") == "Descending"
    chosen.sort(key=lambda summary: (summary[member], summary[name_key]), reverse=descending)
    items, rest = page(chosen, params, default_size=10)
    return {result: items} | rest
