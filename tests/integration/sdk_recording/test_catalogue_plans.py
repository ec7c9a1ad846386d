"""Catalogue models by their id: planned through the SDK, really served, or refused with reasons."""

import pytest

from tests.integration.deployment.conftest import approval_of, deployed
from tests.integration.sdk_recording.resources import made_by
from tests.integration.sdk_recording.test_model_builder_plans import (
    ASYNCHRONOUS,
    REAL_TIME,
    SERVERLESS,
)
from tools.deployment import apply
from tools.endpoint import DeploymentMethod
from tools.errors import (
    DeploymentFailedError,
    InvalidInputError,
    NotFoundError,
    PlanNotApprovedError,
    UserError,
)
from tools.jumpstart.reading import JumpStartCatalogue
from tools.jumpstart.search import Criteria, search
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
    assert not any("does not support" in warning for warning in plan.warnings)
    made, _ = deployed(app, plan)
    assert made.status == "deployed"
    assert made.verification.ok
    undo = plan_undo(made.deployment_id, app.place.removal(plan.region))
    assert deployed(app, undo)[0].status == "undone"


def test_plain_calls_make_the_same_of_a_listed_model(app, sdk, clients):
    made = []
    for method in (DeploymentMethod.JUMPSTART, DeploymentMethod.API):
        plan = app.place.plan(wanted("onnx-classification-iris", REAL_TIME), method)
        assert plan.method == method
        assert deployed(app, plan)[0].verification.ok
        found = made_by(plan, clients)
        added = {"SAGEMAKER_CONTAINER_LOG_LEVEL", "SAGEMAKER_REGION", "SAGEMAKER_PROGRAM",
                 "SAGEMAKER_SUBMIT_DIRECTORY"}  # fmt: skip
        container = found["model"]["PrimaryContainer"]
        kept = {k: v for k, v in container["Environment"].items() if k not in added}
        container["Environment"] = kept
        made.append(found)
    assert made[0] == made[1]


def test_a_model_of_ones_own_is_not_jumpstarts(app, onnx_model):
    own = {"model_source": {"kind": "local", "uri": str(onnx_model)}}
    with pytest.raises(InvalidInputError, match="by their id"):
        app.place.plan(merge(Requirements(), own), DeploymentMethod.JUMPSTART)


def test_two_plans_of_a_listed_model_have_one_digest(app, sdk):
    place = app.place._replace(new_nonce=lambda: "fedcba9876543210")
    digests = {
        place.plan(wanted("sklearn-classification-linear", REAL_TIME)).digest for _ in range(2)
    }
    assert len(digests) == 1


def test_the_catalogue_is_searched_in_another_region(app):
    catalogue = JumpStartCatalogue(app.place.clients("eu-west-1"))
    hits = search(
        Criteria(task="regression", licence="gated"),
        catalogue.listings(),
        catalogue.model,
        app.place.catalog,
    )
    assert [hit.model_id for hit in hits] == ["sklearn-regression-gated"]
    gated = catalogue.model("sklearn-regression-gated")
    assert ".eu-west-1." in gated.image_for("ml.m5.large")
    assert "scikit-learn" in catalogue.eula(gated)
    assert catalogue.size_bytes(gated) > 500
    with pytest.raises(NotFoundError, match="no model") as caught:
        catalogue.model("sklearn-regresion-gated")
    assert "sklearn-regression-gated" in caught.value.remedy


def test_a_hub_model_is_planned_and_honestly_not_executed(app):
    source = {"model_source": {"kind": "hub", "uri": "mistralai/Mistral-7B-Instruct-v0.3"}}
    plan = app.place.plan(merge(Requirements(), {**source, "latency_p95_ms": 2000}))
    model = next(s for s in plan.steps if s.operation == "sagemaker.create_model")
    assert "ModelDataUrl" not in model.parameters["PrimaryContainer"]
    with pytest.raises(DeploymentFailedError, match="cannot run the image"):
        deployed(app, plan)


def test_the_sdk_makes_the_same_of_a_hub_model_as_plain_calls(app, sdk):
    source = {"kind": "hub", "uri": "mistralai/Mistral-7B-Instruct-v0.3"}
    place = app.place._replace(new_nonce=lambda: "fedcba9876543210")
    said = merge(Requirements(), {"model_source": source, "latency_p95_ms": 2000})
    bodies = []
    for method in (DeploymentMethod.SDK, DeploymentMethod.API):
        plan = place.plan(said, method)
        assert plan.method == method
        by_name = {step.operation: step.parameters for step in plan.steps}
        bodies.append(
            {
                "container": by_name["sagemaker.create_model"]["PrimaryContainer"],
                "variant": by_name["sagemaker.create_endpoint_config"]["ProductionVariants"][0],
            }
        )
    assert bodies[0] == bodies[1]
    assert "ModelDataUrl" not in bodies[0]["container"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"model_source": {"kind": "hub", "uri": "some/thing"}}, "How many parameters"),
        ({"model_source": {"kind": "hub", "uri": "a/b-8B"}, "data_sensitivity": "regulated"},
         "cannot fetch"),
        ({"model_source": {"kind": "hub", "uri": "a b/c"}}, "no id of"),
        ({"model_source": {"kind": "hub", "uri": "a/bge-x"}, "model_parameters": 10**8,
          "streaming": True}, "does not stream"),
    ],
)  # fmt: skip
def test_hub_models_that_cannot_be_served_are_refused(app, said, words):
    with pytest.raises(InvalidInputError, match=words):
        app.place.plan(merge(Requirements(), {**said, "latency_p95_ms": 2000}))


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
    assert variant["InstanceType"] in {"ml.g6.2xlarge", "ml.g6e.2xlarge"}  # the first-ranked's
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
