"""Plans that the SDK was recorded for: planned without a change, carried out, in service."""

import pytest

from tests.integration.deployment.conftest import deployed
from tools.endpoint import DeploymentMethod
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
def test_a_plan_by_the_sdk_becomes_a_verified_endpoint(app, sdk, needs, said, option):
    plan = app.place.plan(merge(needs, said), DeploymentMethod.SDK)
    assert plan.method == "sdk"
    assert plan.inference_option == option
    made, _ = deployed(app, plan)
    assert made.status == "deployed"
    assert made.verification.ok
