"""The command line with a quick sandbox; what stands and is kept, before and after."""

import sqlite3
from contextlib import closing

import pytest

from tests.integration.faces.conftest import NEEDS, deployed, home, planned, sagepilot

__all__ = ["deployed", "home", "planned", "sagepilot"]


@pytest.fixture
def wish():
    """A wish that would be planned; `wish(**changes)` spoils it."""

    def made(**changes):
        return {key: value for key, value in {**NEEDS, **changes}.items() if value is not None}

    return made


@pytest.fixture
def nothing_changes(sagepilot, planned):
    """Fails when a test made or lost an endpoint, a plan or a deployment."""

    def seen():
        with closing(sqlite3.connect(sagepilot.home / "journal.sqlite")) as journal:
            kept = journal.execute("SELECT deployment_id, status FROM deployments").fetchall()
            plans = journal.execute("SELECT digest FROM plans").fetchall()
        stands = sagepilot("endpoints", "--json").json()["endpoints"]
        return sorted(kept), sorted(plans), sorted(row["endpoint_name"] for row in stands)

    before = seen()
    yield
    assert seen() == before
