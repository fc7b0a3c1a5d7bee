"""Every page can be used without JavaScript and by a screen reader, and shows what a stranger wrote as it is."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import LOTS, Desk, Opened, serial
from playwright.sync_api import expect

PAGES = ["/", "/review", "/lots", "/lots?contradicting=yes", "/lots/A1-1-1", "/search", "/search?q=laptop", "/nothing"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(looked_at: Opened, path: str, scheme: str) -> None:
    page = looked_at(path, color_scheme=scheme)
    serious = [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [390, 2560])
def test_no_page_is_wider_than_its_window(looked_at: Opened, path: str, width: int) -> None:
    page = looked_at(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_lists_lots_and_search_work_and_review_is_decided_by_forms(
    opened: Opened, desk: Desk
) -> None:
    page = opened(java_script_enabled=False)
    expect(page.get_by_test_id("value")).to_have_text(serial(0))
    page.get_by_role("button", name="approve").click()
    expect(page.locator("main")).to_contain_text(f"approved serial_number {serial(0)}")
    expect(page.get_by_test_id("value")).to_have_text(serial(1))
    page.locator("#correct-value").fill("PF20ABCD")
    page.get_by_role("button", name="store").click()
    expect(page.get_by_test_id("left")).to_have_text(str(LOTS - 2))
    assert desk.decisions() == [(serial(0), "approved", None), (serial(1), "corrected", "PF20ABCD")]

    page.get_by_role("link", name="Lots", exact=True).click()
    expect(page.get_by_test_id("lot-row")).to_have_count(LOTS)
    page.get_by_label("Words").fill("Laptop 3")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_test_id("lot-row")).to_have_count(1)
    page.get_by_role("link", name="A1-1-4").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Laptop 3 <b>bold</b>")
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Part of a code").fill(serial(5)[2:])
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_test_id("lot-row")).to_have_count(1)


def test_what_a_seller_wrote_is_shown_as_it_is_written(looked_at: Opened) -> None:
    for path in ("/review", "/lots", "/lots/A1-1-1", "/search?q=laptop"):
        page = looked_at(path)
        expect(page.locator("main")).to_contain_text("Laptop 0 <b>bold</b>")
        assert page.locator("main b").count() == 0
