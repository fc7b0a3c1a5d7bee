"""The rows of auctions, lots and photographs: merged from pages of different ages, in a real database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from troostwatch.domain.images import Content, Fetched
from troostwatch.domain.lots import Attribute, Auction, ListedLot, LotDetailData, LotPhotograph, PhotographChanges
from troostwatch.infrastructure.db.unit_of_work import SqliteUnitOfWork, open_database

NOON = datetime(2025, 11, 29, 12, 0, tzinfo=UTC)
EARLIER, LATER = NOON - timedelta(hours=6), NOON + timedelta(hours=6)

PAGE = LotDetailData("A1-1-2", title="Laptop", description="Works", remarks="none", city="Deurne", quantity=1)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(tmp_path / "t.db")
    yield connection
    connection.close()


class Rows:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def read_page(self, detail: LotDetailData, at: datetime) -> PhotographChanges:
        with SqliteUnitOfWork(self._conn) as uow:
            changes = uow.lots.record_page(detail, observed_at=at, read_at=at, digest=detail.page_digest)
            uow.commit()
        return changes

    def list_lot(self, lot: ListedLot, at: datetime) -> None:
        with SqliteUnitOfWork(self._conn) as uow:
            uow.lots.record_listed(lot, observed_at=at)
            uow.commit()

    def record_auction(self, auction: Auction, at: datetime) -> None:
        with SqliteUnitOfWork(self._conn) as uow:
            uow.auctions.record(auction, observed_at=at)
            uow.commit()

    def lot(self) -> sqlite3.Row:
        return self._conn.execute("SELECT * FROM lots WHERE display_id = 'A1-1-2'").fetchone()

    def auction(self) -> sqlite3.Row:
        return self._conn.execute("SELECT * FROM auctions WHERE display_id = 'A1-1'").fetchone()

    def photographs(self) -> dict[str, tuple[int, str | None]]:
        rows = self._conn.execute("SELECT url, position, vanished_at FROM lot_images ORDER BY url")
        return {row["url"]: (row["position"], row["vanished_at"]) for row in rows}


@pytest.fixture
def rows(connection: sqlite3.Connection) -> Rows:
    return Rows(connection)


def showing(*urls: str) -> LotDetailData:
    return replace(PAGE, photographs=tuple(LotPhotograph(url, i) for i, url in enumerate(urls)))


def test_what_a_later_page_leaves_out_is_kept(rows: Rows) -> None:
    rows.read_page(PAGE, NOON)
    rows.read_page(LotDetailData("A1-1-2", title="Laptop i7"), LATER)

    lot = rows.lot()
    assert (lot["title"], lot["description"], lot["quantity"]) == ("Laptop i7", "Works", 1)


def test_an_older_page_fills_gaps_and_overwrites_nothing(rows: Rows) -> None:
    rows.read_page(LotDetailData("A1-1-2", title="Laptop i7"), NOON)
    rows.read_page(PAGE, EARLIER)

    lot = rows.lot()
    assert (lot["title"], lot["description"]) == ("Laptop i7", "Works")
    assert lot["page_observed_at"] == "2025-11-29T12:00:00+00:00"


def test_a_lot_page_does_not_touch_what_the_listing_says(rows: Rows) -> None:
    listed = ListedLot("A1-1-2", current_bid_cents=500, closes_at=LATER, bidding_status="BIDDING_OPEN")
    rows.list_lot(listed, NOON)
    rows.read_page(PAGE, LATER)

    lot = rows.lot()
    assert (lot["current_bid_cents"], lot["bidding_status"]) == (500, "BIDDING_OPEN")
    assert lot["closes_at"] == "2025-11-29T18:00:00+00:00"


def test_an_older_listing_does_not_lower_the_price(rows: Rows) -> None:
    rows.list_lot(ListedLot("A1-1-2", current_bid_cents=900), NOON)
    rows.list_lot(ListedLot("A1-1-2", current_bid_cents=500, bids_count=3), EARLIER)

    assert (rows.lot()["current_bid_cents"], rows.lot()["bids_count"]) == (900, 3)


def test_a_lot_page_alone_makes_a_row_for_its_auction(rows: Rows) -> None:
    rows.read_page(PAGE, NOON)

    assert rows.lot()["auction_id"] == rows.auction()["id"]


def test_an_auction_that_was_only_named_is_filled_by_whatever_page_comes(rows: Rows) -> None:
    rows.read_page(PAGE, NOON)
    rows.record_auction(Auction("A1-1", name="Max ICT", details={"collectionDays": [1]}), EARLIER)
    rows.record_auction(Auction("A1-1", lot_count=576), LATER)
    rows.record_auction(Auction("A1-1", name="Old name"), EARLIER)

    auction = rows.auction()
    assert (auction["name"], auction["lot_count"]) == ("Max ICT", 576)
    assert auction["details_json"] == '{"collectionDays": [1]}'


def test_a_photograph_inserted_in_front_only_changes_positions(rows: Rows) -> None:
    rows.read_page(showing("a", "b"), NOON)
    changes = rows.read_page(showing("new", "a", "b"), LATER)

    assert changes == PhotographChanges(new=1)
    assert rows.photographs() == {"a": (1, None), "b": (2, None), "new": (0, None)}


def test_a_photograph_that_vanished_is_marked_and_cleared_when_it_returns(rows: Rows) -> None:
    rows.read_page(showing("a", "b"), EARLIER)

    assert rows.read_page(showing("a"), NOON) == PhotographChanges(vanished=1)
    assert rows.photographs()["b"] == (1, "2025-11-29T12:00:00+00:00")

    rows.read_page(showing("a", "b"), LATER)
    assert rows.photographs()["b"] == (1, None)


def test_a_page_that_does_not_mention_photographs_changes_none(rows: Rows) -> None:
    rows.read_page(showing("a"), EARLIER)
    rows.read_page(PAGE, NOON)

    assert rows.photographs() == {"a": (0, None)}


def test_a_page_that_shows_no_photograph_any_more_marks_all(rows: Rows) -> None:
    rows.read_page(showing("a", "b"), EARLIER)

    assert rows.read_page(showing(), NOON).vanished == 2


def test_an_older_page_adds_what_has_vanished_since_and_moves_nothing(rows: Rows) -> None:
    rows.read_page(showing("a", "b"), NOON)
    changes = rows.read_page(showing("old", "b", "a"), EARLIER)

    assert changes == PhotographChanges(new=1)
    assert rows.photographs() == {
        "a": (0, None),
        "b": (1, None),
        "old": (0, "2025-11-29T12:00:00+00:00"),
    }


def test_an_older_page_may_be_the_first_to_show_photographs(rows: Rows) -> None:
    rows.read_page(PAGE, NOON)
    rows.read_page(showing("a"), EARLIER)

    assert rows.photographs() == {"a": (0, None)}


def test_reading_the_same_page_twice_changes_nothing(connection: sqlite3.Connection, rows: Rows) -> None:
    rows.read_page(showing("a", "b"), NOON)
    before = list(connection.iterdump())

    assert rows.read_page(showing("a", "b"), NOON) == PhotographChanges()
    assert list(connection.iterdump()) == before


def test_two_photographs_of_a_lot_may_have_the_same_content(rows: Rows, connection: sqlite3.Connection) -> None:
    rows.read_page(showing("a", "b"), NOON)
    same = Content("a" * 64, 1, 1, 1, "JPEG")

    with SqliteUnitOfWork(connection) as uow:
        for image in uow.images.of_lot("A1-1-2"):
            uow.images.record_fetched(Fetched(image.id, "A1-1-2/0-aaaa.jpg", same), now=NOON)
        uow.commit()

    assert {path for (path,) in connection.execute("SELECT local_path FROM lot_images")} == {"A1-1-2/0-aaaa.jpg"}


def test_nothing_has_vanished_where_a_photograph_was_not_understood(rows: Rows) -> None:
    rows.read_page(showing("https://m/a", "https://m/b"), NOON)

    rows.read_page(replace(showing("https://m/a"), photographs_complete=False), LATER)

    assert rows.photographs() == {"https://m/a": (0, None), "https://m/b": (1, None)}


def test_a_new_signature_or_host_makes_no_new_photograph(rows: Rows) -> None:
    rows.read_page(showing("https://m/a?s=1", "https://m/b?s=1"), NOON)

    changes = rows.read_page(showing("https://n/a?s=2", "https://n/b?s=2"), LATER)

    assert (changes.new, changes.vanished) == (0, 0)
    assert rows.photographs() == {"https://n/a?s=2": (0, None), "https://n/b?s=2": (1, None)}


def test_properties_known_stay_where_one_was_not_understood(rows: Rows) -> None:
    rows.read_page(replace(PAGE, attributes=(Attribute("Merk", "Hp"), Attribute("Type", "BD-16"))), NOON)

    rows.read_page(replace(PAGE, attributes=(Attribute("Merk", "Dell"),), attributes_complete=False), LATER)

    assert "BD-16" in rows.lot()["attributes_json"]
    assert "Dell" in rows.lot()["attributes_json"]
