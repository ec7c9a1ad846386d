"""Where an invocation goes: the deployment, the variant in it, and the workers behind that."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tools.sandbox.deployments import RunningDeployment, VariantRunner
from tools.sandbox.facts import realtime_payload_bytes, serverless_payload_bytes
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.hosting_state import (
    Deployment,
    Endpoint,
    HostingState,
    InferenceComponent,
    Variant,
)
from tools.sandbox.serverless_pool import ServerlessPool
from tools.sandbox.telemetry import COMPONENT, Metered, Telemetry
from tools.sandbox.timing import Timing
from tools.sandbox.wire import AwsError, WireRequest

_COMPONENT = "x-amzn-sagemaker-inference-component"
_COMPONENT_MISSING = (
    "Inference Component Name header is required for endpoints to which you plan to deploy "
    "inference components. Please include Inference Component Name header or consider using "
    "SageMaker models."
)
_NO_CAPACITY = (
    "Inference Component has no capacity to process this request. ApplicationAutoScaling may be "
    "in-progress (if configured) or try to increase the capacity by invoking "
    "UpdateInferenceComponentRuntimeConfig API."
)
_TARGET_VARIANT = "x-amzn-sagemaker-target-variant"

Running = Callable[[str, str, float], RunningDeployment | None]


def validation_error(message: str) -> AwsError:
    """The runtime's answer to a request that makes no sense."""
    return AwsError("ValidationError", message)


@dataclass(frozen=True)
class Destination:
    """Workers that take a request, and how it is counted.

    Attributes:
        variant: The production variant, as the answer names it.
        payload_limit: Largest body either way, bytes.
        shadows: Workers that get a copy: how they are counted, and they.
    """

    endpoint_name: str
    variant: str
    runner: VariantRunner
    payload_limit: int
    metered: Metered
    deployment: Deployment
    shadows: tuple[tuple[Metered, VariantRunner], ...] = field(default=())

    def require_streaming(self) -> None:
        """Refuse a streamed invocation of what cannot stream.

        Raises:
            AwsError: The variant is serverless.
        """
        if isinstance(self.runner, ServerlessPool):
            raise validation_error(
                f"Endpoint {self.endpoint_name} is serverless and does not support response "
                "streaming. Use InvokeEndpoint."
            )


class Destinations:
    """Chooses by target variant, weights and the share of a deployment under way."""

    def __init__(
        self,
        state: HostingState,
        running: Running,
        fleets: Callable[[], Mapping[tuple[str, str], InstanceFleet]],
        telemetry: Telemetry,
        timing: Timing,
    ) -> None:
        """Take `fleets`: the copies of inference components, by region and name."""
        self._state = state
        self._running = running
        self._fleets = fleets
        self._telemetry = telemetry
        self._timing = timing
        self._random = random.Random()  # noqa: S311 - traffic shares, no secret

    def find(self, request: WireRequest, endpoint: Endpoint) -> Destination:
        """Where a request for an endpoint goes.

        Raises:
            AwsError: The endpoint does not take such requests, or its body is too large.
        """
        if endpoint.live is None or endpoint.live.asynchronous is not None:
            raise validation_error(
                f"Endpoint {endpoint.name} is an asynchronous endpoint and does not support this "
                "inference type. Use InvokeEndpointAsync."
            )
        running = self._running(request.region, endpoint.name, self._timing.ping_window_s)
        if running is None:
            raise AwsError("ServiceUnavailable", f"Endpoint {endpoint.name} is not ready.", 503)
        component = request.headers.get(_COMPONENT)
        if running.deployment.hosts_components:
            return self._find_component(request, running.deployment, endpoint.name, component)
        if component is not None:
            raise validation_error(
                f"Endpoint {endpoint.name} does not host inference components: "
                "InferenceComponentName cannot be specified."
            )
        variant = self._choose(request.headers.get(_TARGET_VARIANT), running.deployment)
        limit = _payload_limit(variant)
        _check_body(request, limit)
        config = running.deployment.config_name if running.in_rollout else None
        return Destination(
            endpoint.name,
            variant.name,
            running.runners[variant.name],
            limit,
            Metered(request.region, endpoint.name, variant.name, config_name=config),
            running.deployment,
            tuple(
                (Metered(request.region, endpoint.name, shadow.name), running.runners[shadow.name])
                for shadow in running.deployment.shadow_variants
                if self._random.random() < _share(shadow, variant)
            ),
        )

    def _find_component(
        self, request: WireRequest, deployment: Deployment, endpoint_name: str, name: str | None
    ) -> Destination:
        if name is None:
            raise validation_error(_COMPONENT_MISSING)
        found = self._state.get(InferenceComponent, request.region, name)
        if found is None or found.endpoint_name != endpoint_name or found.live is None:
            raise validation_error(
                f"Inference component {name} of endpoint {endpoint_name} not found."
            )
        _check_body(request, realtime_payload_bytes())
        fleet = self._fleet_of(request.region, found)
        if fleet is None or fleet.instance_count == 0:
            dimensions = {COMPONENT: name}
            self._telemetry.put(request.region, dimensions, {"NoCapacityInvocationFailures": 1.0})
            raise validation_error(_NO_CAPACITY)
        metered = Metered(request.region, endpoint_name, found.variant_name, component=name)
        return Destination(
            endpoint_name, found.variant_name, fleet, realtime_payload_bytes(), metered, deployment
        )

    def _fleet_of(self, region: str, component: InferenceComponent) -> InstanceFleet | None:
        """The copies of a component; waits for them after a restart of the sandbox."""
        deadline = time.monotonic() + self._timing.ping_window_s
        while True:
            fleet = self._fleets().get((region, component.name))
            if fleet is not None or component.status in ("Deleting", "Failed"):
                return fleet
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)

    def _choose(self, target: str | None, deployment: Deployment) -> Variant:
        if target is not None:
            found = next((one for one in deployment.variants if one.name == target), None)
            if found is None:
                raise validation_error(f"Variant {target} not found for the endpoint.")
            return found
        weights = [variant.current_weight for variant in deployment.variants]
        if sum(weights) <= 0:
            return deployment.variants[0]
        return self._random.choices(deployment.variants, weights)[0]


def _check_body(request: WireRequest, limit: int) -> None:
    if len(request.body) > limit:
        raise validation_error(
            "1 validation error detected: Value at 'body' failed to satisfy constraint: Member "
            f"must have length less than or equal to {limit}"
        )


def _share(shadow: Variant, production: Variant) -> float:
    """The part of the requests that is copied: the shadow's weight over the production one's."""
    if production.current_weight <= 0:
        return 0.0
    return shadow.current_weight / production.current_weight


def _payload_limit(variant: Variant) -> int:
    if variant.serverless is not None:
        return serverless_payload_bytes()
    return realtime_payload_bytes()
