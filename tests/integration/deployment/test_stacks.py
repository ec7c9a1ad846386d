"""A specification carried out by CloudFormation: approved changes only, one stack, gone whole."""

import signal
from typing import Any

import pytest

from assistant.bootstrap import bootstrap
from tests.integration.deployment.conftest import approval_of, deployed, settings
from tests.integration.deployment.test_kills import broken, killed, writes_of  # noqa: F401
from tools.deployment import apply, outcome
from tools.endpoint import DeploymentMethod
from tools.errors import DeploymentFailedError, NotFoundError, PlanOutdatedError
from tools.plan import DeploymentPlan
from tools.planners.removal import plan_deletion, plan_undo
from tools.requirements import merge


def planned(app, needs) -> DeploymentPlan:
    return app.place.plan(needs, DeploymentMethod.CLOUDFORMATION)


def stack_name(plan: DeploymentPlan) -> str:
    (step,) = (s for s in plan.steps if s.operation == "cloudformation.create_change_set")
    return str(step.parameters["StackName"])


def stack_of(app, plan) -> dict[str, Any] | None:
    clients = app.place.clients(plan.region)
    try:
        answer = clients.call("cloudformation.describe_stacks", {"StackName": stack_name(plan)})
    except NotFoundError:
        return None
    return answer["Stacks"][0]


def test_a_stack_becomes_a_verified_endpoint_and_goes_whole(app, needs, standing):
    plan = planned(app, needs)
    assert standing(app, plan).everything() == []
    made, progress = deployed(app, plan)
    assert made.status == "deployed"
    assert made.verification.ok
    assert made.endpoint_arn.endswith(f"endpoint/{plan.endpoint_name}")
    told = [p.detail for p in progress if p.operation == "cloudformation.execute_change_set"]
    assert "AWS::SageMaker::Endpoint Endpoint CREATE_COMPLETE" in told
    assert stack_of(app, plan)["StackStatus"] == "CREATE_COMPLETE"
    undo = plan_undo(made.deployment_id, app.place.removal(plan.region))
    gone, _ = deployed(app, undo)
    assert gone.status == "undone"
    assert stack_of(app, plan) is None
    assert standing(app, plan).everything() == []


def test_every_resource_of_the_stack_carries_the_plans_tag(app, needs):
    from tools.reconcile import plan_tag

    plan = planned(app, needs)
    made, _ = deployed(app, plan)
    assert plan_tag(made.endpoint_arn, app.place.clients(plan.region)) == plan.digest


def test_a_preference_for_cloudformation_chooses_it(app, needs):
    plan = app.place.plan(merge(needs, {"deployment_preference": "cloudformation"}))
    assert plan.method == "cloudformation"
    assert {row["action"] for row in plan.expected_changes} == {"Add"}


@pytest.mark.parametrize("fault", ["missing", "another type", "replaced"])
def test_a_change_set_that_differs_is_not_carried_out_and_nothing_stays(
    app, needs, standing, fault
):
    plan = planned(app, needs)
    rows = [dict(row) for row in plan.expected_changes]
    match fault:
        case "missing":
            rows = rows[1:]
        case "another type":
            rows[0]["type"] = "AWS::IAM::User"
        case "replaced":
            rows[0] |= {"action": "Modify", "replacement": "True"}
    other = plan.model_copy(update={"expected_changes": tuple(rows)})
    with pytest.raises(PlanOutdatedError) as caught:
        deployed(app, other)
    assert "not carried out" in caught.value.message
    assert "approve" in caught.value.remedy
    assert stack_of(app, plan) is None
    assert standing(app, plan).everything() == []


def test_a_stack_that_fails_is_explained_by_its_first_failure_and_taken_back(app, broken, standing):
    plan = planned(app, broken)
    with pytest.raises(DeploymentFailedError) as caught:
        deployed(app, plan)
    assert "AWS::SageMaker::Endpoint Endpoint CREATE_FAILED" in caught.value.message
    assert "ping" in caught.value.message
    assert f"/aws/sagemaker/Endpoints/{plan.endpoint_name}" in caught.value.remedy
    assert stack_of(app, plan) is None
    assert standing(app, plan).everything() == []
    assert outcome(app.place.journal, f"dep-{plan.digest[:12]}").status == "failed"


def test_deleting_an_endpoint_deletes_its_stack(app, needs, standing):
    plan = planned(app, needs)
    made, _ = deployed(app, plan)
    removal = plan_deletion(made.endpoint_name, app.place.removal(plan.region))
    assert "cloudformation.delete_stack" in {step.operation for step in removal.steps}
    approval = approval_of(removal).model_copy(update={"typed_name": made.endpoint_name})
    app.place.keep(removal)
    *_, last = apply(removal, approval, app.place.clients(plan.region), app.place.workshop())
    assert last.status == "undone"
    assert stack_of(app, plan) is None
    assert standing(app, plan).everything() == []


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_killed_at_every_write_one_stack_stands_after_a_restart(app, home, needs, standing, before):
    total = writes_of(planned(app, needs))
    # After a step's "done" is the same moment as before the next one's "started".
    for at in range(1, total + 1, 1 if before else 2):
        plan = planned(app, needs)
        app.place.keep(plan)
        assert killed(home, plan, at, before=before) == -signal.SIGKILL
        fresh = bootstrap(settings(home))
        fresh.recover()
        made = outcome(fresh.place.journal, f"dep-{plan.digest[:12]}")
        assert made.status == "deployed", (at, made)
        assert made.verification.ok
        assert stack_of(fresh, plan)["StackStatus"] == "CREATE_COMPLETE"
        assert executions(fresh, plan) == 1, at
        deployed(fresh, plan_undo(made.deployment_id, fresh.place.removal(plan.region)))
        assert stack_of(fresh, plan) is None, at
        assert standing(fresh, plan).everything() == [], at


def executions(app, plan) -> int:
    """How often the stack was set to work: its own events say so."""
    rows = app.place.clients(plan.region).call(
        "cloudformation.describe_stack_events", {"StackName": stack_name(plan)}
    )["StackEvents"]
    begun = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
    own = [row for row in rows if row["LogicalResourceId"] == stack_name(plan)]
    return sum(row["ResourceStatus"] in begun for row in own)


def test_killed_while_a_failed_stack_is_taken_back_nothing_stands(app, home, broken, standing):
    at, reached = 1, True
    while reached:
        plan = planned(app, broken)
        app.place.keep(plan)
        reached = killed(home, plan, at, before=True) == -signal.SIGKILL
        fresh = bootstrap(settings(home))
        fresh.recover()
        made = outcome(fresh.place.journal, f"dep-{plan.digest[:12]}")
        assert made.status == "failed", (at, made)
        assert stack_of(fresh, plan) is None, at
        assert standing(fresh, plan).everything() == [], at
        at += 1
    assert at > 6  # it was killed on the way there and on the way back
