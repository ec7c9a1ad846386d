"""The capacity of what can be scaled, read from the state and set through SageMaker's own calls."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tools.sandbox.components import Components
from tools.sandbox.endpoints import Endpoints
from tools.sandbox.hosting_state import (
    Endpoint,
    HostingState,
    InferenceComponent,
    ScalableTarget,
    Variant,
)
from tools.sandbox.scaling_engine import CapacityNow
from tools.sandbox.scaling_rules import COPY_COUNT, INSTANCE_COUNT
from tools.sandbox.service import Call


class ScalableCapacity:
    """Answers the scaling engine for variants and inference components."""

    def __init__(
        self,
        state: HostingState,
        endpoints: Endpoints,
        components: Components,
        now: Callable[[], datetime],
    ) -> None:
        self._state = state
        self._components = components
        self._endpoints = endpoints
        self._now = now

    def read(self, target: ScalableTarget) -> CapacityNow | None:
        """The capacity; None when the resource is gone."""
        if target.dimension == COPY_COUNT:
            return self._read_component(target)
        _, endpoint_name, _, variant_name = target.resource_id.split("/")
        endpoint = self._state.get(Endpoint, target.region, endpoint_name)
        variant = endpoint.live.variant(variant_name) if endpoint and endpoint.live else None
        if endpoint is None or variant is None or endpoint.status in ("Failed", "Deleting"):
            return None
        desired, current = _counts(variant, target.dimension)
        movable = endpoint.status == "InService"
        return CapacityNow(desired, current, movable, endpoint.failure_reason)

    def _read_component(self, target: ScalableTarget) -> CapacityNow | None:
        name = target.resource_id.split("/")[1]
        found = self._state.get(InferenceComponent, target.region, name)
        if found is None or found.status in ("Failed", "Deleting"):
            return None
        movable = found.status == "InService"
        return CapacityNow(
            found.desired_copies, found.current_copies, movable, found.failure_reason
        )

    def set(self, target: ScalableTarget, wanted: int) -> None:
        """Ask SageMaker for another capacity.

        Raises:
            AwsError: As the call that changes an endpoint or a component.
        """
        if target.dimension == COPY_COUNT:
            params = {
                "InferenceComponentName": target.resource_id.split("/")[1],
                "DesiredRuntimeConfig": {"CopyCount": wanted},
            }
            self._components.update_runtime(Call(params, target.region, self._now()))
            return
        _, endpoint_name, _, variant_name = target.resource_id.split("/")
        change: dict[str, Any] = {"VariantName": variant_name}
        if target.dimension == INSTANCE_COUNT:
            change["DesiredInstanceCount"] = wanted
        else:
            change["ServerlessUpdateConfig"] = {"ProvisionedConcurrency": wanted}
        asked = {"EndpointName": endpoint_name, "DesiredWeightsAndCapacities": [change]}
        self._endpoints.update_weights(Call(asked, target.region, self._now()))


def _counts(variant: Variant, dimension: str) -> tuple[int, int]:
    """Desired and current capacity."""
    if dimension == INSTANCE_COUNT:
        return variant.desired_instance_count or 0, variant.current_instance_count or 0
    wanted, held = variant.desired_serverless or {}, variant.serverless or {}
    return wanted.get("ProvisionedConcurrency", 0), held.get("ProvisionedConcurrency", 0)
