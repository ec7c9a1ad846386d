"""From a wish to predictions by a compiled model, and back again, in the sandbox."""

import base64
import json
import signal

import pytest

from assistant.bootstrap import bootstrap
from tests.integration.deployment.conftest import approval_of, deployed, settings
from tests.integration.deployment.test_kills import killed
from tests.integration.neo.conftest import ROW, Standing, graph
from tools.comparison import Side, compare
from tools.deployment import apply, outcome
from tools.endpoint import DeploymentMethod
from tools.errors import DeploymentFailedError, InvalidInputError, UserError
from tools.invocation import Request, invoke
from tools.planners.removal import plan_undo
from tools.requirements import merge

REQUEST = json.dumps(
    {"inputs": [{"name": "X", "shape": [1, 4], "datatype": "FP32", "data": ROW}]}
).encode()


def undone(app, plan):
    removal = plan_undo(None, app.place.removal(plan.region))
    deployed(app, removal)


@pytest.mark.parametrize("method", [DeploymentMethod.API, DeploymentMethod.CLOUDFORMATION])
def test_a_compiled_model_serves_and_nothing_is_left_after_undo(app, needs, method):
    plan = app.place.plan(needs, method=method)
    operations = [step.operation for step in plan.steps]
    assert operations.count("sagemaker.create_compilation_job") == 1
    assert any("stands in for Neo" in warning for warning in plan.warnings)
    made, _ = deployed(app, plan)
    assert made.status == "deployed"
    assert made.verification is not None
    assert made.verification.ok
    clients = app.place.clients(plan.region)
    answer = invoke(
        plan.endpoint_name, Request(body=REQUEST, content_type="application/json"), clients
    )
    outputs = {one["name"]: one["data"] for one in json.loads(answer.body)["outputs"]}
    assert outputs["label"] == [0]
    undone(app, plan)
    assert Standing(app, plan).everything() == []


def test_the_compiled_model_answers_as_the_plain_one_in_a_comparison(app, needs):
    plans = [app.place.plan(needs), app.place.plan(merge(needs, {"compilation": "none"}))]
    for plan in plans:
        deployed(app, plan)
    clients = app.place.clients(plans[0].region)
    compiled, plain = (Side(endpoint_name=plan.endpoint_name) for plan in plans)
    found = compare(
        plain,
        compiled,
        [Request(body=REQUEST, content_type="application/json")],
        clients,
        rounds=20,
    )
    assert found.compared == 20
    assert found.differing == 0
    assert found.largest_difference is not None
    assert found.largest_difference < 1e-5
    for side in (found.a, found.b):
        assert side.errors == 0
        assert side.latency_p50_ms
        assert side.latency_p95_ms
    for plan in plans:
        undone(app, plan)


def test_a_job_that_fails_is_explained_and_the_plan_is_taken_back(app, needs):
    plan = app.place.plan(needs)
    steps = tuple(
        step.model_copy(update={"parameters": _broken(step.parameters)})
        if step.operation == "sagemaker.create_compilation_job"
        else step
        for step in plan.steps
    )
    broken = plan.model_copy(update={"steps": steps})
    with pytest.raises(DeploymentFailedError, match="wrong shape") as error:
        deployed(app, broken)
    assert "removed again" in error.value.message
    assert "NCHW" in error.value.remedy
    assert Standing(app, broken).everything() == []


def _broken(parameters):
    given = {**parameters["InputConfig"], "DataInputConfig": '{"X":[1,7]}'}
    return {**parameters, "InputConfig": given}


def test_a_kill_while_the_job_runs_is_continued_and_makes_one_job(app, needs):
    plan = app.place.plan(needs)
    app.place.keep(plan)

    def run(sleep):
        workshop = app.place.workshop().model_copy(update={"sleep": sleep})
        clients = app.place.clients(plan.region)
        return list(apply(plan, approval_of(plan), clients, workshop))

    class KilledError(BaseException):
        pass

    def killed(_seconds):
        raise KilledError

    with pytest.raises(KilledError):
        run(killed)
    *_, last = run(app.place.workshop().sleep)
    assert last.status == "deployed"
    assert len(Standing(app, plan).jobs()) == 1
    undone(app, plan)
    assert Standing(app, plan).everything() == []


