"""One sandbox for this folder's tests, quick, and apps whose journals are their own."""

import os
import time
from pathlib import Path

import pytest

from assistant.bootstrap import App, bootstrap
from assistant.settings import Settings
from tools.requirements import Requirements, merge
from tools.sandbox import control

QUICK = {"creating_s": 0.05, "updating_s": 0.05, "deleting_s": 0.05, "max_processes": 1,
         "ping_window_s": 3.0, "unhealthy_s": 0.3}  # fmt: skip


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A state folder whose sandbox runs for the whole session."""
    folder = tmp_path_factory.mktemp("home")
    control.ensure_running(folder, timing=QUICK, parent_pid=os.getpid())
    yield folder
    control.down(folder)


def settings(home: Path, **changes) -> Settings:
    values = {"home": home, "target": "sandbox", "region": "us-east-1", "poll_s": 0.02}
    return Settings(**{**values, "chat_model": "offline", "user": "ana", **changes})


@pytest.fixture
def app(home) -> App:
    return bootstrap(settings(home))


@pytest.fixture(scope="session")
def onnx_model(tmp_path_factory) -> Path:
    """A small ONNX classifier: its worker starts quickest."""
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    rows, labels = load_iris(return_X_y=True)
    fitted = LogisticRegression(max_iter=500).fit(rows, labels)
    path = tmp_path_factory.mktemp("model") / "iris.onnx"
    sample = rows[:1].astype("float32")
    made = to_onnx(fitted, sample, options={"zipmap": False})
    path.write_bytes(made.SerializeToString())
    return path


@pytest.fixture
def needs(onnx_model) -> Requirements:
    """Real-time with auto scaling: the plan with the most kinds of steps."""
    return merge(
        Requirements(),
        {
            "model_source": {"kind": "local", "uri": str(onnx_model)},
            "latency_p95_ms": 50,
            "average_requests_per_second": 20,
            "peak_requests_per_second": 60,
            "request_payload_bytes": 2000,
            "environment": "production",
        },
    )


class Standing:
    """What stands in the sandbox that carries a plan's tag, or that belongs to its endpoint."""

    def __init__(self, app: App, plan) -> None:
        self.clients = app.place.clients(plan.region)
        self.plan = plan

    def everything(self) -> list[str]:
        return [
            *self._named("sagemaker.list_endpoints", "Endpoints", "EndpointName"),
            *self._named("sagemaker.list_models", "Models", "ModelName"),
            *self._named(
                "sagemaker.list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"
            ),
            *self._roles(),
            *self._scaling("describe_scalable_targets", "ScalableTargets"),
            *self._scaling("describe_scaling_policies", "ScalingPolicies"),
            *self._objects(),
            *self._alarms(),
        ]

    def _alarms(self) -> list[str]:
        """Alarms on the endpoint; those of a policy begin otherwise and are the policy's own."""
        names = {"AlarmNamePrefix": self.plan.endpoint_name}
        found = self.clients.call("cloudwatch.describe_alarms", names)["MetricAlarms"]
        return [alarm["AlarmName"] for alarm in found]

    def _named(self, operation, key, name) -> list[str]:
        rows = self.clients.call(operation, {"MaxResults": 100})[key]
        wanted = self.plan.endpoint_name
        return [f"{key}:{row[name]}" for row in rows if row[name].startswith(wanted)]

    def _roles(self) -> list[str]:
        rows = self.clients.call("iam.list_roles", {})["Roles"]
        return [r["RoleName"] for r in rows if self.plan.endpoint_name in r["RoleName"]]

    def _scaling(self, method, key) -> list[str]:
        rows = self.clients.call(
            f"application-autoscaling.{method}", {"ServiceNamespace": "sagemaker"}
        )[key]
        wanted = f"endpoint/{self.plan.endpoint_name}/"
        return [f"{key}:{r['ResourceId']}" for r in rows if r["ResourceId"].startswith(wanted)]

    def _objects(self) -> list[str]:
        step = next(s for s in self.plan.steps if s.operation == "s3.put_object")
        bucket = step.parameters["Bucket"]
        if not self.clients.exists("s3.head_bucket", {"Bucket": bucket}):
            return []
        found = self.clients.call("s3.list_objects_v2", {"Bucket": bucket})
        wanted = f"endpoints/{self.plan.endpoint_name}/"
        keys = [o["Key"] for o in found.get("Contents", ())]
        return [key for key in keys if key.startswith(wanted)]


@pytest.fixture
def standing():
    return Standing


def approval_of(plan):
    from datetime import UTC, datetime

    from tools.approval import Approval

    return Approval(
        digest=plan.digest,
        user="ana",
        caller_arn="arn:aws:iam::123456789012:user/ana",
        approved_at=datetime.now(UTC),
    )


def deployed(app: App, plan, **workshop_changes):
    """Apply and return the deployment, the progress with it."""
    from tools.deployment import apply

    app.place.keep(plan)
    workshop = app.place.workshop().model_copy(update=workshop_changes)
    *progress, last = apply(plan, approval_of(plan), app.place.clients(plan.region), workshop)
    return last, progress


def wait_until(condition, limit_s: float = 20.0):
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)
