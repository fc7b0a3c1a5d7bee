"""Lots found by words and codes, as a user types it."""

from __future__ import annotations

import json

import pytest
from cli.conftest import Run
from fakes.world import World, analysis, code, sha


def found(run: Run, line: str) -> list[str]:
    said = run(f"search --json {line}")
    assert said.code == 0, said.err
    return [json.loads(row)["display_id"] for row in said.out.splitlines()]


@pytest.fixture
def shop(world: World) -> World:
    """Give the small world what there is to find."""
    world.connection.execute(
        """UPDATE lots SET description = 'Leicht gebraucht, mit Hülle', category = 'Electronics > Laptops',
               bidding_status = 'BIDDING_OPEN', current_bid_cents = 12000,
               attributes_json = '[{"name": "Merk", "unit": null, "value": "Lenovo"}]' WHERE display_id = 'A1-1-1'"""
    )
    world.connection.execute("UPDATE lots SET current_bid_cents = 30000 WHERE display_id = 'A1-1-2'")
    return world


@pytest.mark.parametrize(
    ("words", "lots"),
    [
        ("laptop", ["A1-1-1"]),
        ("LAP", ["A1-1-1"]),
        ("hulle", ["A1-1-1"]),
        ("lenovo gebraucht", ["A1-1-1"]),
        ("phone laptop", ["A1-1-2", "A1-1-1"]),
        ("4006381333931", ["A1-1-2", "A1-1-1"]),
        ("38133", ["A1-1-2", "A1-1-1"]),
        ("serial", ["A1-1-2", "A1-1-1"]),
        ("fridge", []),
    ],
)
def test_words_are_found_wherever_they_stand(shop: World, run: Run, words: str, lots: list[str]) -> None:
    assert sorted(found(run, words)) == sorted(lots)


@pytest.mark.parametrize(
    ("code", "lots"),
    [
        ("CD123456", ["A1-1-1"]),
        ("cd-12 34", ["A1-1-1"]),
        ("CDI23", ["A1-1-1"]),
        ("4006381333931", ["A1-1-2", "A1-1-1"]),
        ("ZZ123456", []),
    ],
)
def test_codes_are_found_by_any_part_however_written(shop: World, run: Run, code: str, lots: list[str]) -> None:
    assert sorted(found(run, f"--code '{code}'")) == sorted(lots)


def test_a_whole_code_comes_before_one_that_holds_it(shop: World, run: Run) -> None:
    shop.lot("A1-1-3")
    shop.photograph("A1-1-3", 0, "longer")
    shop.shows("longer", analysis(code("XXCD123456", 0.99)))
    shop.analyze()

    assert found(run, "--code CD123456") == ["A1-1-1", "A1-1-3"]


@pytest.mark.parametrize(
    ("filters", "lots"),
    [
        ("", ["A1-1-1", "A1-1-2"]),
        ("--closing-within 3h", ["A1-1-2"]),
        ("--category laptops", ["A1-1-1"]),
        ("--status open", ["A1-1-1"]),
        ("--min-price 200", ["A1-1-2"]),
        ("--max-price 200", ["A1-1-1"]),
        ("--auction A1-1", []),
    ],
)
def test_filters_decide_which_lots_may_be_found(shop: World, run: Run, filters: str, lots: list[str]) -> None:
    if "auction" in filters:
        assert run(f"search 4006381 {filters}").code == 2  # nobody said which auction these lots belong to
    else:
        assert sorted(found(run, f"4006381333931 {filters}")) == lots


def test_explain_says_which_space_found_a_lot_and_what_it_saw(shop: World, run: Run) -> None:
    said = run("search --code CD1234 --explain").out

    assert "code 0.500, place 1: serial_number CD123456 (pending, 0.50) holds CD1234, photograph 1" in said


def test_a_serial_on_a_shared_photograph_is_told_as_such(shop: World, run: Run) -> None:
    assert "also shown by A1-1-2: may be another unit" in run("search --code AB123456 --explain").out


def test_what_changes_is_found_at_once(shop: World, run: Run) -> None:
    assert found(run, "--code CD123456") == ["A1-1-1"]

    shop.connection.execute("UPDATE lots SET title = 'Toaster' WHERE display_id = 'A1-1-1'")
    run(f"images review --reject {shop.code_id('CD123456')}")

    assert found(run, "toaster") == ["A1-1-1"]
    assert found(run, "laptop --category nothing") == []
    assert found(run, "--code CD123456") == []


def test_only_lots_that_changed_are_made_again(shop: World, run: Run) -> None:
    stale = "SELECT count(*) FROM stale_documents"
    assert shop.connection.execute(stale).fetchone()[0] == 2
    found(run, "laptop")
    assert shop.connection.execute(stale).fetchone()[0] == 0

    shop.connection.execute("UPDATE lots SET bids_count = 3, title = title")
    shop.connection.execute(f"UPDATE extracted_codes SET value = 'X' WHERE content_sha256 = '{sha('own')}'")

    assert shop.connection.execute(stale).fetchone()[0] == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("search --limit 3", "nothing to look for"),
        ("search '!?'", "holds no word"),
        ("search --code 4", "too short for a part of a code"),
        ("search laptop --auction A9-9", "knows no lots of auction A9-9"),
    ],
)
def test_questions_without_sense_are_refused(shop: World, run: Run, line: str, told: str) -> None:
    said = run(line)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


@pytest.mark.parametrize("words", ['x" OR *', "NEAR(a b)", "a AND", "title:x", "{x} : y", "a*", "x-"])
def test_what_would_be_syntax_is_text(shop: World, run: Run, words: str) -> None:
    assert set(found(run, f"-- '{words}'")) <= {"A1-1-1", "A1-1-2"}


def test_the_word_find_may_be_said(shop: World, run: Run) -> None:
    assert run("search find laptop --json").out == run("search laptop --json").out
