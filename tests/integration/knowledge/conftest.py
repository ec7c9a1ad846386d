"""One index for all tests that only read it."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the shipped notes are indexed on first use."""
    return tmp_path_factory.mktemp("home")
