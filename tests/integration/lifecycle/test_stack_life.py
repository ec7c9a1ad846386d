"""The life of an endpoint in a stack: every turn is a change set; nothing is left at the end."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.deployment.conftest import wait_until
from tests.integration.deployment.test_stacks import planned, stack_of
from tests.integration.lifecycle.conftest import (
    Caller,
    another_model,
    config_in_service,
    deleted,
    deployed,
    scaling_of,
)
from tests.integration.lifecycle.leftovers import assert_nothing_left
from tools.endpoint import DeploymentMethod
from tools.errors import (
    DeploymentFailedError,
    InvalidInputError,
    NotFoundError,
    PlanOutdatedError,
)
from tools.planners.lifecycle import (
    WantedVersion,
    is_parked,
    plan_expiry,
    plan_park,
    plan_unpark,
    plan_update,
)
from tools.planners.removal import plan_deletion, plan_undo


@pytest.fixture
def stacked(app, needs):
    """An endpoint that a stack made: its plan; whatever is left of it goes afterwards."""
    plan = planned(app, needs)
    deployed(app, plan)
    yield plan
    try:
        removal = plan_deletion(plan.endpoint_name, app.place.removal(plan.region))
    except NotFoundError:
        return
    deleted(app, removal)


def answer_of(app, plan) -> bytes:
    body, content_type = app.sample_for(plan.endpoint_name)
    return app.invoke(plan.endpoint_name, body, content_type=content_type).body


def drifted(app, plan) -> list[str]:
    """Logical ids of resources that are not as the stack's template says."""
    clients = app.place.clients(plan.region)
    name = stack_of(app, plan)["StackName"]
    client = clients.client("cloudformation")
    begun = client.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    while True:
        seen = client.describe_stack_drift_detection_status(StackDriftDetectionId=begun)
        if seen["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
    rows = client.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
    kinds = ("IN_SYNC", "NOT_CHECKED")
    return [r["LogicalResourceId"] for r in rows if r["StackResourceDriftStatus"] not in kinds]


def test_from_deployment_to_deletion_by_change_sets(app, stacked, second_model):
    plan, removal = stacked, lambda: app.place.removal(stacked.region)
    first, scaling = answer_of(app, plan), scaling_of(app, plan)
    update = plan_update(
        plan.endpoint_name, another_model(second_model), app.place.bench(plan.region)
    )
    assert update.method == "cloudformation"
    assert not any(step.operation.startswith("sagemaker.") for step in update.steps)
    made, progress = deployed(app, update)
    assert made.verification.ok
    assert any("AWS::SageMaker::Endpoint Endpoint UPDATE_COMPLETE" in p.detail for p in progress)
    assert answer_of(app, plan) != first
    assert scaling_of(app, plan) == scaling

    undone, _ = deployed(app, plan_undo(made.deployment_id, removal()))
    assert undone.status == "undone"
    assert answer_of(app, plan) == first
    assert scaling_of(app, plan) == scaling

    deployed(app, plan_park(plan.endpoint_name, removal()))
    assert is_parked(plan.endpoint_name, removal())
    with pytest.raises(NotFoundError):
        config_in_service(app, plan)
    back, _ = deployed(app, plan_unpark(plan.endpoint_name, removal()))
    assert back.verification.ok
    assert answer_of(app, plan) == first
    assert scaling_of(app, plan) == scaling

    deleted(app, plan_deletion(plan.endpoint_name, removal()))
    assert_nothing_left(app, plan.endpoint_name)


def updated(app, plan, wanted):
    return plan_update(plan.endpoint_name, wanted, app.place.bench(plan.region))


def desired_count(app, plan) -> int:
    clients = app.place.clients(plan.region)
    where = {"EndpointName": plan.endpoint_name}
    (variant,) = clients.call("sagemaker.describe_endpoint", where)["ProductionVariants"]
    return variant["DesiredInstanceCount"]


def test_a_scaled_variant_changes_its_type_and_comes_back_with_its_scaling(app, stacked):
    plan, scaling = stacked, scaling_of(app, stacked)
    before = config_in_service(app, plan)
    update = updated(app, plan, WantedVersion(instance_type="ml.c6i.xlarge"))
    made_by = [s for s in update.steps if s.operation.endswith("create_change_set")]
    assert len(made_by) == 2
    first = made_by[0].parameters["ChangeSetName"]
    gone = {r["action"] for r in update.expected_changes if r["change_set"] == first}
    assert gone == {"Remove"}
    made, _ = deployed(app, update)
    assert made.verification.ok
    assert scaling_of(app, plan) == scaling
    assert drifted(app, plan) == []
    deployed(app, plan_undo(None, app.place.removal(plan.region)))
    assert scaling_of(app, plan) == scaling
    assert config_in_service(app, plan) != before  # made again, as it was
    assert drifted(app, plan) == []


def _suspend_scaling_in(clients, plan) -> None:
    clients.call(
        "application-autoscaling.register_scalable_target",
        {
            "ServiceNamespace": "sagemaker",
            "ResourceId": f"endpoint/{plan.endpoint_name}/variant/AllTraffic",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "SuspendedState": {"DynamicScalingInSuspended": True},
        },
    )


def test_an_update_keeps_the_count_that_scaling_reached_and_sets_the_one_asked_for(
    app, stacked, second_model
):
    plan, clients = stacked, app.place.clients(stacked.region)
    _suspend_scaling_in(
        clients, plan
    )  # nobody calls it: idleness would take away what is looked at
    begun = desired_count(app, plan)
    more = [{"VariantName": "AllTraffic", "DesiredInstanceCount": begun + 1}]
    clients.call(
        "sagemaker.update_endpoint_weights_and_capacities",
        {"EndpointName": plan.endpoint_name, "DesiredWeightsAndCapacities": more},
    )
    config_is_served(app, plan)
    deployed(app, updated(app, plan, another_model(second_model)))
    assert desired_count(app, plan) == begun + 1
    deployed(app, updated(app, plan, WantedVersion(initial_instance_count=begun + 2)))
    assert desired_count(app, plan) == begun + 2


def config_is_served(app, plan):
    clients, where = app.place.clients(plan.region), {"EndpointName": plan.endpoint_name}
    wait_until(
        lambda: clients.call("sagemaker.describe_endpoint", where)["EndpointStatus"] == "InService"
    )


def test_a_failed_update_is_explained_and_no_invocation_fails(app, stacked, broken_model):
    plan, config, scaling = stacked, config_in_service(app, stacked), scaling_of(app, stacked)
    wanted = another_model(broken_model, needs={"framework": "pytorch"})
    with Caller(app, plan.endpoint_name).calling() as caller:
        with pytest.raises(DeploymentFailedError) as caught:
            deployed(app, updated(app, plan, wanted))
        assert len(caller.answers) > 0
    assert caller.failures == []
    assert "Endpoint UPDATE_FAILED" in caught.value.message
    assert "serves on" in caught.value.message
    assert "weights are missing" in caught.value.message
    assert config_in_service(app, plan) == config
    assert scaling_of(app, plan) == scaling
    stack = stack_of(app, plan)
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert app.place.clients(plan.region).call(
        "cloudformation.list_change_sets", {"StackName": stack["StackName"]}
    )["Summaries"] == []  # fmt: skip
    # What failed does not stand in the way of what comes next.
    made, _ = deployed(app, updated(app, plan, WantedVersion(initial_instance_count=3)))
    assert made.verification.ok


def test_a_change_set_that_differs_is_deleted_and_the_version_serves_on(app, stacked, second_model):
    plan, config = stacked, config_in_service(app, stacked)
    update = updated(app, plan, another_model(second_model))
    rows = tuple(row for row in update.expected_changes if row["logical_id"] != "Endpoint")
    other = update.model_copy(update={"expected_changes": rows})
    assert other.digest != update.digest
    with pytest.raises(PlanOutdatedError, match="it would also Modify"):
        deployed(app, other)
    assert config_in_service(app, plan) == config
    assert stack_of(app, plan)["StackStatus"] == "CREATE_COMPLETE"


def test_what_is_so_already_is_refused_before_approval(app, stacked):
    with pytest.raises(InvalidInputError, match="nothing would change"):
        updated(app, stacked, WantedVersion(initial_instance_count=desired_count(app, stacked)))


def test_undoing_an_unpark_parks_again_and_undoing_a_park_unparks(app, stacked):
    plan, scaling = stacked, scaling_of(app, stacked)
    removal = lambda: app.place.removal(plan.region)  # noqa: E731
    deployed(app, plan_park(plan.endpoint_name, removal()))
    back, _ = deployed(app, plan_undo(None, removal()))
    assert back.verification.ok
    deployed(app, plan_undo(back.deployment_id, removal()))
    assert is_parked(plan.endpoint_name, removal())
    assert deployed(app, plan_unpark(plan.endpoint_name, removal()))[0].verification.ok
    assert scaling_of(app, plan) == scaling


def test_a_parked_stack_is_deleted_whole(app, stacked):
    plan = stacked
    deployed(app, plan_park(plan.endpoint_name, app.place.removal(plan.region)))
    deleted(app, plan_deletion(plan.endpoint_name, app.place.removal(plan.region)))
    assert_nothing_left(app, plan.endpoint_name)


def test_an_updated_stack_goes_whole_when_its_first_deployment_is_undone(
    app, stacked, second_model
):
    plan = stacked
    deployed(app, updated(app, plan, another_model(second_model)))
    deployed(app, plan_undo(f"dep-{plan.digest[:12]}", app.place.removal(plan.region)))
    assert_nothing_left(app, plan.endpoint_name)


def test_what_was_changed_outside_the_stack_is_said(app, stacked, second_model):
    plan, clients = stacked, app.place.clients(stacked.region)
    config = config_in_service(app, plan)
    given = clients.call("sagemaker.describe_endpoint_config", {"EndpointConfigName": config})
    own = f"{plan.endpoint_name}-by-hand"
    clients.call(
        "sagemaker.create_endpoint_config",
        {"EndpointConfigName": own, "ProductionVariants": given["ProductionVariants"]},
    )
    changed = {"EndpointName": plan.endpoint_name, "EndpointConfigName": own}
    clients.call("sagemaker.update_endpoint", changed)
    config_is_served(app, plan)
    update = updated(app, plan, another_model(second_model))
    assert any(own in warning and config in warning for warning in update.warnings)
    assert deployed(app, update)[0].verification.ok
    clients.call("sagemaker.delete_endpoint_config", {"EndpointConfigName": own})


def test_a_template_too_long_for_a_request_lives_through_the_bucket(app, needs):
    short = app.place.plan(needs)
    spec = short.spec
    given = {f"WORD_{number}": "x" * 440 for number in range(70)}  # 32 KB are the most for one
    served = spec.first.sagemaker_model.model_copy(update={"environment": given})
    one = spec.first.model_copy(update={"sagemaker_model": served})
    other = one.model_copy(update={"name": "Other", "scaling": None})
    long = spec.model_copy(update={"variants": (one, other)})
    plan = app.place.plan_spec(long, DeploymentMethod.CLOUDFORMATION)
    plan = app.place.propose(plan.model_copy(update={"sample": short.sample}))
    made_by = next(s for s in plan.steps if s.operation.endswith("create_change_set"))
    assert "TemplateBody" not in made_by.parameters
    assert deployed(app, plan)[0].verification.ok
    scaling = scaling_of(app, plan)
    wanted = WantedVersion(variant="Other", initial_instance_count=3)
    made, _ = deployed(app, app.place.propose(updated(app, plan, wanted)))
    deployed(app, plan_undo(made.deployment_id, app.place.removal(plan.region)))
    deployed(app, plan_park(plan.endpoint_name, app.place.removal(plan.region)))
    deployed(app, plan_unpark(plan.endpoint_name, app.place.removal(plan.region)))
    assert scaling_of(app, plan) == scaling
    deleted(app, plan_deletion(plan.endpoint_name, app.place.removal(plan.region)))
    assert_nothing_left(app, plan.endpoint_name)


def test_an_endpoint_goes_at_its_moment_and_its_stack_when_it_is_deleted(app, stacked):
    plan, clients = stacked, app.place.clients(stacked.region)
    now = datetime.now(UTC)
    ends = plan_expiry(
        plan.endpoint_name, now + timedelta(seconds=3), now, app.place.removal(plan.region),
        app.place.catalog,
    )  # fmt: skip
    assert any(stack_of(app, plan)["StackName"] in warning for warning in ends.warnings)
    deployed(app, ends)
    where = {"EndpointName": plan.endpoint_name}
    wait_until(lambda: not clients.exists("sagemaker.describe_endpoint", where))
    deleted(app, plan_deletion(plan.endpoint_name, app.place.removal(plan.region)))
    assert_nothing_left(app, plan.endpoint_name)


def test_an_endpoint_with_a_planned_end_is_updated_and_taken_back_by_its_stack(
    app, stacked, second_model
):
    plan, first = stacked, answer_of(app, stacked)
    now = datetime.now(UTC)
    removal = app.place.removal(plan.region)
    later = now + timedelta(hours=5)
    deployed(app, plan_expiry(plan.endpoint_name, later, now, removal, app.place.catalog))
    made, _ = deployed(app, updated(app, plan, another_model(second_model)))
    deployed(app, plan_undo(made.deployment_id, app.place.removal(plan.region)))
    assert answer_of(app, plan) == first
    deleted(app, plan_deletion(plan.endpoint_name, app.place.removal(plan.region)))
    assert_nothing_left(app, plan.endpoint_name)
