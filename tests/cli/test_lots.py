"""Lots in a list, and what a lot is, as whole text."""

from __future__ import annotations

import json

import pytest
from cli.conftest import Run
from fakes.world import World, sha

SHARED, OWN = sha("shared")[:16], sha("own")[:16]
ELSEWHERE = "shared photograph: may be another unit"
DOUBT = "1 doubtful code, least sure: serial_number CD123456 (0.50)"


def lines(text: str) -> list[str]:
    """Return the lines without the blanks that a table pads them with."""
    return [line.rstrip() for line in text.splitlines()]


def test_lots_are_listed_with_those_about_to_close_first(world: World, run: Run) -> None:
    assert lines(run("lots list").out) == [
        "2 lots",
        "lot     title   closes            bid  photos  codes  approved  to review",
        "A1-1-2  Phone   2025-11-29 14:00  -         1      2         2          0",
        "A1-1-1  Laptop  2025-11-30 18:00  -         2      3         2          1",
    ]


def test_lots_can_be_chosen(world: World, run: Run) -> None:
    def listed(line: str) -> list[str]:
        return [json.loads(row)["display_id"] for row in run(f"lots list --json {line}").out.splitlines()]

    assert listed("") == ["A1-1-2", "A1-1-1"]
    assert listed("--limit 1") == ["A1-1-2"]
    assert listed("--closing-within 24h") == ["A1-1-2"]
    assert listed("--closing-within 2d") == ["A1-1-2", "A1-1-1"]


def test_a_lot_is_shown_with_its_codes_and_who_says_so(world: World, run: Run) -> None:
    world.connection.execute(
        """UPDATE lots SET category = 'Computers', current_bid_cents = 12550, currency = 'EUR', city = 'Deurne',
               site = 'https://site.example', slug = 'laptop-A1-1-1',
               attributes_json = '[{"name": "Merk", "unit": null, "value": "Lenovo"}]' WHERE display_id = 'A1-1-1'"""
    )

    assert lines(run("lots show A1-1-1").out) == [
        "A1-1-1  Laptop",
        "  category   Computers",
        "  closes     2025-11-30 18:00",
        "  bid        125.50 EUR",
        "  city       Deurne",
        "  page       https://site.example/l/laptop-A1-1-1",
        "  Merk       Lenovo",
        "",
        "Codes",
        "type           value          sure  status    photos  because",
        "ean            4006381333931  0.99  approved  0       printed after 'Serial No.'",
        f"serial_number  AB123456       0.97  approved  0       {ELSEWHERE}; printed after 'Serial No.'",
        "serial_number  CD123456       0.50  pending   1       printed after 'Serial No.'",
        "",
        "Photographs",
        "position  photo  download    analysis      file                                       note",
        f"       0  1      downloaded  analyzed      data/images/A1-1-1/0-{SHARED}.jpg  -",
        f"       1  2      downloaded  needs_review  data/images/A1-1-1/1-{OWN}.jpg  {DOUBT}",
        "",
        "Elsewhere",
        "  photograph 0 is the same as A1-1-2 photograph 5: the same file at 2 addresses",
        "  ean 4006381333931 is also in A1-1-2; on the same photograph",
        "  serial_number AB123456 is also in A1-1-2; on the same photograph",
    ]


def test_a_lot_without_photographs_says_so(world: World, run: Run) -> None:
    world.lot("A1-1-9", title="Chair")

    said = run("lots show A1-1-9")

    assert said.code == 0
    assert lines(said.out)[:4] == ["A1-1-9  Chair", "  closes     unknown", "", "no codes were read on its photographs"]


def test_a_lot_is_there_for_programs_too(world: World, run: Run) -> None:
    shown = json.loads(run("lots show A1-1-1 --json").out)

    assert shown["summary"]["title"] == "Laptop"
    assert [(code["type"], code["value"], code["about_another_unit"]) for code in shown["codes"]] == [
        ("ean", "4006381333931", False),
        ("serial_number", "AB123456", True),
        ("serial_number", "CD123456", False),
    ]
    assert [photograph["position"] for photograph in shown["photographs"]] == [0, 1]


@pytest.mark.parametrize("title", ["[bold]red[/bold]", "\x1b[31mred\x1b[0m", "two\nlines"])
def test_words_of_a_seller_are_shown_and_not_obeyed(world: World, run: Run, title: str) -> None:
    world.connection.execute("UPDATE lots SET title = ?", (title,))

    listed = run("lots list").out

    assert "\x1b" not in listed
    assert len(listed.splitlines()) == 4
    assert "\x1b" not in run("lots show A1-1-1").out


def test_a_lot_is_found_however_its_id_is_typed(world: World, run: Run) -> None:
    assert run("lots show a1-1-1").out == run("lots show A1-1-1").out
    assert run("images export-codes --lot a1-1-2").out == run("images export-codes --lot A1-1-2").out != ""


def test_a_photograph_that_left_the_page_is_shown_as_such(world: World, run: Run) -> None:
    world.connection.execute("UPDATE lot_images SET vanished_at = '2025-11-29T11:00:00Z' WHERE position = 1")

    first, second = json.loads(run("lots show A1-1-1 --json").out)["photographs"]

    assert (first["vanished_at"], second["vanished_at"][:16]) == (None, "2025-11-29T11:00")
    assert "no longer on the page; 1 doubtful" in run("lots show A1-1-1").out


def test_one_is_not_many(world: World, run: Run) -> None:
    assert run("lots list --limit 1").out.split("\n")[0].strip() == "1 lot"
