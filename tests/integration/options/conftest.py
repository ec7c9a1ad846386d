"""A quick sandbox for planning and deploying with options asked for by name."""

import os
from pathlib import Path

import pytest

from assistant.bootstrap import App, bootstrap
from tests.integration.deployment.conftest import QUICK, settings
from tools.endpoint import DeploymentMethod
from tools.requirements import Requirements, merge
from tools.sandbox import control

SNS = "arn:aws:sns:us-east-1:123456789012:told"
VPC = {
    "subnets": ["subnet-0123abcd", "subnet-4567abcd"],
    "security_group_ids": ["sg-89abcdef"],
}
SAMPLE = {"kind": "local", "uri": "sample"}


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("options")
    control.ensure_running(folder, timing={**QUICK, "ping_window_s": 30.0}, parent_pid=os.getpid())
    yield folder
    control.down(folder)


@pytest.fixture
def app(home) -> App:
    return bootstrap(settings(home))


@pytest.fixture
def planned(app):
    """Plan the sample model with options; every plan has passed botocore's model and the checks."""

    def plan(method=None, **asked):
        wanted = DeploymentMethod(method) if method else None
        return app.place.plan(merge(Requirements(), {"model_source": SAMPLE, **asked}), wanted)

    return plan
