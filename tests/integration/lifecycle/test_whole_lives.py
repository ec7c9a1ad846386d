"""What the SDK and JumpStart made lives and goes like what plain calls made."""

import signal

import pytest

from assistant.bootstrap import bootstrap
from tests.integration.deployment.conftest import deployed
from tests.integration.deployment.test_kills import killed, writes_of
from tests.integration.lifecycle.conftest import (
    another_model,
    config_in_service,
    deleted,
    scaling_of,
    settings,
)
from tests.integration.lifecycle.leftovers import assert_nothing_left, leftovers
from tests.integration.sdk_recording.test_catalogue_plans import wanted
from tests.integration.sdk_recording.test_model_builder_plans import (
    ASYNCHRONOUS,
    SERVERLESS,
)
from tests.integration.sdk_recording.test_model_builder_plans import REAL_TIME as IN_PRODUCTION
from tools.deployment import outcome
from tools.endpoint import DeploymentMethod
from tools.planners.lifecycle import WantedVersion, plan_park, plan_unpark, plan_update
from tools.planners.removal import plan_deletion, plan_undo
from tools.recording.process import sdk_process
from tools.requirements import Requirements, merge

#: It scales; without alarms nothing waits for them.
REAL_TIME = {**IN_PRODUCTION, "environment": "development"}


@pytest.fixture(scope="module")
def sdk(home):
    """The process that plans use, too: the SDK is imported once."""
    process = sdk_process(bootstrap(settings(home)).place.clients("us-east-1").target)
    yield process
    process.close()


def by_sdk(app, onnx_model, said):
    own = {"model_source": {"kind": "local", "uri": str(onnx_model)}}
    return app.place.plan(merge(Requirements(), {**own, **said}), DeploymentMethod.SDK)


def by_jumpstart(app, _onnx_model, said):
    return app.place.plan(wanted("onnx-classification-iris", said))


@pytest.mark.parametrize(
    ("made_by", "said", "change"),
    [
        (by_sdk, REAL_TIME, None),
        (by_sdk, SERVERLESS, WantedVersion(max_concurrency=7)),
        (by_jumpstart, REAL_TIME, WantedVersion(instance_type="ml.c6i.xlarge")),
        (by_jumpstart, ASYNCHRONOUS, None),
    ],
    ids=["sdk-real-time", "sdk-serverless", "jumpstart-real-time", "jumpstart-asynchronous"],
)
def test_from_deployment_to_deletion(app, sdk, onnx_model, second_model, made_by, said, change):
    plan = made_by(app, onnx_model, said)
    deployed(app, plan)

    def removal():
        return app.place.removal(plan.region)

    config, scaling = config_in_service(app, plan), scaling_of(app, plan)
    assert config == plan.endpoint_name  # the SDK gives both one name
    version = change or another_model(second_model)
    made, _ = deployed(app, plan_update(plan.endpoint_name, version, app.place.bench(plan.region)))
    assert made.verification.ok
    assert config_in_service(app, plan) != config
    deployed(app, plan_undo(made.deployment_id, removal()))
    assert config_in_service(app, plan) == config
    assert scaling_of(app, plan) == scaling
    deployed(app, plan_park(plan.endpoint_name, removal()))
    back, _ = deployed(app, plan_unpark(plan.endpoint_name, removal()))
    assert back.verification.ok
    assert scaling_of(app, plan) == scaling
    deleted(app, plan_deletion(plan.endpoint_name, removal()))
    assert_nothing_left(app, plan.endpoint_name)


def test_a_killed_jumpstart_plan_is_carried_out_once_and_goes_whole(app, home, sdk):
    total = writes_of(app.place.plan(wanted("onnx-classification-iris", REAL_TIME)))
    for at in range(2, total + 1, 6):
        plan = app.place.plan(wanted("onnx-classification-iris", REAL_TIME))
        app.place.keep(plan)
        assert killed(home, plan, at, before=at % 4 == 2) == -signal.SIGKILL
        fresh = bootstrap(settings(home))
        fresh.recover()
        made = outcome(fresh.place.journal, f"dep-{plan.digest[:12]}")
        assert made.status == "deployed", (at, made.failure)
        assert made.verification.ok
        names = [
            row for row in leftovers(fresh, plan.endpoint_name) if row.startswith("Endpoints:")
        ]
        assert len(names) == 1
        deployed(fresh, plan_undo(made.deployment_id, fresh.place.removal(plan.region)))
        assert_nothing_left(fresh, plan.endpoint_name)
