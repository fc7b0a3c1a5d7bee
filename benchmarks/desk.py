#!/usr/bin/env python3
"""How fast the desk is: server time of its pages over many lots, and from a key to the next item in Chromium.

    benchmarks/desk.py [--lots 100000] [--waiting 20000] [--items 1000] [--only pages|keys] [--small]

The keys are measured beside the review of the terminal, which goes through the same items of a database of its own.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fakes.desks import Served, served
from fakes.world import World, analysis, code, white_picture
from many_lots import write

from troostwatch import bootstrap
from troostwatch.config import Settings
from troostwatch.domain.geometry import Box

PAGES = (
    "/", "/review", "/api/queue", "/search?q=lenovo+laptop", "/search?q=bosch", "/search?code=CD00123", "/lots/A1-8-7",
    "/lots", "/lots?order=newest", "/lots?order=bid", "/lots?order=waiting", "/lots?order=title", "/lots?over=no",
    "/lots?over=yes", "/lots?over=no&order=waiting", "/lots?closing=24h", "/lots?closing=24h&order=bid",
    "/lots?contradicting=yes", "/lots?contradicting=yes&order=title", "/lots?codes=yes", "/lots?codes=no&order=bid",
    "/lots?waiting=yes", "/lots?waiting=yes&order=newest", "/lots?auction=A1-7", "/lots?auction=A1-7&order=bid",
    "/lots?q=lenovo", "/lots?q=laptop+0012&order=title", "/lots?q=nothing+like+it&order=waiting",
)  # fmt: skip
KEY_SECONDS = 10.0  # after which an item that does not come is an error


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lots", type=int, default=100_000)
    parser.add_argument("--waiting", type=int, default=20_000)
    parser.add_argument("--items", type=int, default=1000, help="that a person decides about")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between two decisions, as a person has them")
    parser.add_argument("--rounds", type=int, default=20, help="how often each page is asked for")
    parser.add_argument("--only", choices=["pages", "keys"])
    parser.add_argument("--small", action="store_true", help="a hundredth of everything, to see that it works")
    parser.add_argument("--folder", type=Path, help="where the databases lie meanwhile (1 GB)")
    options = parser.parse_args()
    if options.small:
        options.lots, options.waiting, options.items, options.rounds = 1000, 200, 40, 3
    for name, part in (("pages", pages), ("keys", keys)):
        if options.only in (None, name):
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                part(Path(folder), options)
    return 0


def told(times: Sequence[float]) -> str:
    """Return median and 95th percentile of times in ms."""
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return f"p50 {statistics.median(times):6.1f} ms   p95 {cuts[18]:6.1f} ms"


def memory(process: int) -> tuple[float, float]:
    """Return megabytes that a process holds now, and held at most."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) / 1000, int(lines["VmHWM"].split()[0]) / 1000


def pages(folder: Path, options: argparse.Namespace) -> None:
    print(f"== pages over {options.lots:,} lots, {options.waiting:,} photographs waiting")
    database = folder / "data" / "troostwatch.db"
    database.parent.mkdir()
    began = time.perf_counter()
    write(database, lots=options.lots, waiting=options.waiting)
    print(f"database written in {time.perf_counter() - began:.0f} s, {database.stat().st_size / 1e6:,.0f} MB")
    with served(folder) as desk:
        ask(desk, PAGES, options.rounds)
        print("server holds {:.0f} MB, at most {:.0f} MB (asked for: at most 250)".format(*memory(desk.process.pid)))


def ask(desk: Served, addresses: Iterable[str], rounds: int) -> None:
    times: dict[str, list[float]] = {address: [] for address in addresses}
    with httpx.Client(base_url=desk.address, timeout=60) as client:
        for _ in range(rounds):
            for address, taken in times.items():
                began = time.perf_counter()
                client.get(address).raise_for_status()
                taken.append((time.perf_counter() - began) * 1000)
    for address, taken in times.items():
        print(f"{address:42} {told(taken)}")
    print(f"{'all of them (asked for: p95 <= 100 ms)':42} {told([t for taken in times.values() for t in taken])}")


