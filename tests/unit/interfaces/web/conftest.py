"""A desk in this process, over a real database with real small pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from fakes.desks import Visitor, desk_at
from fakes.world import BOX, World, analysis, code
from PIL import Image

from troostwatch import bootstrap
from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Quad
from troostwatch.domain.readings import Reading, ReadingKind

PLACE = Quad.upright(BOX.x0, BOX.y0, BOX.x1, BOX.y1)


def picture(path: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (160, 120), "white").save(file, "JPEG", comment=path)
    return file.getvalue()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Three lots: the second closes first; each of the first two has a doubtful serial number of its own.

    The third closed yesterday; it shows the same doubtful serial number as the first on another photograph.
    """
    world = World.at(tmp_path / "t.db")
    world.lot("A1-1-1", closes_in=timedelta(hours=30), title="Laptop")
    world.lot("A1-1-2", closes_in=timedelta(hours=2), title="Phone")
    world.lot("A1-1-3", closes_in=timedelta(hours=-24), title="Tablet")
    for lot, position, content in (
        ("A1-1-1", 0, "one"),
        ("A1-1-1", 1, "sure"),
        ("A1-1-2", 0, "two"),
        ("A1-1-3", 0, "old"),
    ):
        world.photograph(lot, position, content)
    line = Reading("rapidocr", ReadingKind.TEXT, "S/N CD123456", PLACE, 0.9, again="S/N CD12345G")
    world.shows("one", replace(analysis(code("CD123456", 0.5), code("EF987654", 0.6)), readings=(line,)))
    world.shows("sure", analysis(code("4006381333931", 0.99, CodeType.EAN)))
    world.shows("two", analysis(code("GH123456", 0.5)))
    world.shows("old", analysis(code("CD123456", 0.4)))
    world.analyze()
    world.fill(tmp_path / "images", picture)
    world.connection.execute("UPDATE contents SET width = 160, height = 120")
    with world.uow() as uow:
        uow.search.refresh(100)
        uow.commit()
    monkeypatch.setattr(bootstrap.clock, "now", world.clock)
    yield world
    world.connection.close()


Invited = Callable[..., Visitor]


@pytest.fixture
def invited(world: World, tmp_path: Path) -> Iterator[Invited]:
    """Return what opens a desk, with settings of its own, for somebody."""
    guests: list[Visitor] = []

    def invite(**web: object) -> Visitor:
        guests.append(Visitor(desk_at(tmp_path / "t.db", tmp_path / "images", **web)))
        return guests[-1]

    yield invite
    for guest in guests:
        guest.http.close()


@pytest.fixture
def visitor(invited: Invited) -> Visitor:
    return invited(reviewer="Ada")
