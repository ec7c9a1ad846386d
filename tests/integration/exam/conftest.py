"""A home of its own for each test, and one with a running sandbox for plans."""

import pytest

from tests.integration.faces.command_line import CommandLine
from tests.integration.faces.conftest import home  # noqa: F401 - a fixture


@pytest.fixture
def exam(tmp_path) -> CommandLine:
    """`sagepilot` with a home that has no sandbox yet."""
    return CommandLine(tmp_path / "home")
