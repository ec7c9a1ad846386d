"""Planning by each method, and a deployment beside the same calls made by a bare boto3 script."""

import base64
import time

import boto3
import pytest

from tests.benchmarks.conftest import carried_out, wish
from tools.calls import concrete, with_body
from tools.endpoint import DeploymentMethod
from tools.planners.removal import plan_undo
from tools.requirements import Requirements, merge

LISTED = {"model_source": {"kind": "jumpstart", "uri": "onnx-classification-iris"},
          "latency_p95_ms": 50, "peak_requests_per_second": 2}  # fmt: skip


@pytest.mark.parametrize("method", list(DeploymentMethod))
def test_planning(timed, app, onnx_model, method):
    needs = wish(str(onnx_model))
    if method is DeploymentMethod.JUMPSTART:
        needs = merge(Requirements(), LISTED)

    def plan():
        return app.place.propose(app.place.plan(needs, method))

    timed(f"plan by {method}, pre-flight included", plan, rounds=10)


@pytest.mark.parametrize("method", [DeploymentMethod.API, DeploymentMethod.CLOUDFORMATION])
def test_a_deployment_beside_bare_boto3(app, figures, onnx_model, method):
    ours, bare = [], []
    for _ in range(3):
        plan = app.place.plan(wish(str(onnx_model)), method)
        begun = time.perf_counter()
        made = carried_out(app, plan)
        ours.append(time.perf_counter() - begun)
        assert made.verification.ok
        carried_out(app, plan_undo(made.deployment_id, app.place.removal(plan.region)))
        other = app.place.plan(wish(str(onnx_model)), method)
        bare.append(_by_boto3(app, other))
    ratio = min(ours) / min(bare)
    figures.tell(
        f"deployment by {method} beside bare boto3",
        f"{min(ours):.2f} s beside {min(bare):.2f} s, ratio {ratio:.2f} (five invocations in both)",
    )


def _by_boto3(app, plan) -> float:
    """Make a plan's calls as a script would; return seconds until five answers came."""
    url = app.place.clients(plan.region).target.endpoint_url
    session = boto3.Session("test", "test", region_name=plan.region)

    def client(service):
        return session.client(service, endpoint_url=url)

    begun = time.perf_counter()
    outputs = {}
    for number, step in enumerate(plan.steps):
        service, method = step.operation.split(".", 1)
        parameters = with_body(concrete(step, outputs, plan.digest), app.place.blobs)
        outputs[number] = getattr(client(service), method)(**parameters)
        if step.operation == "cloudformation.create_change_set":
            names = {k: step.parameters[k] for k in ("StackName", "ChangeSetName")}
            waiter = client("cloudformation").get_waiter("change_set_create_complete")
            waiter.wait(**names, WaiterConfig={"Delay": 0.1})
        if step.operation == "cloudformation.execute_change_set":
            waiter = client("cloudformation").get_waiter("stack_create_complete")
            name = {"StackName": step.parameters["StackName"]}
            waiter.wait(**name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 1000})
        if step.operation == "sagemaker.create_endpoint":
            waiter = client("sagemaker").get_waiter("endpoint_in_service")
            name = {"EndpointName": plan.endpoint_name}
            waiter.wait(**name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 1000})
    _invoke(client("sagemaker-runtime"), plan)
    return time.perf_counter() - begun


def _invoke(runtime, plan) -> None:
    body = base64.b64decode(plan.sample.body_base64)
    for _ in range(5):
        answer = runtime.invoke_endpoint(
            EndpointName=plan.endpoint_name, Body=body, ContentType=plan.sample.content_type
        )
        assert answer["Body"].read()
