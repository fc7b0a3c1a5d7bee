"""A whole session of review with the keyboard alone, at every width."""

from __future__ import annotations

import pytest
from browser.conftest import LOTS, Desk, Opened, serial
from playwright.sync_api import Page, expect


def value(page: Page) -> str:
    return page.get_by_test_id("value").inner_text()


def expect_numbers(page: Page, *, left: int, stored: int) -> None:
    expect(page.get_by_test_id("stored")).to_have_text(str(stored))
    expect(page.get_by_test_id("left")).to_have_text(str(left))


@pytest.mark.parametrize("width", [390, 1440, 2560])
def test_every_decision_has_a_key_and_the_next_item_is_simply_there(opened: Opened, desk: Desk, width: int) -> None:
    page = opened(width=width)
    assert value(page) == serial(0)
    expect(page.get_by_test_id("type")).to_have_text("serial number")
    expect(page.get_by_test_id("probability")).to_have_text("0.50")
    expect(page.get_by_test_id("evidence")).to_contain_text("printed after 'Serial No.'")
    expect(page.get_by_test_id("rival-1")).to_contain_text("CD12345G")

    page.keyboard.press("a")
    assert value(page) == serial(1)
    page.keyboard.press("r")
    page.keyboard.press("1")  # takes what the closer look read
    assert value(page) == serial(3)
    page.keyboard.press("c")
    page.locator("#correct-value").fill("PF20ABCD")
    page.keyboard.press("Enter")
    page.keyboard.press("n")
    page.keyboard.press("s")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert value(page) == serial(6)
    page.keyboard.press("a")
    page.keyboard.press("u")
    assert value(page) == serial(6)

    expect_numbers(page, left=LOTS - 5, stored=5)
    assert desk.decisions() == [
        (serial(0), "approved", None),
        (serial(1), "rejected", None),
        (serial(2), "corrected", "CD12345J"),
        (serial(3), "corrected", "PF20ABCD"),
    ]
    assert desk.ask("SELECT count(*) FROM contents WHERE reviewed_at IS NOT NULL") == [(1,)]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_typed_is_checked_while_it_is_typed_and_esc_leaves_everything_as_it_was(
    opened: Opened, desk: Desk
) -> None:
    page = opened()
    page.keyboard.press("c")
    page.locator("#correct-type").select_option("ean")
    page.locator("#correct-value").fill("4006381333932")
    expect(page.locator("#check")).to_contain_text("its digits do not check")
    page.locator("#correct-value").fill("4006381333931")
    expect(page.locator("#check")).to_have_text("kept as 4006381333931")
    page.keyboard.press("Escape")

    expect(page.locator("#correction")).to_be_hidden()
    assert value(page) == serial(0)
    assert desk.decisions() == []


def test_a_box_is_drawn_and_its_code_typed_where_nobody_reported_one(opened: Opened, desk: Desk) -> None:
    page = opened()
    frame = page.get_by_test_id("photo").bounding_box()
    assert frame
    page.keyboard.press("b")
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 40, steps=4)
    page.mouse.up()
    page.locator("#correct-type").select_option("model_number")
    page.locator("#correct-value").fill("X1-FOLD")
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("stored")).to_have_text("1")
    assert desk.decisions() == [("X1-FOLD", "approved", None)]
    ((box,),) = desk.ask("SELECT bbox_json FROM decisions")
    x0, y0, x1, y1 = map(int, str(box).strip("[]").split(","))
    assert x0 == pytest.approx(800, abs=2)  # the middle of the photograph
    assert y0 == pytest.approx(600, abs=2)
    assert (x1 - x0) / (y1 - y0) == pytest.approx(2, rel=0.1)
    assert value(page) == serial(0)  # still asked


def test_one_decision_about_all_codes_of_a_lot_is_undone_as_one(opened: Opened, desk: Desk) -> None:
    page = opened()
    page.keyboard.press("l")
    expect(page.locator("#together")).to_contain_text(serial(0))
    page.locator("[data-together=approved]").click()
    expect_numbers(page, left=LOTS - 1, stored=1)
    assert [row[:2] for row in desk.decisions()] == [(serial(0), "approved")]

    page.keyboard.press("u")
    expect_numbers(page, left=LOTS, stored=0)
    assert desk.decisions() == []
    assert value(page) == serial(0)


def test_the_photograph_is_looked_at_closely_by_keys_and_wheel(opened: Opened) -> None:
    page = opened()
    paper = page.locator("#paper")
    at_first = paper.evaluate("e => e.getBoundingClientRect().width")
    page.keyboard.press("+")
    assert paper.evaluate("e => e.getBoundingClientRect().width") > at_first
    page.keyboard.press("h")
    assert paper.evaluate("e => e.getBoundingClientRect().width") == pytest.approx(1600)
    page.keyboard.press("t")
    assert paper.evaluate("e => e.getBoundingClientRect().height > e.getBoundingClientRect().width")
    page.keyboard.press("f")
    page.get_by_test_id("photo").hover()
    fitted = paper.evaluate("e => e.getBoundingClientRect().width")
    page.mouse.wheel(0, -100)
    page.wait_for_function(f"document.getElementById('paper').getBoundingClientRect().width > {fitted} + 1")


def test_at_the_end_of_the_queue_nothing_waits_and_undo_still_works(opened: Opened, desk: Desk) -> None:
    page = opened()
    for _ in range(LOTS):
        page.keyboard.press("a")
    expect(page.locator("#nothing")).to_be_visible()
    expect_numbers(page, left=0, stored=LOTS)
    page.keyboard.press("u")
    assert value(page) == serial(LOTS - 1)
    expect_numbers(page, left=1, stored=LOTS - 1)
    assert len(desk.decisions()) == LOTS - 1
