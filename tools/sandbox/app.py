"""The sandbox as one WSGI application: who answers which request."""

import json
import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from werkzeug.http import HTTP_STATUS_CODES

from tools.sandbox.alarm_watch import AlarmWatch
from tools.sandbox.artifacts import Artifacts
from tools.sandbox.async_payloads import AsyncPayloads
from tools.sandbox.async_queue import AsyncQueues
from tools.sandbox.catalogue.seeding import Catalogue
from tools.sandbox.clockwork import Clockwork
from tools.sandbox.cloudformation.service import CloudFormation
from tools.sandbox.compilation.jobs import CompilationJobs
from tools.sandbox.compilation.objects import JobObjects
from tools.sandbox.compilation.work import CompilationWork
from tools.sandbox.component_lifecycle import ComponentLifecycle
from tools.sandbox.components import Components
from tools.sandbox.containers import StartContainer
from tools.sandbox.data_capture import DataCapture
from tools.sandbox.deployments import Deployer, VariantRunner
from tools.sandbox.destinations import Destinations
from tools.sandbox.endpoint_configs import EndpointConfigs
from tools.sandbox.endpoints import Endpoints
from tools.sandbox.hosting_state import Endpoint, HostingState, InferenceComponent
from tools.sandbox.housekeeping import Housekeeping
from tools.sandbox.images.contract import ImageContract, UnknownImageError
from tools.sandbox.journal import Journal
from tools.sandbox.lifecycle import Lifecycle
from tools.sandbox.minute_metrics import MinuteMetrics
from tools.sandbox.moto_bridge import MotoBridge
from tools.sandbox.persistence import Persistence, prepare
from tools.sandbox.process import Worker, resolve_image
from tools.sandbox.requests import read_request
from tools.sandbox.runtime import Runtime
from tools.sandbox.sagemaker_models import SagemakerModels
from tools.sandbox.scalable_capacity import ScalableCapacity
from tools.sandbox.scaling import Scaling
from tools.sandbox.scaling_engine import ScalingEngine
from tools.sandbox.scaling_policies import Alarms
from tools.sandbox.scheduler import Scheduler
from tools.sandbox.service import Operation, answer_json
from tools.sandbox.service_quotas import ServiceQuotas
from tools.sandbox.simulation_iam import simulate_principal_policy
from tools.sandbox.tagging import Tagging, is_hosting_arn
from tools.sandbox.telemetry import Telemetry
from tools.sandbox.timing import Timing
from tools.sandbox.traffic import Traffic
from tools.sandbox.transform.inputs import JobStorage
from tools.sandbox.transform.jobs import TransformJobs
from tools.sandbox.transform.work import TransformWork
from tools.sandbox.wire import ACCOUNT, AwsError, WireRequest, WireResponse, error_response

logger = logging.getLogger(__name__)

