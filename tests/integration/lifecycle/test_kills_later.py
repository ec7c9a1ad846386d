"""Killed with -9 during an update, its undo, a park or an unpark, the next process ends it."""

import signal

import pytest

from assistant.bootstrap import bootstrap
from tests.integration.deployment.test_kills import killed
from tests.integration.lifecycle.conftest import (
    Standing,
    another_model,
    config_in_service,
    scaling_of,
    settings,
)
from tools.deployment import outcome
from tools.planners.lifecycle import plan_park, plan_unpark, plan_update
from tools.planners.removal import plan_undo


def continued(home, plan, at, *, before):
    """Apply in a process that dies at write `at`, recover in another; return what became of it."""
    bootstrap(settings(home)).place.keep(plan)
    died = killed(home, plan, at, before=before) == -signal.SIGKILL
    fresh = bootstrap(settings(home))
    fresh.recover()
    return fresh, outcome(fresh.place.journal, f"dep-{plan.digest[:12]}"), died


def removal_of(app, plan):
    return app.place.removal(plan.region)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_killed_update_ends_with_one_version_and_its_undo_with_the_other(
    app, home, served, second_model, before
):
    plan, _ = served
    standing = Standing(app, plan).everything()
    config, scaling = config_in_service(app, plan), scaling_of(app, plan)
    wanted = another_model(second_model, instance_type="ml.c6i.xlarge")
    writes = 2 * len(plan_of(app, plan, wanted).steps) + 1
    for at in range(2 - before, writes + 1, 4):
        update = plan_of(app, plan, wanted)
        fresh, made, died = continued(home, update, at, before=before)
        assert died
        assert made.status == "deployed", (at, made)
        assert made.verification.ok
        assert config_in_service(fresh, plan).endswith(update.nonce[:8])
        assert scaling_of(fresh, plan)["policies"] == scaling["policies"]
        undo = plan_undo(made.deployment_id, removal_of(fresh, plan))
        fresh, gone, _ = continued(home, undo, 1 + at % (2 * len(undo.steps)), before=before)
        assert gone.status == "undone", (at, gone)
        assert config_in_service(fresh, plan) == config
        assert scaling_of(fresh, plan) == scaling
        assert Standing(fresh, plan).everything() == standing, at


def plan_of(app, plan, wanted):
    return plan_update(plan.endpoint_name, wanted, app.place.bench(plan.region))


def test_an_update_killed_while_it_is_taken_back_leaves_the_old_version(
    app, home, served, broken_model
):
    plan, _ = served
    standing, config = Standing(app, plan).everything(), config_in_service(app, plan)
    scaling = scaling_of(app, plan)
    wanted = another_model(
        broken_model, needs={"framework": "pytorch"}, instance_type="ml.c6i.xlarge"
    )
    shift = next(
        number
        for number, step in enumerate(plan_of(app, plan, wanted).steps)
        if step.operation == "sagemaker.update_endpoint"
    )
    taking_back = 2 * shift + 2
    for at in range(taking_back, taking_back + 10, 3):
        fresh, made, died = continued(home, plan_of(app, plan, wanted), at, before=True)
        assert died
        assert made.status == "failed", (at, made)
        assert config_in_service(fresh, plan) == config
        assert scaling_of(fresh, plan) == scaling
        assert Standing(fresh, plan).everything() == standing, at


def test_a_killed_park_is_parked_and_a_killed_unpark_is_restored(app, home, served):
    plan, _ = served
    before, config = scaling_of(app, plan), config_in_service(app, plan)
    steps = len(plan_park(plan.endpoint_name, removal_of(app, plan)).steps)
    for at in range(1, 2 * steps + 1, 2):
        park = plan_park(plan.endpoint_name, removal_of(app, plan))
        fresh, gone, died = continued(home, park, at, before=True)
        assert died
        assert gone.status == "undone", (at, gone)
        unpark = plan_unpark(plan.endpoint_name, removal_of(fresh, plan))
        fresh, back, died = continued(home, unpark, at, before=False)
        assert died
        assert back.status == "deployed", (at, back)
        assert scaling_of(fresh, plan) == before, at
        assert config_in_service(fresh, plan) == config
