"""Practice as a person meets it, in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.ui.browser import browser_page, served
from tests.ui.test_browser import FAKE, LONG_MS


def _practise(page: Page, address: str, mode: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Practise for the exam").click(timeout=LONG_MS)
    page.get_by_role("radio", name=mode).click(timeout=LONG_MS)
    page.get_by_role("button", name="Begin").click(timeout=LONG_MS)
    expect(page.get_by_text("Question 1 of 9")).to_be_visible(timeout=LONG_MS)


def test_questions_are_asked_marked_and_gone_on_with_after_a_reload() -> None:
    phone = {"width": 390, "height": 800}
    with served(FAKE) as address, browser_page(viewport={"width": 1200, "height": 900}) as page:
        _practise(page, address, "Mixed")
        page.get_by_role("button", name="Skip").click()
        expect(page.get_by_text("Skipped: the answer is")).to_be_visible(timeout=LONG_MS)
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text("Question 2 of 9")).to_be_visible(timeout=LONG_MS)
        page.reload()
        page.get_by_role("button", name="Go on with the session").click(timeout=LONG_MS)
        expect(page.get_by_text("Question 2 of 9")).to_be_visible(timeout=LONG_MS)
        page.get_by_role("tab", name="Progress").click()
        expect(page.get_by_text("1 of 9")).to_be_visible(timeout=LONG_MS)
        expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible(timeout=LONG_MS)
        page.set_viewport_size(phone)
        page.wait_for_function(  # charts are drawn anew for the new width
            "w => document.querySelector('[data-testid=stMainBlockContainer]').scrollWidth <= w",
            arg=phone["width"],
            timeout=LONG_MS,
        )


def test_the_time_of_a_practice_exam_counts_down() -> None:
    with served(FAKE) as address, browser_page(viewport={"width": 1200, "height": 900}) as page:
        _practise(page, address, "Timed mock exam")
        left = page.get_by_text(re.compile(r"1[78]:\d\d left"))
        expect(left).to_be_visible(timeout=LONG_MS)
        seen = left.inner_text()
        expect(page.get_by_text(seen, exact=True)).to_have_count(0, timeout=LONG_MS)
        page.get_by_role("button", name="End").click()
        expect(page.get_by_text("How it went")).to_be_visible(timeout=LONG_MS)
        expect(page.get_by_text("0 of 9", exact=True)).to_be_visible(timeout=LONG_MS)
