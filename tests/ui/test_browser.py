"""What a person sees in a real browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.ui.browser import browser_page, served

FAKE = Path(__file__).with_name("fake_app.py")
SENTENCE = "Deploy my scikit-learn model, 2 KB a request"
LONG_MS = 60_000


def _say(page: Page, text: str) -> None:
    box = page.get_by_placeholder("Describe what you need")
    expect(box).to_be_enabled(timeout=LONG_MS)
    box.fill(text)
    box.press("Enter")


def test_from_a_sentence_over_reloads_to_an_answer(tmp_path: Path) -> None:
    gate = tmp_path / "go-on"
    with served(FAKE, str(gate)) as address, browser_page() as page:
        page.goto(address)
        _say(page, SENTENCE)
        expect(page.get_by_text("Plan for wine-quality")).to_be_visible(timeout=LONG_MS)
        approve = page.get_by_role("button", name="Approve")
        expect(approve).to_be_enabled(timeout=LONG_MS)
        page.reload()
        expect(page.get_by_text(SENTENCE).first).to_be_visible(timeout=LONG_MS)
        approve.dblclick()
        expect(page.get_by_text("Step 2 of 4")).to_be_visible(timeout=LONG_MS)
        page.reload()
        expect(page.get_by_text("Step 2 of 4")).to_be_visible(timeout=LONG_MS)
        gate.touch()
        expect(page.get_by_text("wine-quality answers")).to_be_visible(timeout=LONG_MS)
        page.get_by_role("button", name="Invoke").click()
        expect(page.get_by_text('"predictions"')).to_be_visible(timeout=LONG_MS)
        page.get_by_role("button", name="Try", exact=True).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Invoke").click()
        expect(dialog.get_by_text('"predictions"')).to_be_visible(timeout=LONG_MS)


def test_the_target_stays_in_view_and_nothing_is_wider_than_a_phone() -> None:
    phone = {"width": 390, "height": 800}
    with served(FAKE) as address, browser_page(viewport=phone) as page:
        page.goto(address)
        _say(page, SENTENCE)
        expect(page.get_by_role("button", name="Approve")).to_be_enabled(timeout=LONG_MS)
        page.get_by_role("button", name="Approve").scroll_into_view_if_needed()
        expect(page.get_by_text("Sandbox, no costs").last).to_be_in_viewport()
        expect(page.get_by_text("account 123456789012").first).to_be_in_viewport()
        page.get_by_test_id("stExpandSidebarButton").click()
        aside = page.get_by_test_id("stSidebar").get_by_text("Sandbox, no costs")
        expect(aside).to_be_in_viewport()
        main = page.get_by_test_id("stMainBlockContainer")
        assert main.evaluate("e => e.scrollWidth") <= phone["width"]
