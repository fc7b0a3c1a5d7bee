"""The desk in a real browser, over a small world that waits for a person."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.desks import Served, served
from fakes.world import BOX, World, analysis, code, white_picture
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from troostwatch.domain.geometry import Quad
from troostwatch.domain.readings import Reading, ReadingKind

LOTS = 8
PLACE = Quad.upright(BOX.x0, BOX.y0, BOX.x1, BOX.y1)


def serial(number: int) -> str:
    return f"CD12345{number}"


@dataclass
class Desk(Served):
    def decisions(self) -> list[tuple[object, ...]]:
        """Return (value, verdict, corrected value) of what stands, in order."""
        return self.ask("SELECT value, verdict, corrected_value FROM decisions WHERE undone_at IS NULL ORDER BY id")


def fill(folder: Path) -> None:
    """Make a database: one doubtful serial number a lot, each read otherwise by a closer look."""
    world = World.at(folder / "data" / "troostwatch.db")
    for number, other in enumerate("GHJKLMNP"):
        lot, value = f"A1-1-{number + 1}", serial(number)
        # The desk tells its own time: these lots stay open for years.
        world.lot(lot, closes_in=timedelta(days=3650, hours=number), title=f"Laptop {number} <b>bold</b>")
        world.photograph(lot, 0, f"p{number}")
        line = Reading("rapidocr", ReadingKind.TEXT, f"S/N {value}", PLACE, 0.9, again=f"S/N CD12345{other}")
        world.shows(f"p{number}", replace(analysis(code(value, 0.5)), readings=(line,)))
    world.analyze()
    world.fill(folder / "data" / "images", white_picture)
    world.connection.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Serve a desk in a process of its own."""
    fill(tmp_path)
    yield from _served(tmp_path)


@pytest.fixture(scope="session")
def quiet_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Serve a desk at which nobody decides anything."""
    folder = tmp_path_factory.mktemp("desk")
    fill(folder)
    yield from _served(folder)


def _served(folder: Path) -> Iterator[Desk]:
    with served(folder) as desk:
        assert desk.address.startswith("http://127.0.0.1:"), desk.address
        yield Desk(desk.address, desk.database, desk.process)


@pytest.fixture(scope="module")  # while it is open an event loop runs, which tests of other modules do not expect
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    assert program, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


Opened = Callable[..., Page]


@pytest.fixture
def opened(chromium: Browser, desk: Desk) -> Iterator[Opened]:
    """Return what opens a page of the desk in a window of its own; nothing on it may fail unseen."""
    yield from _opening(chromium, desk)


@pytest.fixture
def looked_at(chromium: Browser, quiet_desk: Desk) -> Iterator[Opened]:
    yield from _opening(chromium, quiet_desk)


def _opening(chromium: Browser, desk: Desk) -> Iterator[Opened]:
    contexts: list[BrowserContext] = []
    failures: list[str] = []

    def open_page(path: str = "/review", *, width: int = 1440, height: int = 900, **options: object) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(desk.address + path)
        if options.get("java_script_enabled", True) and path.startswith("/review"):
            page.wait_for_selector("html[data-ready=true]", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert failures == []
