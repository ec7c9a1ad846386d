"""Figures of one run, and ratios within it, as one small table at the end.

Files are named bench_*.py, which the ordinary test run does not collect; `make bench` does.
"""

import os
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from assistant.bootstrap import App, bootstrap
from assistant.settings import Settings
from tests.integration.deployment.conftest import onnx_model
from tools.approval import Approval
from tools.deployment import Deployment, apply
from tools.plan import DeploymentPlan
from tools.requirements import Requirements, merge
from tools.sandbox import control

__all__ = ["onnx_model"]


class Figures:
    """Rows of the table: a name, then numbers with their units."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    def tell(self, name: str, text: str) -> None:
        self.rows.append((name, text))

    def milliseconds(self, name: str, seconds: list[float]) -> float:
        """Add median and 95th percentile of durations; return the median in ms."""
        cut = quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds * 99
        self.tell(name, f"p50 {cut[49] * 1e3:.1f} ms, p95 {cut[94] * 1e3:.1f} ms, n {len(seconds)}")
        return cut[49] * 1e3


FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.stash[FIGURES].rows:
        terminalreporter.section("figures")
    for name, text in config.stash[FIGURES].rows:
        terminalreporter.write_line(f"{name:<44} {text}")


@pytest.fixture(scope="session")
def figures(request) -> Figures:
    return request.config.stash[FIGURES]


@pytest.fixture
def timed(benchmark, figures) -> Callable[..., float]:
    """Measure a function under a name; returns the median in ms."""

    def measure(name: str, function: Callable[[], Any], rounds: int = 50) -> float:
        benchmark.pedantic(function, rounds=rounds, warmup_rounds=1)
        return figures.milliseconds(name, benchmark.stats.stats.sorted_data)

    return measure


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A state folder with a sandbox at its usual speed."""
    folder = tmp_path_factory.mktemp("home")
    control.ensure_running(folder, parent_pid=os.getpid())
    yield folder
    control.down(folder)


@pytest.fixture(scope="session")
def app(home) -> App:
    return bootstrap(
        Settings(home=home, target="sandbox", region="us-east-1", chat_model="offline")
    )


NEEDS = {
    "latency_p95_ms": 50, "average_requests_per_second": 1, "peak_requests_per_second": 2,
    "request_payload_bytes": 2000,
}  # fmt: skip


def wish(uri: str) -> Requirements:
    return merge(Requirements(), {**NEEDS, "model_source": {"kind": "local", "uri": uri}})


def carried_out(app: App, plan: DeploymentPlan) -> Deployment:
    clients = app.place.clients(plan.region)
    approval = Approval(
        digest=plan.digest, user="bench", caller_arn=clients.caller_arn, approved_at=app.place.now()
    )
    app.place.keep(plan)
    *_, made = apply(plan, approval, clients, app.place.workshop())
    return made


@pytest.fixture(scope="session")
def sklearn_plan(app) -> DeploymentPlan:
    plan = app.place.plan(wish("sample"))
    assert carried_out(app, plan).verification.ok
    return plan


@pytest.fixture(scope="session")
def onnx_plan(app, onnx_model) -> DeploymentPlan:
    plan = app.place.plan(wish(str(onnx_model)))
    assert carried_out(app, plan).verification.ok
    return plan
