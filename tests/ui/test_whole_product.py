"""The real product in a real browser: from a sentence to a prediction, offline."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.ui.browser import ROOT, browser_page, served
from tools.sandbox.control import down

LONG_MS = 120_000


def test_the_sample_model_is_deployed_and_invoked_from_the_page(tmp_path: Path) -> None:
    home = tmp_path / "home"
    try:
        with (
            served(ROOT / "ui" / "app.py", SAGEPILOT_HOME=str(home)) as address,
            browser_page() as page,
        ):
            page.goto(address)
            page.get_by_role("radio", name="Deploy the sample model").click(timeout=LONG_MS)
            box = page.get_by_placeholder("Describe what you need")
            expect(box).to_be_visible(timeout=LONG_MS)
            box.fill("5 requests a second at most, 2 KB each, people wait; go ahead with the rest")
            box.press("Enter")
            approve = page.get_by_role("button", name="Approve")
            expect(approve).to_be_enabled(timeout=LONG_MS)
            expect(page.get_by_text("Sandbox, no costs").last).to_be_in_viewport()
            approve.click()
            expect(page.get_by_role("heading", name=re.compile("answers"))).to_be_visible(
                timeout=LONG_MS
            )
            page.get_by_role("button", name="Invoke").click(timeout=LONG_MS)
            expect(page.get_by_text("200 ·")).to_be_visible(timeout=LONG_MS)
    finally:
        down(home)
