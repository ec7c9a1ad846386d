"""The product as a person meets it: the sandbox, the offline chat model, models on disk."""

import pytest

from tests.conversations.performing import Paths
from tests.integration.conversations.conftest import (  # noqa: F401 - fixtures
    pytorch_archive,
    sklearn_model,
    xgboost_model,
)
from tests.integration.deployment.conftest import app, home, onnx_model  # noqa: F401 - fixtures


@pytest.fixture
def paths(request) -> Paths:
    """Where the models that the cases speak of lie; each is made when a case needs it."""
    fixtures = {
        "sklearn": "sklearn_model",
        "xgboost": "xgboost_model",
        "onnx": "onnx_model",
        "pytorch": "pytorch_archive",
    }

    def path(name: str) -> str:
        if name == "missing":
            return "/data/models/not-there.tar.gz"
        made = request.getfixturevalue(fixtures[name])
        return str(getattr(made, "path", made))

    return path
