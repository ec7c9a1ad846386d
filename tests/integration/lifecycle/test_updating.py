"""An endpoint is updated without a failed invocation, or stays as it was; and goes back."""

import tarfile

import pytest

from tests.integration.lifecycle.conftest import (
    Caller,
    Standing,
    another_model,
    config_in_service,
    deleted,
    deployed,
    scaling_of,
)
from tools.errors import DeploymentFailedError, InvalidInputError, PlanOutdatedError
from tools.planners.lifecycle import WantedVersion, plan_update
from tools.planners.removal import plan_deletion, plan_undo
from tools.requirements import Requirements, merge


def update_of(app, plan, wanted):
    return plan_update(plan.endpoint_name, wanted, app.place.bench(plan.region))


def test_an_update_serves_the_new_model_without_a_failed_invocation(app, served, second_model):
    plan, _ = served
    before = scaling_of(app, plan)
    update = update_of(app, plan, another_model(second_model))
    with Caller(app, plan.endpoint_name).calling() as caller:
        made, _ = deployed(app, update)
    assert made.status == "deployed"
    assert made.verification.ok
    assert caller.failures == []
    assert caller.answers[0] != caller.answers[-1]
    assert config_in_service(app, plan).endswith(update.nonce[:8])
    after = scaling_of(app, plan)
    assert {k: after[k] for k in ("targets", "policies")} == {
        k: before[k] for k in ("targets", "policies")
    }


def test_undoing_an_update_goes_back_to_the_version_before(app, served, second_model):
    plan, made = served
    standing = Standing(app, plan)
    before, config = standing.everything(), config_in_service(app, plan)
    updated, _ = deployed(app, update_of(app, plan, another_model(second_model)))
    undo = plan_undo(None, app.place.removal(plan.region))
    assert undo.undoes == updated.deployment_id
    with Caller(app, plan.endpoint_name).calling() as caller:
        gone, _ = deployed(app, undo)
    assert gone.status == "undone"
    assert caller.failures == []
    assert config_in_service(app, plan) == config
    assert standing.everything() == before
    again = plan_undo(None, app.place.removal(plan.region))
    assert again.undoes == made.deployment_id


def test_a_model_that_raises_leaves_the_old_version_serving(app, served, broken_model):
    plan, _ = served
    standing = Standing(app, plan)
    before, config = standing.everything(), config_in_service(app, plan)
    update = update_of(app, plan, another_model(broken_model, needs={"framework": "pytorch"}))
    calling = Caller(app, plan.endpoint_name).calling()
    with calling as caller, pytest.raises(DeploymentFailedError) as caught:
        deployed(app, update)
    assert "ping" in caught.value.message
    assert "version before serves on" in caught.value.message
    assert "weights are missing" in caught.value.message  # the cause, from the endpoint's log
    assert caught.value.remedy
    assert caller.failures == []
    assert len(set(caller.answers)) == 1
    assert config_in_service(app, plan) == config
    assert standing.everything() == before


def test_deleting_takes_every_version_away(app, served, second_model):
    plan, _ = served
    deployed(app, update_of(app, plan, another_model(second_model)))
    removal = plan_deletion(plan.endpoint_name, app.place.removal(plan.region))
    deleted(app, removal)
    assert Standing(app, plan).everything() == []


def test_another_instance_type_is_deregistered_updated_and_registered_again(app, served):
    plan, _ = served
    before = scaling_of(app, plan)
    update = update_of(app, plan, WantedVersion(instance_type="ml.c6i.xlarge"))
    calls = [step.operation.partition(".")[2] for step in update.steps]
    assert calls.index("deregister_scalable_target") < calls.index("update_endpoint")
    assert calls.index("update_endpoint") < calls.index("register_scalable_target")
    deployed(app, update)
    after = scaling_of(app, plan)
    assert {**after, "alarms": []} == {**before, "alarms": []}
    deployed(app, plan_undo(None, app.place.removal(plan.region)))
    assert scaling_of(app, plan)["policies"] == before["policies"]


def test_a_count_that_scaling_moved_is_kept(app, served, second_model):
    plan, _ = served
    clients = app.place.clients(plan.region)
    name = {"EndpointName": plan.endpoint_name}
    variant = clients.call("sagemaker.describe_endpoint", name)["ProductionVariants"][0]
    wanted = [{"VariantName": variant["VariantName"], "DesiredInstanceCount": 4}]
    clients.call(
        "sagemaker.update_endpoint_weights_and_capacities",
        {**name, "DesiredWeightsAndCapacities": wanted},
    )
    settled(clients, name)
    deployed(app, update_of(app, plan, another_model(second_model)))
    after = clients.call("sagemaker.describe_endpoint", name)["ProductionVariants"][0]
    assert after["CurrentInstanceCount"] == 4


def settled(clients, name):
    from tests.integration.deployment.conftest import wait_until

    wait_until(
        lambda: clients.call("sagemaker.describe_endpoint", name)["EndpointStatus"] == "InService"
    )


def test_a_plan_on_a_version_that_was_replaced_is_outdated(app, served, second_model):
    plan, _ = served
    first = update_of(app, plan, another_model(second_model))
    second = update_of(app, plan, WantedVersion(instance_type="ml.c6i.xlarge"))
    deployed(app, first)
    with pytest.raises(PlanOutdatedError):
        deployed(app, second)


def test_an_update_that_changes_nothing_is_refused(app, served):
    plan, _ = served
    with pytest.raises(InvalidInputError, match="nothing would change"):
        update_of(app, plan, WantedVersion())


def test_part_of_one_instance_cannot_be_updated_first(app, served, second_model):
    plan, _ = served
    wanted = another_model(second_model, strategy="canary", initial_instance_count=1)
    with pytest.raises(InvalidInputError, match="one instance"):
        update_of(app, plan, wanted)


def test_another_kind_of_endpoint_is_refused(app, served):
    plan, _ = served
    needs = merge(Requirements(), {"request_payload_bytes": 200_000_000, "interactive": False})
    with pytest.raises(InvalidInputError, match="another kind"):
        update_of(app, plan, WantedVersion(needs=needs))


def test_a_production_update_turns_back_by_alarms(app, served, second_model):
    plan, _ = served
    update = update_of(app, plan, another_model(second_model))
    shift = next(s for s in update.steps if s.operation == "sagemaker.update_endpoint")
    alarms = shift.parameters["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert {a["AlarmName"] for a in alarms} == {
        f"{plan.endpoint_name}-AllTraffic-model-latency",
        f"{plan.endpoint_name}-AllTraffic-5xx-errors",
    }


def test_an_update_whose_answers_fail_is_turned_back_by_its_alarms(app, served, tmp_path):
    plan, _ = served
    script = tmp_path / "inference.py"
    script.write_text(
        "def model_fn(model_dir):\n    return None\n\n"
        "def predict_fn(data, model):\n    raise RuntimeError('no answer')\n"
    )
    (tmp_path / "weights.npy").write_bytes(b"x")
    archive = tmp_path / "failing.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(script, "code/inference.py")
        tar.add(tmp_path / "weights.npy", "weights.npy")
    config, standing = config_in_service(app, plan), Standing(app, plan).everything()
    update = update_of(app, plan, another_model(archive, needs={"framework": "pytorch"}))
    calling = Caller(app, plan.endpoint_name).calling()
    with calling as caller, pytest.raises(DeploymentFailedError) as caught:
        deployed(app, update)
    assert "alarm" in caught.value.message.lower()
    assert caller.failures  # the new version did answer some, and badly
    assert config_in_service(app, plan) == config
    assert Standing(app, plan).everything() == standing
