"""One quick sandbox, an app on it, and the sample model's own predictions."""

import json

import pytest

from tests.integration.deployment.conftest import (  # noqa: F401 - fixtures
    app,
    approval_of,
    deployed,
    home,
)
from tools.requirements import Requirements, merge


@pytest.fixture(scope="session")
def sample(home):
    """The sample model's files."""
    from assistant.bootstrap import bootstrap
    from tests.integration.deployment.conftest import settings

    return bootstrap(settings(home)).place.sample()


@pytest.fixture
def expected(sample) -> list[int]:
    """What the sample model says of each of its rows, asked without a server."""
    return json.loads(sample.expected_json.read_text())["predictions"]


@pytest.fixture
def wanted(sample):
    """Needs of a batch over the sample's rows on this machine."""
    return merge(
        Requirements(),
        {
            "model_source": {"kind": "local", "uri": "sample"},
            "traffic_pattern": "batch",
            "interactive": False,
            "input_uri": str(sample.rows_csv),
        },
    )
