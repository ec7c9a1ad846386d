"""What is still unknown: the values taken for granted, and what is worth asking."""

from decimal import Decimal
from typing import Any

from tools.catalog import Catalog, load_catalog
from tools.endpoint import InferenceOption
from tools.recommending.assumptions import fill_gaps
from tools.recommending.choice import choose
from tools.requirements import (
    DataSensitivity,
    DeploymentPreference,
    Environment,
    GpuNeed,
    ModelSource,
    ModelSourceKind,
    Requirements,
    TrafficPattern,
)

_JUMPSTART = ModelSource(kind=ModelSourceKind.JUMPSTART, uri="any")
#: For each field the values tried for it, most useful question first.
PROBES: dict[str, tuple[dict[str, Any], ...]] = {
    field: tuple({field: value} for value in values)
    for field, values in {
        "traffic_pattern": (TrafficPattern.STEADY, TrafficPattern.INTERMITTENT),
        "average_requests_per_second": (0.001, 50.0),
        "latency_p95_ms": (100.0, 300_000.0),
        "request_payload_bytes": (1000, 20_000_000, 500_000_000),
        "processing_time_s": (0.05, 600.0),
        "cold_start_tolerance_ms": (0.0, 60_000.0),
        "gpu": (GpuNeed.REQUIRED, GpuNeed.NOT_NEEDED),
        "model_size_bytes": (50_000_000, 12_000_000_000),
        "interactive": (True, False),
        "idle_share": (0.0, 0.9),
        "peak_requests_per_second": (1.0, 500.0),
        "budget_usd_per_month": (Decimal(20),),
        "data_sensitivity": (DataSensitivity.REGULATED,),
        "environment": (Environment.DEVELOPMENT, Environment.PRODUCTION),
        "region": ("eu-central-1", "ap-southeast-7"),
        "response_payload_bytes": (20_000_000,),
        "streaming": (True,),
        "model_count": (20,),
        "model_source": (_JUMPSTART,),
        "deployment_preference": (DeploymentPreference.CLOUDFORMATION,),
        "growth_per_month": (0.3,),
    }.items()
}


def assumptions(needs: Requirements) -> dict[str, Any]:
    """Return the values taken for granted, by field, as plain JSON values."""
    return {item.field: item.value for item in fill_gaps(needs).assumptions}


def missing(needs: Requirements, catalog: Catalog | None = None) -> tuple[str, ...]:
    """Return the unknown fields that could change the answer, most useful first.

    A batch transform cannot be planned without its data, so that is asked for before all else.

    Every unknown field is tried with representative values: those that can lead to another option
    come first, then those that change size or method, or that would make the needs impossible; a
    field that changes nothing is left out.
    """
    catalog = catalog or load_catalog()
    now = choose(needs, catalog)
    option_changes: list[str] = []
    other_changes: list[str] = []
    for field, probes in PROBES.items():
        if getattr(needs, field) is not None:
            continue
        outcomes = [choose(needs.model_copy(update=probe), catalog).outcome() for probe in probes]
        if any(outcome[0] not in (now.option, InferenceOption.NONE) for outcome in outcomes):
            option_changes.append(field)
        elif any(outcome != now.outcome() for outcome in outcomes):
            other_changes.append(field)
    data = now.option is InferenceOption.BATCH_TRANSFORM and needs.input_uri is None
    return (*(("input_uri",) if data else ()), *option_changes, *other_changes)