STATUS_PATH = "/_sandbox/status"
_TAG_OPERATIONS = frozenset(("AddTags", "ListTags", "DeleteTags"))


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """Everything behind the socket; call it as a WSGI application."""

    def __init__(
        self,
        home: Path,
        *,
        region: str = "us-east-1",
        timing: Timing | None = None,
        start_container: StartContainer = Worker,
        resolve: Callable[[str], ImageContract] = resolve_image,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Compose the services and load the state in `home`; `start` brings it to life."""
        self._now = now
        self._region = region
        self._timing = timing or Timing()
        self._bridge = MotoBridge()
        self._journal = Journal(home)
        self._persistence = Persistence(self._journal, self._bridge)
        self._state = HostingState(self._journal)
        self._catalogue = Catalogue(
            home / "catalogue", self._bridge.bucket_region, self._ask_moto, now
        )
        telemetry = Telemetry(self._bridge, now, self._timing.aws_minute_s)
        artifacts = Artifacts(self._bridge, _unknown_reason(resolve))
        deployer = Deployer(
            artifacts, telemetry, self._timing, home / "workers", start_container, resolve
        )
        self._set_up_transitions(deployer, artifacts)
        self._transforms = TransformWork(
            self._state,
            lambda place: JobStorage(self._bridge, self._persistence.keep_object, artifacts, place),
            deployer, telemetry, self._timing, now,
        )  # fmt: skip
        self._alarms = Alarms(self._bridge)
        payloads = AsyncPayloads(self._bridge, self._persistence.keep_object)
        self._queues = AsyncQueues(
            self._state, self._bridge, payloads, telemetry, self._traffic.settled, now=now
        )
        destinations = Destinations(
            self._state, self._traffic.pick, self._component_lifecycle.fleets, telemetry,
            self._timing,
        )  # fmt: skip
        self._capture = DataCapture(payloads, artifacts, now)
        self._runtime = Runtime(
            self._state, destinations, telemetry, self._timing, self._queues, self._capture
        )
        self._housekeeping = Housekeeping(self._runners, self._timing)
        self._set_in_motion(telemetry)
        self._services = self._compose(artifacts, telemetry)
        self._scheduler = Scheduler(
            self._journal, self._bridge.role, self.answer, now, self._timing.scaled
        )
        self._stacks = CloudFormation(self._journal, self._answer_inside, now, self._notify)

    def _set_up_transitions(self, deployer: Deployer, artifacts: Artifacts) -> None:
        """Make what brings endpoints and inference components from one status to the next."""

        def ringing(region: str, names: list[str]) -> list[str]:
            return self._watch.ringing(region, names)

        state, timing, now = self._state, self._timing, self._now
        self._traffic = Traffic()
        self._lifecycle = Lifecycle(state, deployer, self._traffic, timing, now, ringing)
        self._component_lifecycle = ComponentLifecycle(state, deployer, timing, now, ringing)
        self._components = Components(
            state, artifacts, self._component_lifecycle,
            lambda region, name: self._scaling.deregister_component(region, name),
        )  # fmt: skip

    def _set_in_motion(self, telemetry: Telemetry) -> None:
        """Make what changes capacity by itself: alarms, policies, schedules, and their clock."""
        now = self._now
        self._endpoints = Endpoints(
            self._state, self._lifecycle,
            lambda region, name: self._scaling.scaled_variants(region, name),
            lambda region, name: self._scaling.deregister_endpoint(region, name),
        )  # fmt: skip
        capacity = ScalableCapacity(self._state, self._endpoints, self._components, now)
        self._engine = ScalingEngine(
            self._state, capacity, self._timing, now,
            lambda region, names: self._watch.ringing(region, names),
        )  # fmt: skip
        self._watch = AlarmWatch(self._bridge, self._timing, self._engine.on_policy)
        metrics = MinuteMetrics(
            self._traffic.settled, self._component_lifecycle.fleets, self._queues.report_backlog,
            telemetry,
        )  # fmt: skip
        self._clockwork = Clockwork(
            metrics, self._watch, self._engine, self._timing, now, self._capture.flush
        )
        self._scaling = Scaling(self._state, self._alarms, self._engine)

    def _compose(
        self, artifacts: Artifacts, telemetry: Telemetry
    ) -> dict[str, tuple[str, dict[str, Operation]]]:
        """Signing name -> boto3's name and our operations."""
        objects = JobObjects(artifacts, self._bridge, self._persistence.keep_object)
        self._compilations = CompilationWork(
            self._state, objects, telemetry, self._timing, self._now
        )
        hosting = (
            SagemakerModels(self._state, artifacts).operations()
            | EndpointConfigs(self._state).operations()
            | self._endpoints.operations()
            | self._components.operations()
            | CompilationJobs(self._state, artifacts, self._compilations).operations()
            | TransformJobs(self._state, self._transforms).operations()
            | Tagging(self._state).operations()
        )
        return {
            "sagemaker": ("sagemaker", hosting),
            "application-autoscaling": ("application-autoscaling", self._scaling.operations()),
            "servicequotas": ("service-quotas", ServiceQuotas().operations()),
        }

    def _runners(self) -> list[VariantRunner]:
        """Every fleet and pool there is."""
        found: list[VariantRunner] = list(self._component_lifecycle.fleets().values())
        for _, running in self._traffic.everything():
            found += running.runners.values()
        return found

    # --- life
    def start(self) -> None:
        """Replay the journal, bring endpoints back and begin background work."""
        self._persistence.replay(self._now())
        self._scaling.restore_alarms()
        self._lifecycle.restore()
        self._component_lifecycle.restore()
        self._compilations.restore()
        self._queues.start()
        self._transforms.restore()
        self._housekeeping.start()
        self._clockwork.start()
        self._scheduler.start()
        self._stacks.start()

    def close(self) -> None:
        """Stop every worker; the state stays in the home folder."""
        self._stacks.close()
        self._scheduler.close()
        self._clockwork.close()
        self._housekeeping.close()
        self._compilations.close()
        self._capture.flush()
        self._queues.close()
        self._transforms.close()
        self._component_lifecycle.close()
        self._lifecycle.close()
        self._journal.close()

    # --- requests
    def __call__(
        self, environ: Mapping[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one HTTP request."""
        request = read_request(environ, self._now(), self._region)
        response = self.answer(request)
        headers = [(name, str(value)) for name, value in response.headers.items()]
        if response.parts is not None:
            start_response("200 OK", headers)
            return response.parts
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers.append(("Content-Length", str(len(response.body))))
        start_response(
            f"{response.status} {HTTP_STATUS_CODES.get(response.status, 'Status')}", headers
        )
        return [b"" if request.method == "HEAD" else response.body]

    def answer(self, request: WireRequest) -> WireResponse:
        """Answer a request; refusals come back in the protocol of the service."""
        try:
            return self._route(request)
        except AwsError as error:
            return error_response(request, error)
        except Exception:  # the edge of the process: a fault of ours must look like AWS's
            logger.exception("sandbox.broke", extra={"operation": request.operation})
            fault = AwsError("InternalFailure", "The sandbox failed over this request.", 500)
            return error_response(request, fault)

    def _answer_inside(self, environ: Mapping[str, Any]) -> WireResponse:
        """A call that a stack makes of the services, as any client would."""
        return self.answer(read_request(environ, self._now(), self._region))

    def _notify(self, topic_arn: str, message: str) -> None:
        """Tell a topic of a stack's event; one that is gone hears nothing."""
        try:
            self._bridge.publish(topic_arn, message, "AWS CloudFormation Notification")
        except AwsError as error:
            logger.warning("stack.not_notified", extra={"reason": error.message})

    def _route(self, request: WireRequest) -> WireResponse:
        if request.path == STATUS_PATH:
            return self._status()
        if request.path.startswith("/moto-api"):
            raise AwsError("AccessDenied", "The sandbox is reset with its own command.", 403)
        if request.service == "sagemaker" and request.path.startswith("/endpoints/"):
            return self._runtime.answer(request)
        if request.service == "iam" and request.operation == "SimulatePrincipalPolicy":
            return simulate_principal_policy(request, self._bridge)
        if request.service in ("cloudformation", "scheduler"):
            whole = self._stacks if request.service == "cloudformation" else self._scheduler
            return whole.answer(request)
        ours = self._services.get(request.service)
        if ours is not None and not self._is_motos_tag_call(request):
            answered = answer_json(request, *ours)
            if answered is not None:
                return answered
        if ours is not None and request.service != "sagemaker":
            raise AwsError(
                "UnsupportedOperation", f"The sandbox does not serve {request.operation}.", 501
            )
        return self._ask_moto(request)

    @staticmethod
    def _is_motos_tag_call(request: WireRequest) -> bool:
        """Whether tags of something that moto serves (a training job, say) are meant."""
        if request.operation not in _TAG_OPERATIONS:
            return False
        try:
            arn = str(json.loads(request.body or b"{}").get("ResourceArn", ""))
        except ValueError:
            return False
        return not is_hosting_arn(arn)

    def _ask_moto(self, request: WireRequest) -> WireResponse:
        self._catalogue.prepare(request)
        prepare(request, self._bridge)
        response = self._bridge.call(request)
        if response.status < 300:
            self._persistence.record(request)
        return response

    def _status(self) -> WireResponse:
        processes: Counter[tuple[str, str]] = Counter()
        for place, deployment in self._traffic.everything():
            processes[place] += sum(one.process_count for one in deployment.runners.values())
        for (region, name), fleet in self._component_lifecycle.fleets().items():
            component = self._state.get(InferenceComponent, region, name)
            if component is not None:
                processes[region, component.endpoint_name] += fleet.process_count
        endpoints = [
            {
                "endpoint_name": endpoint.name,
                "region": endpoint.region,
                "status": endpoint.status,
                "worker_processes": processes[endpoint.region, endpoint.name],
            }
            for endpoint in self._state.all(Endpoint)
        ]
        memory = psutil.Process().memory_info().rss
        status = {
            "pid": os.getpid(),
            "account": ACCOUNT,
            "region": self._region,
            "memory_rss_bytes": memory,
            "max_processes_per_variant": self._timing.max_processes,
            "threads": threading.active_count(),
            "endpoints": endpoints,
        }
        body = json.dumps(status).encode()
        return WireResponse(200, body, {"Content-Type": "application/json"})


def _unknown_reason(resolve: Callable[[str], ImageContract]) -> Callable[[str], str | None]:
    def reason(uri: str) -> str | None:
        try:
            resolve(uri)
        except UnknownImageError as error:
            return error.message
        return None

    return reason
