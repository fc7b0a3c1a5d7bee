"""The desk goes through the whole queue, lot by lot, those about to close first, and misses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from fakes.world import World, analysis, code

from troostwatch.domain.codes import CodeType
from troostwatch.domain.lot_list import Cursor
from troostwatch.services.desk import DeskItem, DeskService


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    yield world
    world.connection.close()


@pytest.fixture
def desk(world: World) -> DeskService:
    return DeskService(world.uow, world.clock)


def through(desk: DeskService, least: int) -> list[DeskItem]:
    """Return all items, page by page."""
    found: list[DeskItem] = []
    after: Cursor | None = None
    while True:
        page = desk.page(after=after, least=least)
        found += page.items
        if page.after is None:
            return found
        assert page.items
        after = page.after


def test_lots_about_to_close_come_first_then_those_without_a_time_then_closed_ones(
    world: World, desk: DeskService
) -> None:
    for number, hours in enumerate((-2, None, 9, 1, None, -5)):
        world.lot(f"A1-1-{number}", closes_in=None if hours is None else timedelta(hours=hours))
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", analysis(code(f"CD12345{number}", 0.5)))
    world.analyze()

    for least in (1, 2, 50):
        assert [item.item.lots[0] for item in through(desk, least)] == [f"A1-1-{n}" for n in (3, 2, 1, 4, 5, 0)]


@pytest.mark.parametrize("seed", range(4))
def test_page_by_page_is_the_whole_queue(world: World, desk: DeskService, seed: int) -> None:
    rng = Random(seed)
    for number in range(12):
        hours = rng.choice([None, -3, 1, 1, 5, 30])  # equal closing times too
        world.lot(f"A1-1-{number}", closes_in=None if hours is None else timedelta(hours=hours))
        for position in range(rng.randrange(4)):
            world.photograph(f"A1-1-{number}", position, f"p{rng.randrange(14)}")  # some are shared
    for content in range(14):
        codes = [code(f"CD{content:02}345{n}", rng.choice([0.3, 0.6, 0.9, 0.97])) for n in range(rng.randrange(3))]
        unread = rng.choice([None, "bars that could not be read"])
        world.shows(f"p{content}", analysis(*codes, unread_reason=unread))
    world.analyze()
    queue = world.review().queue()
    wanted = {(item.content, item.code_id) for item in queue}

    for least in (1, 3, 50):
        found = [(item.item.content, item.item.code_id) for item in through(desk, least)]
        assert set(found) == wanted
    assert desk.left() == len(queue)


def test_a_page_ends_with_a_lot_and_says_where_the_next_begins(world: World, desk: DeskService) -> None:
    for number in range(3):
        world.lot(f"A1-1-{number}", closes_in=timedelta(hours=1 + number))
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", analysis(*(code(f"CD{number}2345{n}", 0.5) for n in range(3))))
    world.analyze()

    page = desk.page(least=4)

    assert [item.item.lots[0] for item in page.items] == ["A1-1-0"] * 3 + ["A1-1-1"] * 3
    assert page.after
    assert [item.item.lots[0] for item in desk.page(after=page.after).items] == ["A1-1-2"] * 3


def test_lots_that_were_decided_meanwhile_do_not_end_the_queue_early(world: World, desk: DeskService) -> None:
    for number in range(4):
        world.lot(f"A1-1-{number}", closes_in=timedelta(hours=1 + number))
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", analysis(code(f"CD12345{number}", 0.5)))
    world.analyze()
    first = desk.page(least=1)
    for number in (0, 1, 2):
        world.review().approve(world.code_id(f"CD12345{number}"))

    assert [item.item.lots[0] for item in desk.page(after=first.after, least=1).items] == ["A1-1-3"]
    assert desk.left() == 1


def test_an_item_shows_all_that_decides_on_it(world: World, desk: DeskService) -> None:
    world.lot("A1-1-1", closes_in=timedelta(hours=1))
    for position, content in enumerate(("p0", "p1")):
        world.photograph("A1-1-1", position, content)
    sure = code("4006381333931", 0.99, CodeType.EAN)
    world.shows("p0", analysis(code("CD123456", 0.5), code("CD12345G", 0.4), sure))
    world.analyze()

    item = next(item for item in desk.page().items if item.item.code and item.item.code.value == "CD123456")

    assert [rival.value for rival in item.rivals] == ["CD12345G"]
    assert [each.value for _, each in item.codes] == ["CD123456", "CD12345G", "4006381333931"]
    assert [image.position for image in item.strip] == [0, 1]
    assert item.seen
    assert [value.value for _, value, _ in desk.pending_of_lot("A1-1-1")] == ["CD123456", "CD12345G"]


def test_the_day_counts_what_closes_and_what_waits(world: World, desk: DeskService) -> None:
    for number, hours in enumerate((2, 23, 25, -1)):
        world.lot(f"A1-1-{number}", closes_in=timedelta(hours=hours))
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", analysis(code(f"CD12345{number}", 0.5)))
    world.analyze()

    day = desk.day()

    assert [lot.display_id for lot in day.closing] == ["A1-1-0", "A1-1-1"]
    assert (day.closing_count, day.left, day.contradicting_count, day.has_decisions) == (2, 4, 0, False)