def keys(folder: Path, options: argparse.Namespace) -> None:
    print(f"== {options.items:,} decisions, one key each")
    in_browser, in_terminal = folder / "browser", folder / "terminal"
    fill(in_browser, options.items)
    shutil.copytree(in_browser, in_terminal)
    shown, stored, tasks = browser(in_browser, options.items, pause=options.pause)
    print(f"browser, key to next value shown         {told(shown)}   (asked for: p50 <= 30, p95 <= 80)")
    print(f"browser, key to its task done            {told(tasks)}")
    print(f"browser, key to decision stored          {told(stored)}")
    next_item, kept = terminal(in_terminal)
    print(f"terminal, decision to next item shown    {told(next_item)}")
    print(f"terminal, decision stored                {told(kept)}")


def fill(folder: Path, items: int) -> None:
    """Write a database in which so many lots wait with one photograph and one doubtful code each."""
    world = World.at(folder / "data" / "troostwatch.db")
    for number in range(items):
        world.lot(f"A1-1-{number}", closes_in=timedelta(days=3650, minutes=number), title=f"Laptop {number}")
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", analysis(code(f"CD{number:07}", 0.5, box=Box(400, 500, 700, 540))))
    world.analyze()
    world.fill(folder / "data" / "images", white_picture)
    world.connection.close()


PRESS = """async (patience) => {
    const value = document.querySelector('[data-testid=value]');
    const stored = document.querySelector('[data-testid=stored]');
    const before = value.textContent, count = Number(stored.textContent);
    const began = performance.now();
    const arrived = new Promise((done) => {
        new MutationObserver((_, me) => {
            if (Number(stored.textContent) > count) { me.disconnect(); done(performance.now() - began); }
        }).observe(stored, { childList: true, characterData: true, subtree: true });
    });
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, cancelable: true }));
    const task = performance.now() - began;
    const frame = () => new Promise(requestAnimationFrame);
    do {
        await frame();
        if (performance.now() - began > patience) throw new Error('the next item does not come');
    } while (value.textContent === before && !document.getElementById('desk').hidden);
    const shown = performance.now() - began;  // in the frame that shows it
    return [shown, await arrived, task];
}"""


def browser(folder: Path, items: int, *, pause: float) -> tuple[list[float], list[float], list[float]]:
    """Approve every item with a key; return ms to the next value shown, to the decision stored, and of the key."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    found: list[list[float]] = []
    with served(folder) as desk, sync_playwright() as playwright:
        with playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as window:
            page = window.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{desk.address}/review")
            page.wait_for_selector("html[data-ready=true]", state="attached")
            for _ in range(items):
                found.append(page.evaluate(PRESS, KEY_SECONDS * 1000))
                page.wait_for_timeout(pause * 1000)
        print("server holds {:.0f} MB, at most {:.0f} MB".format(*memory(desk.process.pid)))
        counted = desk.ask("SELECT count(*) FROM decisions WHERE verdict = 'approved'")[0][0]
        assert counted == items, f"{counted} of {items} decisions are there"
    shown, stored, task = (list(column) for column in zip(*found, strict=True))
    return shown, stored, task


def terminal(folder: Path) -> tuple[list[float], list[float]]:
    """Approve every item as the terminal does; return ms until the next crop is written, and until it was stored."""
    database = folder / "data" / "troostwatch.db"
    settings = Settings.model_validate({"paths": {"database": database, "images": folder / "data" / "images"}})
    shown, stored = [], []
    with bootstrap.Workspace.open(bootstrap.Process(settings), database, create=False) as app:
        review = app.review()
        queue = review.queue()
        for item, following in zip(queue, [*queue[1:], None], strict=True):
            began = time.perf_counter()
            assert item.code_id is not None
            review.approve(item.code_id)
            stored.append((time.perf_counter() - began) * 1000)
            if following and following.code and following.code.box and following.code_id:
                review.waits(following.image_id, following.code_id)
                (folder / "crop.png").write_bytes(app.pictures.crop(following.photograph, following.code.box))
            shown.append((time.perf_counter() - began) * 1000)
    return shown, stored


if __name__ == "__main__":
    sys.exit(main())
