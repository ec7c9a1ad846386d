"""An approved plan becomes one verified endpoint, and can be taken back whole."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.deployment.conftest import approval_of, deployed
from tools.deployment import apply, outcome
from tools.errors import (
    DeploymentFailedError,
    InvalidInputError,
    NameInUseError,
    NotFoundError,
    PlanNotApprovedError,
    PlanOutdatedError,
    UnapprovedCallError,
)
from tools.guard import Guard
from tools.plan import Step
from tools.planners.removal import plan_deletion, plan_undo
from tools.requirements import merge


def test_planning_changes_nothing(app, needs, standing):
    plan = app.place.plan(needs)
    assert standing(app, plan).everything() == []


def test_a_plan_becomes_a_verified_endpoint_and_goes_whole(app, needs, standing):
    plan = app.place.plan(needs)
    made, progress = deployed(app, plan)
    assert made.status == "deployed"
    assert made.verification.ok
    assert made.verification.invocations >= 1
    assert [p.step for p in progress] == sorted(p.step for p in progress)
    assert len(standing(app, plan).everything()) == len(plan.steps) - 2 + 0  # bucket, role policy
    undo = plan_undo(made.deployment_id, app.place.removal(plan.region))
    gone, _ = deployed(app, undo)
    assert gone.status == "undone"
    assert standing(app, plan).everything() == []
    assert outcome(app.place.journal, made.deployment_id).status == "undone"


def test_the_same_approval_again_is_the_same_deployment(app, needs, standing):
    plan = app.place.plan(needs)
    first, _ = deployed(app, plan)
    before = standing(app, plan).everything()
    second, progress = deployed(app, plan)
    assert second == first
    assert progress == []
    assert standing(app, plan).everything() == before


def test_two_approvals_at_once_make_one_deployment(app, needs, standing):
    plan = app.place.plan(needs)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: deployed(app, plan)[0], range(2)))
    assert results[0] == results[1]
    endpoints = [n for n in standing(app, plan).everything() if n.startswith("Endpoints:")]
    assert len(endpoints) == 1


def test_another_digest_calls_nothing(app, needs, standing):
    plan = app.place.plan(needs)
    other = approval_of(app.place.plan(needs))
    with pytest.raises(PlanNotApprovedError):
        list(apply(plan, other, app.place.clients(plan.region), app.place.workshop()))
    assert standing(app, plan).everything() == []


def test_a_name_taken_while_planning_is_refused(app, needs):
    first, _ = deployed(app, app.place.plan(merge(needs, {"endpoint_name": "taken-name"})))
    with pytest.raises(NameInUseError) as caught:
        app.place.plan(merge(needs, {"endpoint_name": "taken-name"}))
    assert caught.value.remedy
    assert first.endpoint_name == "taken-name"


def test_a_name_taken_after_planning_calls_nothing(app, needs, standing):
    wanted = merge(needs, {"endpoint_name": "contended"})
    first, second = app.place.plan(wanted), app.place.plan(wanted)
    deployed(app, first)
    before = standing(app, first).everything()
    with pytest.raises(PlanOutdatedError):
        deployed(app, second)
    assert standing(app, first).everything() == before


def test_a_model_that_raises_on_load_is_explained_and_taken_back(app, tmp_path, standing, needs):
    import tarfile

    script = tmp_path / "inference.py"
    script.write_text("def model_fn(model_dir):\n    raise RuntimeError('weights are missing')\n")
    (tmp_path / "weights.npy").write_bytes(b"x")
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(script, "code/inference.py")
        tar.add(tmp_path / "weights.npy", "weights.npy")
    source = {"kind": "local", "uri": str(archive)}
    plan = app.place.plan(merge(needs, {"model_source": source, "framework": "pytorch"}))
    with pytest.raises(DeploymentFailedError) as caught:
        deployed(app, plan)
    assert "ping" in caught.value.message
    assert "removed again" in caught.value.message
    assert standing(app, plan).everything() == []
    again = outcome(app.place.journal, f"dep-{plan.digest[:12]}")
    assert again.status == "failed"


def test_an_upload_that_is_gone_stops_before_anything_of_value_is_made(app, needs, standing):
    plan = app.place.plan(needs)
    workshop = {"blobs": app.place.home / "nowhere"}
    with pytest.raises(InvalidInputError, match="no longer"):
        deployed(app, plan, **workshop)
    assert standing(app, plan).everything() == []


def test_deleting_needs_the_typed_name(app, needs, standing):
    plan = app.place.plan(needs)
    made, _ = deployed(app, plan)
    removal = plan_deletion(made.endpoint_name, app.place.removal(plan.region))
    assert removal.typed_name_required == made.endpoint_name
    with pytest.raises(PlanNotApprovedError):
        deployed(app, removal)
    assert standing(app, plan).everything() != []


def test_an_endpoint_that_nobody_made_cannot_be_deleted(app):
    with pytest.raises(NotFoundError):
        plan_deletion("nobody-made-this", app.place.removal("us-east-1"))


def test_the_guard_lets_reads_pass_and_refuses_everything_else(app, needs):
    from tools.aws import AwsClients, new_session

    target = app.place.clients("us-east-1").target
    expected = [("s3.CreateBucket", {"Bucket": "sagemaker-guarded"})]
    session = new_session(target)
    Guard(lambda: expected[0]).install(session)
    clients = AwsClients(target, session)
    assert "Account" in clients.call("sts.get_caller_identity", {})
    clients.call("s3.create_bucket", {"Bucket": "sagemaker-guarded"})
    with pytest.raises(UnapprovedCallError):
        clients.call("s3.delete_bucket", {"Bucket": "sagemaker-guarded"})
    with pytest.raises(UnapprovedCallError):  # once refused, even the right call is
        clients.call("s3.create_bucket", {"Bucket": "sagemaker-guarded"})
    unguarded = app.place.clients("us-east-1")
    assert unguarded.exists("s3.head_bucket", {"Bucket": "sagemaker-guarded"})


def test_an_uploads_changed_bytes_are_refused(app):
    from tools.aws import AwsClients, new_session

    target = app.place.clients("us-east-1").target
    wanted = {"Bucket": "b", "Key": "k", "Body": {"sha256": "0" * 64}}
    session = new_session(target)
    Guard(lambda: ("s3.PutObject", wanted)).install(session)
    with pytest.raises(UnapprovedCallError):
        AwsClients(target, session).call("s3.put_object", {**wanted, "Body": b"other"})


def test_a_step_nobody_planned_has_no_inverse():
    from tools.planners.inverse import undo_for

    with pytest.raises(KeyError):
        undo_for((Step(operation="s3.delete_bucket", parameters={"Bucket": "b"}),))
