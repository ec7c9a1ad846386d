"""One sandbox for this folder, what stands in it, and apps whose chat models are scripted."""

import json
import sqlite3
from contextlib import closing

import pytest

from assistant.bootstrap import App, bootstrap
from tests.integration.deployment.conftest import home as _home
from tests.integration.deployment.conftest import onnx_model as _onnx_model
from tests.integration.deployment.conftest import settings

home, onnx_model = _home, _onnx_model


class Standing:
    """Everything the sandbox holds, by its own record and by AWS's listings.

    But for JumpStart's buckets: they are AWS's own, there when they are first read.
    """

    def __init__(self, app) -> None:
        self._app = app

    def everything(self) -> dict[str, list[str]]:
        return {**self._record(), **self._listed()}

    def _record(self) -> dict[str, list[str]]:
        """The server's record: calls it was changed by, objects, documents."""
        path = self._app.settings.home / "sandbox" / "journal.sqlite"
        with closing(sqlite3.connect(path, timeout=30)) as db:
            return {
                "requests": [
                    str(r)
                    for r in db.execute("SELECT id, resource FROM requests")
                    if not r[1].startswith("s3:jumpstart-")
                ],
                "objects": [
                    str(r)
                    for r in db.execute("SELECT bucket, key, sha256 FROM objects")
                    if not r[0].startswith("jumpstart-")
                ],
                "documents": [
                    str(r)
                    for r in db.execute(
                        "SELECT kind, region, name FROM documents ORDER BY kind, region, name"
                    )
                ],
            }

    def _listed(self) -> dict[str, list[str]]:
        call = self._app.place.clients("us-east-1").call
        return {
            "endpoints": names(call("sagemaker.list_endpoints", {}), "Endpoints", "EndpointName"),
            "models": names(call("sagemaker.list_models", {}), "Models", "ModelName"),
            "configs": names(
                call("sagemaker.list_endpoint_configs", {}), "EndpointConfigs", "EndpointConfigName"
            ),
            "roles": names(call("iam.list_roles", {}), "Roles", "RoleName"),
            "buckets": [
                name
                for name in names(call("s3.list_buckets", {}), "Buckets", "Name")
                if not name.startswith("jumpstart-")
            ],
        }


def names(answer, key, name) -> list[str]:
    return sorted(row[name] for row in answer[key])


@pytest.fixture(scope="session")
def offline_app(home):
    """The app whose AWS clients all tests use."""
    return bootstrap(settings(home))


@pytest.fixture
def talk(offline_app, request):
    """Make a conversation of its own: `talk(scripted, thread, **settings)` -> (app, thread)."""
    made = iter(range(1000))
    stem = "".join(c if c.isalnum() else "-" for c in request.node.name)[:80]

    def begin(scripted=None, thread=None, **changes):
        chosen = settings(offline_app.settings.home, **changes)
        app = App(chosen, offline_app.place, scripted)
        return app, app.conversation(thread or f"{stem}-{next(made)}")

    return begin


@pytest.fixture
def quiet(offline_app):
    """Nothing in the sandbox changes during the test."""
    standing = Standing(offline_app)
    before = standing.everything()
    yield standing
    assert standing.everything() == before


@pytest.fixture(scope="session")
def first_words(onnx_model) -> str:
    return (
        f"I have an ONNX model in {onnx_model}, p95 under 50 ms, 20 requests per second, "
        "60 at peak, payload 2 KB, production"
    )


def facts_of(onnx_model) -> list[dict]:
    """What a provider's chat model records of `first_words`."""
    return [
        {"field": "model_source", "value": str(onnx_model), "quote": str(onnx_model)},
        {"field": "latency_p95_ms", "value": "50 ms", "quote": "p95 under 50 ms"},
        {"field": "average_requests_per_second", "value": "20 requests per second",
         "quote": "20 requests per second"},
        {"field": "peak_requests_per_second", "value": 60, "quote": "60 at peak"},
        {"field": "request_payload_bytes", "value": "2 KB", "quote": "payload 2 KB"},
        {"field": "environment", "value": "production", "quote": "production"},
    ]  # fmt: skip


def kinds(events) -> list[str]:
    return [e.event for e in events if e.event != "text_delta"]


def one(events, kind):
    """The only event of a kind."""
    found = [e for e in events if e.event == kind]
    assert len(found) == 1, [e.event for e in events]
    return found[0]


def state_line(system_text: str) -> dict:
    """What the application tells the chat model."""
    line = system_text.splitlines()[-1]
    assert line.startswith("STATE: ")
    return json.loads(line.removeprefix("STATE: "))
