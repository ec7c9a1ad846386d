"""Killed with -9 during a change of a stack, the next process ends it, and carries it out once."""

import pytest

from tests.integration.deployment.test_stacks import stack_of
from tests.integration.lifecycle.conftest import (
    another_model,
    config_in_service,
    scaling_of,
)
from tests.integration.lifecycle.leftovers import leftovers
from tests.integration.lifecycle.test_kills_later import continued
from tests.integration.lifecycle.test_stack_life import answer_of, drifted, stacked  # noqa: F401
from tools.planners.lifecycle import plan_park, plan_unpark, plan_update
from tools.planners.removal import plan_undo


def executions(app, plan, token: str) -> int:
    """How often the stack was set to work by one request."""
    client = app.place.clients(plan.region).client("cloudformation")
    name = stack_of(app, plan)["StackName"]
    pages = client.get_paginator("describe_stack_events").paginate(StackName=name)
    rows = [row for page in pages for row in page["StackEvents"]]
    return sum(
        row["LogicalResourceId"] == name
        and row["ResourceStatus"] == "UPDATE_IN_PROGRESS"
        and row.get("ClientRequestToken") == token
        for row in rows
    )


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_killed_update_is_carried_out_once_and_its_undo_too(
    app, home, stacked, second_model, before
):
    plan = stacked
    first, scaling = answer_of(app, plan), scaling_of(app, plan)
    wanted = another_model(second_model, instance_type="ml.c6i.xlarge")
    writes = 2 * len(plan_update(plan.endpoint_name, wanted, app.place.bench(plan.region)).steps)
    for at in range(3 - before, writes + 1, 3):
        update = plan_update(plan.endpoint_name, wanted, app.place.bench(plan.region))
        fresh, made, died = continued(home, update, at, before=before)
        assert died
        assert made.status == "deployed", (at, made.failure)
        assert made.verification.ok
        tokens = [s.parameters.get("ClientRequestToken") for s in update.steps]
        assert [executions(fresh, plan, t) for t in tokens if t] == [1, 1], at
        assert answer_of(fresh, plan) != first
        undo = plan_undo(made.deployment_id, fresh.place.removal(plan.region))
        fresh, gone, died = continued(home, undo, 1 + at % (2 * len(undo.steps)), before=before)
        assert died
        assert gone.status == "undone", (at, gone.failure)
        assert answer_of(fresh, plan) == first
        assert scaling_of(fresh, plan) == scaling
        assert drifted(fresh, plan) == []


def test_an_update_killed_while_it_is_taken_back_leaves_the_old_version(
    app, home, stacked, broken_model
):
    plan, config, scaling = stacked, config_in_service(app, stacked), scaling_of(app, stacked)
    standing = leftovers(app, plan.endpoint_name)
    wanted = another_model(broken_model, needs={"framework": "pytorch"})
    reached, at = True, 5
    while reached:
        update = plan_update(plan.endpoint_name, wanted, app.place.bench(plan.region))
        fresh, made, reached = continued(home, update, at, before=True)
        assert made.status == "failed", (at, made)
        assert config_in_service(fresh, plan) == config
        assert scaling_of(fresh, plan) == scaling
        assert unstatused(leftovers(fresh, plan.endpoint_name)) == unstatused(standing), at
        at += 2
    assert at > 9


def unstatused(rows: list[str]) -> list[str]:
    return [row.rpartition(":")[0] if row.startswith("Stacks:") else row for row in rows]


def test_a_killed_park_is_parked_and_a_killed_unpark_is_restored(app, home, stacked):
    plan, first, scaling = stacked, answer_of(app, stacked), scaling_of(app, stacked)
    for at in range(1, 7, 2):
        park = plan_park(plan.endpoint_name, app.place.removal(plan.region))
        fresh, gone, died = continued(home, park, at, before=True)
        assert died
        assert gone.status == "undone", (at, gone.failure)
        kinds = {row.partition(":")[0] for row in leftovers(fresh, plan.endpoint_name)}
        assert kinds == {"Models", "EndpointConfigs", "Roles", "Stacks", "Objects"}
        unpark = plan_unpark(plan.endpoint_name, fresh.place.removal(plan.region))
        fresh, back, died = continued(home, unpark, 1 + at % 4, before=False)
        assert died
        assert back.status == "deployed", (at, back)
        assert answer_of(fresh, plan) == first
        assert scaling_of(fresh, plan) == scaling
