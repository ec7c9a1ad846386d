"""One quick sandbox for all starters."""

from tests.integration.components.conftest import gone_afterwards
from tests.integration.lifecycle.conftest import app, home

__all__ = ["app", "gone_afterwards", "home"]
