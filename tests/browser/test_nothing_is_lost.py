"""Two tabs and a terminal at once, a line that drops, a server that is gone: every answer is stored or told of."""

from __future__ import annotations

import subprocess
import sys

from browser.conftest import LOTS, Desk, Opened, serial
from playwright.sync_api import expect


def test_what_another_tab_or_the_terminal_decided_is_a_conflict_and_never_overwritten(
    opened: Opened, desk: Desk
) -> None:
    one, other = opened(), opened()
    one.keyboard.press("a")
    expect(one.get_by_test_id("stored")).to_have_text("1")
    number = desk.ask(f"SELECT id FROM extracted_codes WHERE value = '{serial(1)}'")[0][0]
    terminal = [sys.executable, "-m", "troostwatch", "images", "review", "--reject", str(number)]
    subprocess.run(terminal, cwd=desk.database.parent.parent, check=True, capture_output=True)

    other.keyboard.press("r")  # what the first tab approved
    expect(other.get_by_test_id("conflict").last).to_contain_text(f"{serial(0)} is approved by person")
    other.keyboard.press("a")  # what the terminal rejected
    expect(other.get_by_test_id("conflict").last).to_contain_text(f"{serial(1)} is rejected by person")
    other.keyboard.press("a")
    expect(other.get_by_test_id("stored")).to_have_text("1")

    assert [row[:2] for row in desk.decisions()] == [
        (serial(0), "approved"), (serial(1), "rejected"), (serial(2), "approved"),
    ]  # fmt: skip


def test_decisions_made_while_the_line_is_down_are_kept_told_of_and_sent(opened: Opened, desk: Desk) -> None:
    page = opened()
    page.context.set_offline(True)
    page.keyboard.press("a")
    page.keyboard.press("r")
    expect(page.locator("#line")).to_contain_text("2 kept here")
    assert desk.decisions() == []

    page.context.set_offline(False)
    expect(page.get_by_test_id("stored")).to_have_text("2")
    expect(page.locator("#line")).to_have_text("")
    assert [row[:2] for row in desk.decisions()] == [(serial(0), "approved"), (serial(1), "rejected")]


def test_what_was_not_sent_when_the_page_was_left_is_sent_when_it_is_opened_again(opened: Opened, desk: Desk) -> None:
    page = opened()
    page.route("**/api/decisions", lambda route: route.abort())
    page.keyboard.press("a")
    expect(page.locator("#line")).to_contain_text("1 kept here")
    page.unroute("**/api/decisions")
    page.evaluate("window.onbeforeunload = null")
    again = page.context.new_page()
    again.goto(desk.address + "/review")
    expect(again.get_by_test_id("stored")).to_have_text("1")
    assert [row[:2] for row in desk.decisions()] == [(serial(0), "approved")]


def test_an_answer_that_was_lost_on_its_way_back_is_not_stored_twice(opened: Opened, desk: Desk) -> None:
    page = opened()
    lost: list[object] = []

    def lose_the_first(route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())  # it arrives, and nobody hears of it
            route.abort()

    page.route("**/api/decisions", lose_the_first)
    page.keyboard.press("a")
    expect(page.get_by_test_id("stored")).to_have_text("1")
    expect(page.locator("#conflict")).to_be_hidden()
    assert desk.ask("SELECT count(*) FROM decisions") == [(1,)]
    expect(page.get_by_test_id("left")).to_have_text(str(LOTS - 1))