def test_the_request_that_verifies_has_the_shape_that_was_compiled(app, needs, tmp_path):
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps([ROW[0], ROW[0]]))
    plan = app.place.plan(merge(needs, {"sample_path": str(rows)}))
    (job,) = [s for s in plan.steps if s.operation == "sagemaker.create_compilation_job"]
    assert json.loads(job.parameters["InputConfig"]["DataInputConfig"]) == {"X": [2, 4]}
    body = json.loads(base64.b64decode(plan.sample.body_base64))
    assert body["inputs"][0]["shape"] == [2, 4]


def test_a_newer_operator_set_is_compiled_when_asked_for_and_warned_of(app, needs, tmp_path):
    newer = str(graph(tmp_path, opset=17))
    plan = app.place.plan(merge(needs, {"model_source": {"kind": "local", "uri": newer}}))
    assert any("operator set 17" in warning for warning in plan.warnings)


REFUSED = {
    "serverless": ({"inference_option": "serverless"}, "Neo compiles for one family"),
    "a type that Neo has no target for": ({"instance_type": "ml.m7i.large"}, "ml.m7i"),
    "Inferentia2": ({"instance_type": "ml.inf2.xlarge"}, "Neuron"),
    "Trainium": ({"instance_type": "ml.trn1.2xlarge"}, "Neuron"),
    "scikit-learn": ({"framework": "sklearn"}, "skl2onnx"),
    "network isolation": ({"network_isolation": True}, "isolation"),
    "a language model": ({"model_parameters": 7_000_000_000}, "language models"),
}


@pytest.mark.parametrize(("said", "reason"), REFUSED.values(), ids=REFUSED)
def test_compiling_is_refused_before_approval_for(app, needs, said, reason):
    with pytest.raises(UserError) as error:
        app.place.plan(merge(needs, said))
    assert reason in f"{error.value.message} {error.value.remedy}"


def test_the_sdk_compiles_nothing(app, needs):
    with pytest.raises(InvalidInputError, match="no way to compile"):
        app.place.plan(needs, method=DeploymentMethod.SDK)


def test_a_scikit_learn_file_is_refused_with_the_way_out(app, needs, tmp_path):
    import joblib
    from sklearn.linear_model import LinearRegression

    path = tmp_path / "model.joblib"
    joblib.dump(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]), path)
    with pytest.raises(UserError, match="scikit-learn") as error:
        app.place.plan(merge(needs, {"model_source": {"kind": "local", "uri": str(path)}}))
    assert "skl2onnx" in error.value.remedy


def test_a_tight_latency_on_a_type_of_neos_is_compiled_without_being_asked(app, needs):
    said = {"compilation": None, "instance_type": "ml.c5.large", "latency_p95_ms": 30}
    said |= {"processing_time_s": 0.02}
    plan = app.place.plan(merge(needs, said))
    assert plan.recommendation["compilation"] == "neo"
    assert "sagemaker.create_compilation_job" in {step.operation for step in plan.steps}


def test_advice_with_a_doubt_is_told_and_not_planned(app, needs, tmp_path):
    newer = str(graph(tmp_path, opset=17))
    said = {"compilation": None, "instance_type": "ml.c5.large", "latency_p95_ms": 30}
    said |= {"processing_time_s": 0.02, "model_source": {"kind": "local", "uri": newer}}
    plan = app.place.plan(merge(needs, said))
    assert "sagemaker.create_compilation_job" not in {step.operation for step in plan.steps}
    assert any("is left out" in warning for warning in plan.warnings)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_killed_at_the_jobs_own_journal_writes_it_is_finished_by_the_next_process(
    app, home, needs, before
):
    plan = app.place.plan(needs)
    app.place.keep(plan)
    operations = [step.operation for step in plan.steps]
    sent = 2 * operations.index("sagemaker.create_compilation_job") + (2 if before else 1)
    assert killed(home, plan, sent, before=before) == -signal.SIGKILL
    fresh = bootstrap(settings(home))
    fresh.recover()
    made = outcome(fresh.place.journal, f"dep-{plan.digest[:12]}")
    assert made.status == "deployed"
    assert len(Standing(fresh, plan).jobs()) == 1
    undone(fresh, plan)
    assert Standing(fresh, plan).everything() == []
