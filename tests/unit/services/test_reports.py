"""What people ask: codes, lots, what a lot is, numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.world import World, analysis, code

from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import UsageError
from troostwatch.domain.geometry import Quad
from troostwatch.domain.readings import Reading, ReadingKind


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two lots share a photograph; each has one of its own."""
    world = World.at(tmp_path / "t.db")
    world.lot("A1-1-1", closes_in=timedelta(hours=30), title="Laptop")
    world.lot("A1-1-2", closes_in=timedelta(hours=2), title="Phone")
    world.lot("A1-1-3", title="No time known")
    for lot, position, content in (("A1-1-1", 0, "shared"), ("A1-1-1", 1, "own"), ("A1-1-2", 5, "shared")):
        world.photograph(lot, position, content)
    world.shows("shared", analysis(code("AB123456", 0.97), code("4006381333931", 0.99, CodeType.EAN)))
    world.shows("own", analysis(code("CD123456", 0.5), code("EF123456", 0.99)))
    world.analyze()
    world.review().reject(world.code_id("EF123456"))
    yield world
    world.connection.close()


def test_codes_come_by_lot_and_position_for_every_lot_that_shows_them(world: World) -> None:
    rows = [(row.lot, row.position, row.code.value) for row in world.reports().codes()]

    assert rows == [
        ("A1-1-1", 0, "4006381333931"),
        ("A1-1-1", 0, "AB123456"),
        ("A1-1-1", 1, "CD123456"),
        ("A1-1-2", 5, "4006381333931"),
        ("A1-1-2", 5, "AB123456"),
    ]


def test_codes_can_be_chosen_by_status_and_lot(world: World) -> None:
    def values(**choice: object) -> set[str]:
        return {row.code.value for row in world.reports().codes(**choice)}

    assert values(approved_only=True) == {"AB123456", "4006381333931"}
    assert values(include_rejected=True, lots=["A1-1-1"]) == {"AB123456", "4006381333931", "CD123456", "EF123456"}
    assert values(lots=["A1-1-3"]) == set()


def test_a_serial_on_a_shared_photograph_is_marked_and_a_product_code_is_not(world: World) -> None:
    marked = {row.code.value: row.about_another_unit for row in world.reports().codes(lots=["A1-1-1"])}

    assert marked == {"AB123456": True, "4006381333931": False, "CD123456": False}


def test_lots_about_to_close_come_first(world: World) -> None:
    reports = world.reports()

    assert [lot.display_id for lot in reports.lots()] == ["A1-1-2", "A1-1-1", "A1-1-3"]
    assert [lot.display_id for lot in reports.lots(limit=1)] == ["A1-1-2"]
    assert [lot.display_id for lot in reports.lots(closing_within=timedelta(hours=24))] == ["A1-1-2"]
    assert reports.lots(closing_within=timedelta(0)) == []


def test_a_lot_counts_its_photographs_and_codes(world: World) -> None:
    _, laptop, empty = world.reports().lots()

    assert (laptop.photographs, laptop.codes, laptop.approved, laptop.needs_review) == (2, 3, 2, 1)
    assert (empty.photographs, empty.codes, empty.approved, empty.needs_review) == (0, 0, 0, 0)


def test_a_lot_is_shown_with_what_its_photographs_agree_on(world: World) -> None:
    view = world.reports().lot("A1-1-1")

    assert view.summary.title == "Laptop"
    assert {found.value: found.positions for found in view.codes} == {
        "4006381333931": (0,),
        "AB123456": (0,),
        "CD123456": (1,),
    }
    assert [photograph.position for photograph in view.photographs] == [0, 1]


def test_a_lot_that_nobody_read_is_told_with_what_to_do(world: World) -> None:
    with pytest.raises(UsageError, match="the database knows no lot A1-9-9") as caught:
        world.reports().lot("A1-9-9")

    assert str(caught.value.hint) == "synchronise A1-9-9 first"


def test_numbers_add_up(world: World) -> None:
    stats = world.reports().stats()

    assert (stats.lots, stats.contents, stats.decisions) == (3, 2, 1)
    assert stats.photographs == {"downloaded": 3}
    assert stats.analyses == {"analyzed": 2, "needs_review": 1}
    assert stats.codes == {"ean": {"approved": 1}, "serial_number": {"approved": 1, "pending": 1, "rejected": 1}}
    assert (stats.backends, stats.seconds_per_photograph, stats.bytes_on_disk) == ({"local": 2}, 0.5, 2000)


def test_an_empty_database_has_numbers_too(tmp_path: Path) -> None:
    world = World.at(tmp_path / "empty.db")

    stats = world.reports().stats()

    assert (stats.lots, stats.photographs, stats.seconds_per_photograph) == (0, {}, None)
    assert (world.reports().lots(), list(world.reports().codes()), world.reports().runs(5)) == ([], [], [])
    world.connection.close()


def test_a_label_that_contradicts_the_title_is_told(world: World) -> None:
    label = Reading("rapidocr", ReadingKind.TEXT, "ThinkPad T14 Gen 3", Quad.upright(0, 0, 200, 20), 0.99)
    world.lot("A1-1-4", title="Lenovo ThinkBook 14")
    world.photograph("A1-1-4", 2, "label")
    world.shows("label", replace(analysis(code("PF3K7M2W", 0.99)), readings=(label,)))
    world.analyze()

    view = world.reports().lot("A1-1-4")

    assert view.on_label is not None
    assert (view.on_label.name.text, view.on_label.position) == ("ThinkPad T14 Gen 3", 2)
    assert view.contradiction == "the label on photograph 2 says ThinkPad T14 Gen 3, the title ThinkBook 14"
    assert world.reports().lot("A1-1-1").contradiction is None
