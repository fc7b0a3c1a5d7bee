"""Every page answers, with JavaScript and without it, and says what it was asked."""

from __future__ import annotations

import json
import re

import pytest
from fakes.desks import Visitor
from fakes.world import World

from troostwatch.domain.lot_list import Order

PAGES = (
    "/", "/review", "/lots", "/lots/A1-1-1", "/lots/a1-1-3", "/search", "/search?q=laptop", "/search?code=CD12",
    "/search?like=A1-1-1", "/login", "/health", "/ready", "/metrics", "/lots.csv", "/lots.xlsx", "/api/queue",
    "/api/openapi.json",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers(visitor: Visitor, path: str) -> None:
    assert visitor.page(path)


@pytest.mark.parametrize("path", [p for p in PAGES if p not in ("/login", "/health")])
def test_a_database_that_went_away_is_told_and_not_made_anew(visitor: Visitor, path: str) -> None:
    if path in ("/search", "/api/openapi.json"):
        return  # asks no database
    visitor.desk.database.rename(visitor.desk.database.with_suffix(".elsewhere"))

    answer = visitor.http.get(path)

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert not visitor.desk.database.exists()


def test_the_calibration_picture_comes_with_the_first_decision(visitor: Visitor) -> None:
    assert visitor.http.get("/calibration.png").status_code == 404
    visitor.decide("GH123456")

    picture = visitor.http.get("/calibration.png")

    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path", ["/lots/A9-9-9", "/nothing", "/lots?order=sideways", "/lots?after=x", "/review?after=!"]
)
def test_what_is_not_there_is_a_page_that_says_so(visitor: Visitor, path: str) -> None:
    assert "<h1>Not here</h1>" in visitor.page(path, 404)


@pytest.mark.parametrize(
    ("asked", "lots"),
    [
        ("", ["A1-1-3", "A1-1-2", "A1-1-1"]),
        ("?order=newest", ["A1-1-3", "A1-1-2", "A1-1-1"]),
        ("?order=title", ["A1-1-1", "A1-1-2", "A1-1-3"]),
        ("?order=waiting", ["A1-1-3", "A1-1-2", "A1-1-1"]),
        ("?order=bid", ["A1-1-1", "A1-1-2", "A1-1-3"]),
        ("?q=PHONE", ["A1-1-2"]),
        ("?q=%25", []),
        ("?over=yes", ["A1-1-3"]),
        ("?over=no", ["A1-1-2", "A1-1-1"]),
        ("?closing=24h", ["A1-1-2"]),
        ("?contradicting=yes", []),
        ("?codes=no", []),
        ("?codes=yes&waiting=yes&over=no", ["A1-1-2", "A1-1-1"]),
        ("?auction=A1-1", []),
    ],
)
def test_the_address_is_the_filter(visitor: Visitor, asked: str, lots: list[str]) -> None:
    page = visitor.page(f"/lots{asked}")

    assert re.findall(r'<th scope="row"><a href="/lots/([^"]+)"', page) == lots


@pytest.mark.parametrize("order", Order)
def test_pages_of_lots_follow_each_other_without_gap_or_repetition(
    visitor: Visitor, world: World, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    monkeypatch.setattr("troostwatch.interfaces.web.pages.lots._ON_A_PAGE", 1)
    path, seen = f"/lots?order={order}", []

    for _ in range(3):
        page = visitor.page(path)
        seen += re.findall(r'<th scope="row"><a href="/lots/([^"]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""

    assert (sorted(seen), path) == (["A1-1-1", "A1-1-2", "A1-1-3"], "")


def test_the_review_page_brings_what_the_queue_holds(visitor: Visitor) -> None:
    island = re.search(r'<script type="application/json" id="state">(.*?)</script>', visitor.page("/review"), re.DOTALL)
    assert island

    state = json.loads(island[1])

    assert [item["value"] for item in state["items"]] == ["GH123456", "CD123456", "EF987654", "CD123456"]
    assert state["left"] == 4
    assert [rival["value"] for rival in state["items"][1]["rivals"]] == ["CD12345G"]
    assert state["items"][1]["marks"] == [7]


def test_the_queue_goes_on_where_it_was_left(visitor: Visitor) -> None:
    first = visitor.json("/api/queue?least=1")

    second = visitor.json(f"/api/queue?least=1&after={first['after']}")

    assert [item["lot"] for item in first["items"]] == ["A1-1-2"]
    assert [item["lot"] for item in second["items"]] == ["A1-1-1", "A1-1-1"]


def test_a_lot_tells_its_decisions_and_who_made_them(visitor: Visitor) -> None:
    taken = visitor.decide("CD123456", "corrected", value="CD12345G")
    visitor.say("undo", decisions=taken["decisions"])
    visitor.decide("EF987654")

    page = visitor.page("/lots/A1-1-1")

    history = page[page.index('id="history"') :]
    assert history.index("Ada approved serial number") < history.index("Ada corrected serial number")
    assert "taken back" in history


def test_search_says_why_it_found_a_lot_and_what_it_could_not_understand(visitor: Visitor) -> None:
    assert 'data-testid="lot-row"' in visitor.page("/search?code=GH1234")
    assert "holds no word to look for" in visitor.page("/search?q=%2B%2B%2B")
    assert "A9-9-9" in visitor.page("/search?like=a9-9-9")
