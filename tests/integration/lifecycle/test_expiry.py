"""An endpoint goes at its moment although nobody of ours is there any more."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.deployment.conftest import wait_until
from tests.integration.lifecycle.conftest import Standing, deleted, deployed
from tools.errors import InvalidInputError, RequestRefusedError
from tools.expiry import EXPIRES_TAG, expiry_moment
from tools.planners.lifecycle import plan_expiry
from tools.planners.removal import plan_deletion, plan_undo

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def expiry_of(app, plan, at):
    removal = app.place.removal(plan.region)
    return plan_expiry(plan.endpoint_name, at, datetime.now(UTC), removal, app.place.catalog)


def expires_at(app, plan):
    rows = app.endpoints()
    return next(r["expires_at"] for r in rows if r["endpoint_name"] == plan.endpoint_name)


def test_a_schedule_of_aws_deletes_the_endpoint(app, served):
    plan, _ = served
    clients = app.place.clients(plan.region)
    at = datetime.now(UTC) + timedelta(seconds=4)
    made, _ = deployed(app, expiry_of(app, plan, at))
    assert made.status == "deployed"
    assert expires_at(app, plan) == at.isoformat()
    where = {"EndpointName": plan.endpoint_name}
    wait_until(lambda: not clients.exists("sagemaker.describe_endpoint", where))
    assert clients.call("scheduler.list_schedules", {})["Schedules"] == []
    deleted(app, plan_deletion(plan.endpoint_name, app.place.removal(plan.region)))
    assert Standing(app, plan).everything() == []


def test_a_planned_end_can_be_moved_and_taken_back(app, served):
    plan, _ = served
    clients = app.place.clients(plan.region)
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
    second = first + timedelta(hours=1)
    deployed(app, expiry_of(app, plan, first))
    made, _ = deployed(app, expiry_of(app, plan, second))
    assert len(clients.call("scheduler.list_schedules", {})["Schedules"]) == 1
    assert expires_at(app, plan) == second.isoformat()
    removal = app.place.removal(plan.region)
    deployed(app, plan_undo(made.deployment_id, removal))
    assert expires_at(app, plan) == first.isoformat()
    deployed(app, plan_undo(None, app.place.removal(plan.region)))
    assert clients.call("scheduler.list_schedules", {})["Schedules"] == []
    assert expires_at(app, plan) is None


def test_a_role_that_the_scheduler_cannot_assume_is_refused(app, served):
    plan, _ = served
    clients = app.place.clients(plan.region)
    name = next(
        r["RoleName"]
        for r in clients.call("iam.list_roles", {})["Roles"]
        if plan.endpoint_name in r["RoleName"]
    )
    role = clients.call("iam.get_role", {"RoleName": name})["Role"]["Arn"]
    wish = expiry_of(app, plan, datetime.now(UTC) + timedelta(hours=1))
    step = next(s for s in wish.steps if s.operation == "scheduler.create_schedule")
    target = {**step.parameters["Target"], "RoleArn": role}
    with pytest.raises(RequestRefusedError, match="assume"):
        clients.call("scheduler.create_schedule", {**step.parameters, "Target": target})


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("20:00", None, "2026-11-24T20:00:00+00:00"),
        ("20:00", "Asia/Ho_Chi_Minh", "2026-11-25T13:00:00+00:00"),
        ("14:00", None, "2026-11-25T14:00:00+00:00"),
        ("2026-12-01T20:00+07:00", None, "2026-12-01T13:00:00+00:00"),
        ("2026-12-01T20:00", "Asia/Ho_Chi_Minh", "2026-12-01T13:00:00+00:00"),
    ],
)
def test_moments_are_read_as_people_write_them(text, zone, moment):
    assert expiry_moment(text, NOW, zone).isoformat() == moment


@pytest.mark.parametrize("text", ["tomorrow", "25:00", "2020-01-01T00:00", "2030-01-01T00:00", ""])
def test_what_is_no_moment_ahead_is_refused(text):
    with pytest.raises(InvalidInputError):
        expiry_moment(text, NOW)


def test_the_tag_is_the_one_that_is_documented():
    assert EXPIRES_TAG == "sagepilot:expires-at"
