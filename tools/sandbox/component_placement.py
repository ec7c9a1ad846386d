"""Room for inference components on a variant's instances, and how many instances that makes."""

from typing import Any

from tools.sandbox.facts import instance_size
from tools.sandbox.hosting_state import (
    Endpoint,
    HostingState,
    InferenceComponent,
    Variant,
)
from tools.sandbox.placement import Need, instances_needed
from tools.sandbox.wire import validation_exception


def require_room(state: HostingState, component: InferenceComponent) -> None:
    """Refuse copies for which the variant could never have the instances.

    Raises:
        AwsError: `ValidationException`.
    """
    endpoint = state.get(Endpoint, component.region, component.endpoint_name)
    variant = endpoint.live.variant(component.variant_name) if endpoint and endpoint.live else None
    if endpoint is None or endpoint.live is None or variant is None:
        return
    needed = _needed(state, endpoint, variant, component)
    most = _bounds(endpoint.live.configured[variant.name], variant)[1]
    if needed is None or needed > most:
        raise validation_exception(
            f"There is not enough capacity on variant {variant.name} for "
            f"{component.desired_copies} copies of inference component {component.name}: it has at "
            f"most {most} instances of {variant.instance_type}."
        )


def repack(state: HostingState, region: str, endpoint_name: str) -> None:
    """Give variants with managed instance scaling the instances that their components need."""
    with state.lock:
        endpoint = state.get(Endpoint, region, endpoint_name)
        if endpoint is None or endpoint.live is None:
            return
        live = endpoint.live

        def sized(variant: Variant) -> Variant:
            configured = live.configured[variant.name]
            if not _managed(configured):
                return variant
            low, high = _bounds(configured, variant)
            needed = _needed(state, endpoint, variant, None) or 0
            count = max(low, min(needed, high))
            counts = {"current_instance_count": count, "desired_instance_count": count}
            return variant.model_copy(update=counts)

        state.save(endpoint.model_copy(update={"live": live.changed(sized)}))


def _managed(configured: dict[str, Any]) -> bool:
    return bool(configured.get("ManagedInstanceScaling", {}).get("Status") == "ENABLED")


def _bounds(configured: dict[str, Any], variant: Variant) -> tuple[int, int]:
    """Fewest and most instances."""
    present = variant.desired_instance_count or 0
    if not _managed(configured):
        return present, present
    managed = configured["ManagedInstanceScaling"]
    low = int(managed.get("MinInstanceCount", 1))
    return low, int(managed.get("MaxInstanceCount", max(present, low)))


def _needed(
    state: HostingState, endpoint: Endpoint, variant: Variant, changed: InferenceComponent | None
) -> int | None:
    components = {
        one.name: one
        for one in state.all(InferenceComponent, endpoint.region)
        if (one.endpoint_name, one.variant_name) == (endpoint.name, variant.name)
        and one.status not in ("Failed", "Deleting")
    }
    if changed is not None:
        components[changed.name] = changed
    copies = [need for one in components.values() for need in _needs(one)]
    size = instance_size(variant.instance_type or "")
    if size is None:
        return 1 if copies else 0
    return instances_needed(copies, size.memory_mb, size.cpu_cores)


def _needs(component: InferenceComponent) -> list[Need]:
    blueprint = component.pending or component.live
    asked = blueprint.requirements if blueprint else {}
    memory_mb = float(asked.get("MinMemoryRequiredInMb", 0))
    cores = float(asked.get("NumberOfCpuCoresRequired", 0))
    return [Need(memory_mb, cores)] * component.desired_copies
