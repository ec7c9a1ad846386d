"""Catalogue models by their id: planned through the SDK, really served, or refused with reasons."""

import pytest

from tests.integration.deployment.conftest import approval_of, deployed
from tests.integration.sdk_recording.test_model_builder_plans import (
    ASYNCHRONOUS,
    REAL_TIME,
    SERVERLESS,
)
from tools.deployment import apply
from tools.errors import (
    DeploymentFailedError,
    InvalidInputError,
    NotFoundError,
    PlanNotApprovedError,
    UserError,
)
from tools.planners.removal import plan_undo
from tools.requirements import Requirements, merge


def wanted(model_id, said):
    return merge(Requirements(), {"model_source": {"kind": "jumpstart", "uri": model_id}, **said})


def licensed(app, plan):
    app.place.keep(plan)
    approval = approval_of(plan).model_copy(update={"accept_eula": True})
    *_, last = apply(plan, approval, app.place.clients(plan.region), app.place.workshop())
    return last


@pytest.mark.parametrize(
    ("model_id", "said", "option"),
    [
        ("sklearn-classification-linear", REAL_TIME, "real-time"),
        ("xgboost-regression-model", SERVERLESS, "serverless"),
        ("onnx-classification-iris", REAL_TIME, "real-time"),
        ("sklearn-classification-linear", ASYNCHRONOUS, "asynchronous"),
    ],
)
def test_a_listed_model_is_deployed_by_its_id(app, sdk, model_id, said, option):
    plan = app.place.plan(wanted(model_id, said))
    assert (plan.method, plan.inference_option) == ("jumpstart", option)
    assert not plan.eula_required
    made, _ = deployed(app, plan)
    assert made.status == "deployed"
    assert made.verification.ok
    undo = plan_undo(made.deployment_id, app.place.removal(plan.region))
    assert deployed(app, undo)[0].status == "undone"


def test_a_gated_model_waits_for_a_persons_acceptance(app, sdk):
    plan = app.place.plan(wanted("sklearn-regression-gated", REAL_TIME))
    assert plan.eula_required
    step = next(s for s in plan.steps if s.operation == "sagemaker.create_model")
    source = step.parameters["PrimaryContainer"]["ModelDataSource"]["S3DataSource"]
    assert source["ModelAccessConfig"] == {"AcceptEula": True}
    with pytest.raises(PlanNotApprovedError, match="licence"):
        deployed(app, plan)
    made = licensed(app, plan)
    assert made.status == "deployed"
    assert made.verification.ok


def test_a_plan_that_hides_its_licence_is_not_approved(app, sdk):
    plan = app.place.plan(wanted("sklearn-regression-gated", REAL_TIME))
    hidden = plan.model_copy(update={"eula_required": False})
    with pytest.raises(PlanNotApprovedError, match="licence"):
        deployed(app, hidden)


def test_the_sandbox_itself_refuses_gated_data_without_acceptance(app, sdk, clients):
    plan = app.place.plan(wanted("sklearn-regression-gated", REAL_TIME))
    role = next(s for s in plan.steps if s.operation == "iam.create_role")
    step = next(s for s in plan.steps if s.operation == "sagemaker.create_model")
    source = step.parameters["PrimaryContainer"]["ModelDataSource"]["S3DataSource"]
    clients.call("iam.create_role", role.parameters)
    for config in ({}, {"ModelAccessConfig": {"AcceptEula": False}}):
        bare = {k: v for k, v in source.items() if k != "ModelAccessConfig"} | config
        container = step.parameters["PrimaryContainer"] | {
            "ModelDataSource": {"S3DataSource": bare}
        }
        with pytest.raises(UserError, match="AcceptEula value must be explicitly defined"):
            clients.call(
                "sagemaker.create_model", step.parameters | {"PrimaryContainer": container}
            )


def test_a_gpu_only_model_is_planned_and_honestly_not_executed(app, sdk):
    plan = app.place.plan(wanted("huggingface-llm-bigram-gpu", SERVERLESS))
    assert plan.inference_option != "serverless"
    config = next(s for s in plan.steps if s.operation == "sagemaker.create_endpoint_config")
    variant = config.parameters["ProductionVariants"][0]
    assert variant["InstanceType"].startswith("ml.g")
    assert variant["ContainerStartupHealthCheckTimeoutInSeconds"] == 1200
    with pytest.raises(DeploymentFailedError, match="cannot run the image"):
        deployed(app, plan)


def test_serverless_is_refused_for_uncompressed_data(app, sdk):
    with pytest.raises(InvalidInputError, match="uncompressed") as caught:
        app.place.plan(wanted("onnx-classification-iris", SERVERLESS))
    assert "real time" in caught.value.remedy


@pytest.mark.parametrize(
    ("model_id", "error", "words"),
    [
        ("sklearn-clasification-linear", NotFoundError, "no model sklearn-clasification-linear"),
        ("sklearn-classification-linear@9.9.9", NotFoundError, "no version 9.9.9"),
        ("marketplace-classification-sold", InvalidInputError, "proprietary"),
    ],
)
def test_what_cannot_be_deployed_is_refused_before_the_sdk_runs(app, model_id, error, words):
    place = app.place._replace(connect=app.place.connect)
    with pytest.raises(error, match=words) as caught:
        place.plan(wanted(model_id, REAL_TIME))
    assert caught.value.remedy
