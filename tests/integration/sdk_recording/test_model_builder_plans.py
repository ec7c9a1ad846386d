"""Plans that the SDK was recorded for: planned without a change, carried out, in service."""

import pytest

from tests.integration.deployment.conftest import deployed
from tests.integration.sdk_recording.resources import made_by
from tools.endpoint import DeploymentMethod
from tools.planners.removal import plan_undo
from tools.requirements import Requirements, merge

REAL_TIME = {"latency_p95_ms": 50, "average_requests_per_second": 20,
             "peak_requests_per_second": 60, "environment": "production"}  # fmt: skip
SERVERLESS = {"traffic_pattern": "spiky", "average_requests_per_second": 0.01,
              "peak_requests_per_second": 2, "cold_start_tolerance_ms": 10_000,
              "environment": "development"}  # fmt: skip
ASYNCHRONOUS = {"processing_time_s": 300, "request_payload_bytes": 200_000_000,
                "interactive": False, "average_requests_per_second": 0.01}  # fmt: skip


@pytest.fixture
def needs(onnx_model):
    return merge(Requirements(), {"model_source": {"kind": "local", "uri": str(onnx_model)}})


@pytest.mark.parametrize(
    ("said", "option"),
    [(REAL_TIME, "real-time"), (SERVERLESS, "serverless"), (ASYNCHRONOUS, "asynchronous")],
)
def test_a_plan_by_the_sdk_makes_what_plain_calls_make(app, sdk, clients, needs, said, option):
    made = []
    for method in (DeploymentMethod.SDK, DeploymentMethod.API):
        plan = app.place.plan(merge(needs, said), method)
        assert (plan.method, plan.inference_option) == (method, option)
        deployment, _ = deployed(app, plan)
        assert deployment.status == "deployed"
        assert deployment.verification.ok
        made.append(made_by(plan, clients))
        undo = plan_undo(deployment.deployment_id, app.place.removal(plan.region))
        assert deployed(app, undo)[0].status == "undone"
    assert made[0] == made[1]


def test_two_plans_with_the_same_nonce_have_one_digest(app, sdk, needs):
    place = app.place._replace(new_nonce=lambda: "0123456789abcdef")
    first, second = (place.plan(merge(needs, REAL_TIME), DeploymentMethod.SDK) for _ in range(2))
    assert first.digest == second.digest


def test_planning_with_the_sdk_changes_nothing(app, sdk, clients, needs):
    def standing():
        names = ("endpoints", "endpoint_configs", "models")
        rows = [clients.call(f"sagemaker.list_{name}", {}) for name in names]
        buckets = clients.call("s3.list_buckets", {})["Buckets"]
        kept = [{k: v for k, v in row.items() if k != "ResponseMetadata"} for row in rows]
        return [*kept, sorted(bucket["Name"] for bucket in buckets)]

    before = standing()
    app.place.plan(merge(needs, REAL_TIME), DeploymentMethod.SDK)
    assert standing() == before


def test_the_preference_for_code_chooses_the_sdk(app, sdk, needs):
    plan = app.place.plan(merge(needs, {**REAL_TIME, "deployment_preference": "sdk"}))
    assert plan.method == "sdk"
