"""A batch transform that is interrupted: continued, found again, or stopped and taken back."""

import pytest

from tests.integration.deployment.conftest import approval_of, deployed
from tools.deployment import apply
from tools.planners.removal import plan_undo
from tools.requirements import merge

JOB = "sagemaker.create_transform_job"

#: Serves slowly, so that a job can be caught at work.
SLOW = """
import os, time
import joblib

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))

def predict_fn(rows, fitted):
    time.sleep(60)
    return fitted.predict(rows)
"""


@pytest.fixture
def slow(sample, tmp_path):
    """The sample model with a script that takes a minute for an answer."""
    folder = tmp_path / "slow"
    (folder / "code").mkdir(parents=True)
    (folder / "model.joblib").write_bytes(sample.model.read_bytes())
    (folder / "code" / "inference.py").write_text(SLOW)
    return {"kind": "local", "uri": str(folder)}


def stopped_at(app, plan, detail):
    """Apply until the job's status is told, then leave as a kill does."""
    app.place.keep(plan)
    run = apply(plan, approval_of(plan), app.place.clients(plan.region), app.place.workshop())
    for step in run:
        if getattr(step, "operation", "") == JOB and step.detail == detail:
            break
    run.close()


def jobs_named(app, name):
    found = app.place.clients("us-east-1").call(
        "sagemaker.list_transform_jobs", {"NameContains": name}
    )
    return [one["TransformJobStatus"] for one in found["TransformJobSummaries"]]


def test_a_run_that_was_killed_while_it_waited_goes_on_with_the_same_job(app, wanted, expected):
    plan = app.place.plan(wanted)
    stopped_at(app, plan, "InProgress")
    made, _ = deployed(app, plan)
    assert made.outputs.records == len(expected)
    assert jobs_named(app, plan.transform.name) == ["Completed"]


def test_a_call_whose_answer_was_lost_is_found_by_its_tag(app, wanted, expected):
    plan = app.place.plan(wanted)
    stopped_at(app, plan, "InProgress")
    number = next(n for n, step in enumerate(plan.steps) if step.operation == JOB)
    deployment_id = f"dep-{plan.digest[:12]}"
    app.place.journal.set_step(deployment_id, number, "started", app.place.now())
    made, _ = deployed(app, plan)
    assert made.outputs.records == len(expected)
    assert jobs_named(app, plan.transform.name) == ["Completed"]


def test_an_interrupted_job_is_stopped_by_its_undo(app, wanted, slow):
    plan = app.place.plan(merge(wanted, {"model_source": slow}))
    assert plan.transform.batch_strategy == "SingleRecord"  # a script of one's own
    stopped_at(app, plan, "InProgress")
    undo = plan_undo(f"dep-{plan.digest[:12]}", app.place.removal(plan.region))
    assert undo.steps[0].operation == "sagemaker.stop_transform_job"
    gone, _ = deployed(app, undo)
    assert gone.status == "undone"
    assert jobs_named(app, plan.transform.name) == ["Stopped"]
    model = {"ModelName": plan.transform.name}
    assert not app.place.clients(plan.region).exists("sagemaker.describe_model", model)
