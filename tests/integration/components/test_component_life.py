"""A model as an inference component: deployed, asked, asleep and awake, parked, back, and gone."""

import json
import time

import pytest

from tests.integration.lifecycle.conftest import deleted, deployed
from tests.integration.lifecycle.leftovers import assert_nothing_left
from tools.endpoint import DeploymentMethod
from tools.errors import InvalidInputError, SagepilotError
from tools.invocation import component_names
from tools.planners.lifecycle import plan_park, plan_unpark
from tools.planners.removal import plan_deletion, plan_undo
from tools.requirements import Requirements, merge

COPIES = "sagemaker:inference-component:DesiredCopyCount"


@pytest.fixture
def asked(onnx_model) -> Requirements:
    return merge(
        Requirements(),
        {
            "model_source": {"kind": "local", "uri": str(onnx_model)},
            "inference_components": True,
            "min_capacity": 0,
            "max_capacity": 2,
            "average_requests_per_second": 0.1,
        },
    )


def until(seen, timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not seen():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.05)


def copies(clients, name: str) -> int:
    answer = clients.call(
        "sagemaker.describe_inference_component", {"InferenceComponentName": name}
    )
    return int(answer["RuntimeConfig"]["CurrentCopyCount"])


@pytest.mark.parametrize("method", [DeploymentMethod.API, DeploymentMethod.CLOUDFORMATION])
def test_it_is_deployed_asked_scaled_to_zero_and_woken(app, asked, method, gone_afterwards):
    plan = app.place.plan(asked, method)
    gone_afterwards(plan)
    assert plan.spec.inference_option == "real-time"
    assert plan.cost_if_forgotten_usd_per_month == 0
    assert plan.recommendation["cost_if_forgotten_usd_per_month"] == 0
    assert not any("Idle or forgotten" in warning for warning in plan.warnings)
    made, _ = deployed(app, plan)
    assert made.verification.ok, made.verification.detail
    clients = app.place.clients(plan.region)
    (name,) = component_names(plan.endpoint_name, clients)
    body, content_type = app.sample_for(plan.endpoint_name)
    answer = app.invoke(plan.endpoint_name, body, content_type=content_type)
    assert answer.ok
    named = app.invoke(
        plan.endpoint_name, body, content_type=content_type, inference_component=name
    )
    assert json.loads(named.body) == json.loads(answer.body)
    with pytest.raises(SagepilotError):
        app.invoke(
            plan.endpoint_name, body, content_type=content_type, inference_component="nobody"
        )
    until(lambda: copies(clients, name) == 0)

    def awake() -> bool:
        try:
            return app.invoke(plan.endpoint_name, body, content_type=content_type).ok
        except SagepilotError:
            return False

    until(awake)


def test_it_is_parked_with_its_components_and_comes_back_as_it_was(app, asked, gone_afterwards):
    steady = merge(asked, {"min_capacity": 1})
    plan = app.place.plan(steady)
    gone_afterwards(plan)
    deployed(app, plan)
    clients = app.place.clients(plan.region)
    (name,) = component_names(plan.endpoint_name, clients)
    key = {"InferenceComponentName": name}
    before = clients.call("sagemaker.describe_inference_component", key)
    parked = plan_park(plan.endpoint_name, app.place.removal(plan.region))
    operations = [step.operation for step in parked.steps]
    assert operations[-2:] == ["sagemaker.delete_inference_component", "sagemaker.delete_endpoint"]
    assert deployed(app, parked)[0].status == "undone"
    assert component_names(plan.endpoint_name, clients) == ()
    back = plan_unpark(plan.endpoint_name, app.place.removal(plan.region))
    made, _ = deployed(app, back)
    assert made.verification.ok, made.verification.detail
    after = clients.call("sagemaker.describe_inference_component", key)
    assert after["Specification"] == before["Specification"]
    scaled = clients.call(
        "application-autoscaling.describe_scalable_targets",
        {"ServiceNamespace": "sagemaker", "ResourceIds": [f"inference-component/{name}"]},
    )["ScalableTargets"]
    assert [(t["MinCapacity"], t["MaxCapacity"]) for t in scaled] == [(1, 2)]
    removal = plan_deletion(plan.endpoint_name, app.place.removal(plan.region))
    assert deleted(app, removal).status == "undone"
    assert_nothing_left(app, plan.endpoint_name)


def test_undo_takes_the_component_away_before_the_endpoint(app, asked):
    plan = app.place.plan(merge(asked, {"auto_scaling": False, "min_capacity": None,
                                        "max_capacity": None}))  # fmt: skip
    made, _ = deployed(app, plan)
    assert plan.spec.components[0].scaling is None
    undo = plan_undo(made.deployment_id, app.place.removal(plan.region))
    deployed(app, undo)
    assert_nothing_left(app, plan.endpoint_name)


def test_an_expiry_that_aws_would_refuse_is_refused(app, asked, gone_afterwards):
    from datetime import UTC, datetime, timedelta

    from tools.catalog import load_catalog
    from tools.planners.lifecycle import plan_expiry

    plan = app.place.plan(merge(asked, {"min_capacity": 1}))
    gone_afterwards(plan)
    deployed(app, plan)
    now = datetime.now(UTC)
    with pytest.raises(InvalidInputError, match="inference components"):
        plan_expiry(
            plan.endpoint_name, now + timedelta(days=1), now, app.place.removal(plan.region),
            load_catalog(),
        )  # fmt: skip


def test_a_second_model_by_weight_beside_components_is_refused(app, asked, onnx_model):
    both = merge(asked, {"challenger_source": {"kind": "local", "uri": str(onnx_model)}})
    with pytest.raises(InvalidInputError, match="names the one that answers"):
        app.place.plan(both)
