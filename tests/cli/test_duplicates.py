"""What lots share, as a user asks for it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.world import World, analysis, code
from PIL import Image

from troostwatch.domain.codes import CodeType
from troostwatch.infrastructure.persistence.lock import stage_lock
from troostwatch.infrastructure.photographs.store import FolderStore


def picture(*, quality: int) -> bytes:
    file = BytesIO()
    gradient = Image.radial_gradient("L").resize((320, 240))
    gradient.paste(0, (20, 20, 160, 90))
    gradient.save(file, "JPEG", quality=quality)
    return file.getvalue()


@pytest.fixture
def shop(world: World, tmp_path: Path) -> World:
    """Add an earlier lot with a bid, whose photograph is one of another lot, saved again."""
    world.lot("A1-1-3", closes_in=timedelta(days=-20), title="Laptop of last month")
    world.photograph("A1-1-3", 2, "saved again")
    world.shows("saved again", analysis(code("4006381333931", 0.99, CodeType.EAN)))
    world.analyze()
    world.connection.execute("UPDATE lots SET current_bid_cents = 9900, currency = 'EUR' WHERE display_id = 'A1-1-3'")
    world.fill(
        tmp_path / "data" / "images",
        lambda path: b"no picture" if "A1-1-1/1" in path else picture(quality=50 if "A1-1-3" in path else 95),
    )
    return world


def test_same_and_nearly_same_photographs_and_codes_are_listed(shop: World, run: Run) -> None:
    said = run("search duplicates --json")
    rows = [json.loads(line) for line in said.out.splitlines()]

    assert said.code == 4
    assert "A1-1-1/1-" in said.err  # the one that is no picture
    assert [(r["sameness"], [(p["lot"], p["position"]) for p in r["places"]]) for r in rows if "sameness" in r] == [
        ("same", [("A1-1-1", 0), ("A1-1-2", 5)]),
        ("nearly the same", [("A1-1-1", 0), ("A1-1-2", 5), ("A1-1-3", 2)]),
    ]
    codes = {r["value"]: (len(r["places"]), r["by_shared_photographs"]) for r in rows if r["kind"] == "code"}
    assert codes == {"4006381333931": (3, False), "AB123456": (2, True)}


def test_a_lot_is_shown_with_what_others_have_of_it(shop: World, run: Run) -> None:
    run("search duplicates")

    told = [line.strip() for line in run("lots show A1-1-1").out.partition("Elsewhere")[2].splitlines()]

    assert told[2].startswith("photograph 0 is nearly the same as A1-1-3 photograph 2: 2 files, ")
    assert told[1:] == [
        "photograph 0 is the same as A1-1-2 photograph 5: the same file at 2 addresses",
        told[2],
        "ean 4006381333931 is also in A1-1-3, A1-1-2; 1 of them over, last bid 99.00 EUR",
        "serial_number AB123456 is also in A1-1-2; on the same photograph",
    ]


def test_only_what_one_lot_shares_is_listed_for_it(shop: World, run: Run) -> None:
    rows = [json.loads(line) for line in run("search duplicates --lot A1-1-3 --json").out.splitlines()]

    assert [row.get("sameness", row.get("value")) for row in rows] == ["nearly the same", "4006381333931"]


def test_each_photograph_is_looked_at_once(shop: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("search duplicates")
    opened = []
    really = FolderStore.open
    monkeypatch.setattr(FolderStore, "open", lambda store, one: opened.append(one.path) or really(store, one))  # type: ignore[func-returns-value]

    run("search duplicates")

    assert opened == []
    run("images reprocess-failed")
    run("search duplicates")
    assert [path.rpartition("-")[0] for path in opened] == ["A1-1-1/1"]  # the broken one may have been mended


def test_lots_that_share_nothing_are_told(world: World, run: Run) -> None:
    world.connection.execute("UPDATE extracted_codes SET status = 'rejected', decided_by = 'person'")
    world.connection.execute("UPDATE lot_images SET lot_id = 1")

    assert run("search duplicates").out == "lots share neither photographs nor codes\n"


def test_comparing_is_a_run_of_its_stage_and_none_where_nothing_waits(shop: World, run: Run) -> None:
    run("lots show A1-1-1")
    run("lots show A1-1-1")
    run("search duplicates")
    run("search duplicates")

    stages = [tuple(row) for row in shop.connection.execute("SELECT stage, outcome FROM runs ORDER BY id")]
    assert stages == [("hash", "some_failed"), ("hash", "done")]


def test_while_another_run_compares_the_answer_is_what_is_there(shop: World, run: Run) -> None:
    with stage_lock(Path("data/troostwatch.db"), "hash"):
        shown, listed = run("lots show A1-1-1"), run("search duplicates")

    assert (shown.code, listed.code) == (0, 0)
    assert "by another run" in shown.err
    assert "by another run" in listed.err
