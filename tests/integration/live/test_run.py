"""The live script, tried on the sandbox: everything is observed, and nothing is left."""

import os
import tarfile
from decimal import Decimal

import pytest

from assistant.bootstrap import bootstrap
from tests.integration.deployment.conftest import QUICK, settings
from tests.integration.faces.command_line import CommandLine
from tests.live import run
from tests.live.comparison import differences
from tools.errors import DeploymentFailedError
from tools.sandbox import control


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    home = tmp_path_factory.mktemp("live")
    control.ensure_running(home, timing=QUICK, parent_pid=os.getpid())
    yield bootstrap(settings(home))
    control.down(home)


def planned(app, **changes):
    return {name: run.planned(app, {**wish, **changes}) for name, wish in run.WISHES.items()}


def test_the_wishes_are_a_serverless_and_one_small_real_time_endpoint(app):
    plans = planned(app)
    assert [plan.inference_option for plan in plans.values()] == ["serverless", "real-time"]
    assert plans["real-time"].recommendation["initial_instance_count"] == 1
    assert sum(run.most_usd(plan, app) for plan in plans.values()) <= run.MOST_USD


def test_a_plan_without_a_known_price_has_no_bound(app):
    plan = planned(app)["real-time"]
    elsewhere = plan.model_copy(update={"region": "mx-central-1"})
    assert run.most_usd(elsewhere, app) is None
    assert run.most_usd(plan, app) > Decimal("0.01")


@pytest.fixture
def ours_left(app):
    """Return what stands of anything that a plan made."""

    def names() -> list[str]:
        clients = app.place.clients(app.region)
        reads = {
            "sagemaker.list_endpoints": "Endpoints",
            "sagemaker.list_endpoint_configs": "EndpointConfigs",
            "sagemaker.list_models": "Models",
            "iam.list_roles": "Roles",
            "s3.list_buckets": "Buckets",
        }
        return [str(row) for read, key in reads.items() for row in clients.call(read, {})[key]]

    return names


def test_both_are_observed_and_nothing_is_left(app, ours_left):
    told = run.side(app, run.WISHES)
    assert told["removed"] is True
    for name in run.WISHES:
        assert told[name]["verified"] is True
        assert told[name]["statuses"][-1] == "InService"
        assert told[name]["invoke"]["StatusCode"] == 200
    assert {error["Code"] for error in told["errors"].values()} >= {"ValidationException"}
    assert list(differences(told, told)) == []
    assert ours_left() == []


def test_a_failure_in_between_is_raised_after_everything_was_removed(app, tmp_path, ours_left):
    (tmp_path / "inference.py").write_text("def model_fn(model_dir):\n    raise OSError('no')\n")
    (tmp_path / "w.npy").write_bytes(b"x")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "inference.py", "code/inference.py")
        tar.add(tmp_path / "w.npy", "w.npy")
    source = {"kind": "local", "uri": str(tmp_path / "model.tar.gz")}
    bad = {**run.WISHES["real-time"], "model_source": source, "framework": "pytorch"}
    with pytest.raises(DeploymentFailedError):
        run.side(app, {"good": run.WISHES["serverless"], "bad": bad})
    assert ours_left() == []


def test_without_credentials_it_is_not_run_and_that_is_no_failure(tmp_path):
    import subprocess
    import sys

    from tests.integration.faces.command_line import ROOT

    nothing = str(tmp_path / "none")
    environment = CommandLine(
        tmp_path, AWS_CONFIG_FILE=nothing, AWS_SHARED_CREDENTIALS_FILE=nothing
    ).environment()
    done = subprocess.run(
        [sys.executable, "-m", "tests.live.run"], cwd=ROOT, env=environment, timeout=120,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.startswith("not run: There are no usable AWS credentials")
    assert done.stderr == ""
