"""What a synchronisation asks for, in which order, and what it keeps; on a real database and a made-up site."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.clock import FakeClock, FakeStop
from fakes.pages import FakePages, relist

from troostwatch.domain.errors import SiteRefusedError, SourceError
from troostwatch.domain.lots import (
    Auction,
    FailedItem,
    ListedLot,
    ListingPage,
    LotDetailData,
    LotPhotograph,
    NotUnderstood,
)
from troostwatch.domain.runs import Outcome
from troostwatch.infrastructure.db.unit_of_work import SqliteUnitOfWork, open_database
from troostwatch.services.sync.report import SyncReport
from troostwatch.services.sync.sync import SyncService

AUCTION = Auction("A1-1", name="Max ICT")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(tmp_path / "t.db")
    yield connection
    connection.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def detail(display_id: str) -> LotDetailData:
    photographs = (LotPhotograph(f"https://m/{display_id}/0", 0), LotPhotograph("https://m/stock", 1))
    return LotDetailData(display_id, title=f"Lot {display_id}", photographs=photographs)


def listed(clock: FakeClock, **closing_in_hours: float | None) -> ListingPage:
    """Return a page of lots `_1`, `_2` … with the hours until each closes."""
    lots = tuple(
        ListedLot(
            f"A1-1-{name[1:]}",
            title=f"Lot {name}",
            closes_at=None if hours is None else clock.now + timedelta(hours=hours),
        )
        for name, hours in closing_in_hours.items()
    )
    return ListingPage(AUCTION, lots, page_size=48, total=len(lots))


class Sync:
    def __init__(self, connection: sqlite3.Connection, clock: FakeClock, pages: FakePages) -> None:
        self.connection = connection
        self.service = SyncService(
            lambda: SqliteUnitOfWork(connection), pages, clock, refresh_after=timedelta(hours=72)
        )

    def __call__(self, *sources: str, stop: FakeStop | None = None, **options: object) -> SyncReport:
        return self.service.sync(sources, stop=stop or FakeStop(), **options)

    def count(self, table: str) -> int:
        return self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.fixture
def pages() -> FakePages:
    return FakePages(make=detail)


@pytest.fixture
def sync(connection: sqlite3.Connection, clock: FakeClock, pages: FakePages) -> Sync:
    return Sync(connection, clock, pages)


def test_lots_about_to_close_are_read_first_and_closed_ones_last(
    sync: Sync, pages: FakePages, clock: FakeClock
) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=-1, _2=48, _3=None), listed(clock, _4=2)]

    report = sync("A1-1")

    assert pages.lots_asked == ["A1-1-4", "A1-1-2", "A1-1-3", "A1-1-1"]
    assert (report.outcome, report.lots_seen, report.lots_read) == (Outcome.DONE, 4, 4)
    assert report.photographs_new == 8


def test_a_second_run_asks_for_the_listing_alone(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=5, _2=6)]
    sync("A1-1")
    pages.asked.clear()

    report = sync("A1-1")

    assert pages.asked == ["listing A1-1"]
    assert report.unchanged == 2


def test_a_second_run_asks_for_what_changed_or_is_old(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=500, _2=500, _3=1)]
    sync("A1-1")
    pages.asked.clear()
    page = pages.listings["A1-1"][0]

    pages.listings["A1-1"] = [
        relist(page, lambda lot: replace(lot, title="New", bids_count=3) if lot.display_id == "A1-1-2" else lot)
    ]
    sync("A1-1")
    assert pages.lots_asked == ["A1-1-2"]

    clock.forward(hours=80)
    sync("A1-1")
    assert sorted(pages.lots_asked[1:]) == ["A1-1-1", "A1-1-2"]  # the third is closed by now


def test_a_new_price_is_stored_without_reading_the_page(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=5)]
    sync("A1-1")
    pages.listings["A1-1"] = [relist(pages.listings["A1-1"][0], lambda lot: replace(lot, current_bid_cents=900))]
    pages.asked.clear()

    sync("A1-1")

    assert pages.lots_asked == []
    assert sync.connection.execute("SELECT current_bid_cents FROM lots").fetchone()[0] == 900


def test_a_dry_run_tells_what_would_be_read_and_writes_nothing(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=5, _2=1)]
    before = list(sync.connection.iterdump())

    report = sync("A1-1", "A1-2-7", dry_run=True, limit=3)

    assert report.planned == [f"https://site.example/l/{name}" for name in ("A1-1-2", "A1-1-1", "A1-2-7")]
    assert pages.lots_asked == []
    assert list(sync.connection.iterdump()) == before
    assert report.summary() == "would read 3 lot pages; 0 unchanged"


def test_a_limit_counts_lot_pages(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=3, _2=2, _3=1)]

    assert sync("A1-1", "A1-9-1", limit=2).lots_read == 2
    assert pages.lots_asked == ["A1-1-3", "A1-1-2"]


def test_closing_within_leaves_out_the_rest_of_a_listing(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=-1, _2=5, _3=25, _4=None)]

    sync("A1-1", closing_within=timedelta(hours=24))

    assert pages.lots_asked == ["A1-1-2"]
    assert sync.count("lots") == 4  # what the listing says of the others is kept


def test_a_lot_page_that_fails_is_named_and_the_rest_goes_on(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.make = None
    pages.listings["A1-1"] = [listed(clock, _1=1, _2=2), FailedItem("page 2", "500")]
    pages.lots = {"A1-1-1": SourceError("it answers 404"), "A1-1-2": detail("A1-1-2")}

    report = sync("A1-1")

    assert report.outcome is Outcome.SOME_FAILED
    assert [item.name for item in report.failed] == ["page 2", "https://site.example/l/A1-1-1"]
    assert report.lots_read == 1


def test_a_lot_page_that_fails_as_nobody_foresaw_is_named_and_the_rest_goes_on(
    sync: Sync, pages: FakePages, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    def make(display_id: str) -> LotDetailData:
        if display_id == "A1-1-1":
            raise RecursionError("too deep")
        return detail(display_id)

    pages.make = make
    pages.listings["A1-1"] = [listed(clock, _1=1, _2=2)]

    report = sync("A1-1")

    assert [item.reason for item in report.failed] == ["unforeseen RecursionError: too deep"]
    assert report.lots_read == 1
    assert "Traceback" in caplog.text


def test_a_source_that_fails_as_nobody_foresaw_does_not_keep_the_next_waiting(
    sync: Sync, pages: FakePages, clock: FakeClock
) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=1)]

    report = sync("A1-9", "A1-1")  # of A1-9 the fake knows nothing: KeyError

    assert [item.name for item in report.refused] == ["A1-9"]
    assert report.lots_read == 1


def test_a_site_that_refuses_ends_its_source_and_the_next_goes_on(
    sync: Sync, pages: FakePages, clock: FakeClock
) -> None:
    pages.make = None
    pages.listings["A1-1"] = [listed(clock, _1=1, _2=2)]
    pages.lots = {"A1-1-1": SiteRefusedError("403", hint="save pages")}
    pages.files["saved/"] = [detail("A1-1-3")]

    report = sync("A1-1", "saved/")

    assert report.outcome is Outcome.FAILED
    assert report.refused == [FailedItem("A1-1", "403", "save pages")]
    assert pages.lots_asked == ["A1-1-1"]
    assert report.lots_read == 1


def test_saved_pages_of_both_kinds_are_stored_and_broken_ones_named(
    sync: Sync, pages: FakePages, clock: FakeClock
) -> None:
    pages.files["saved/"] = [FailedItem("x.html", "damaged"), listed(clock, _1=1, _2=1), detail("A1-1-2")]

    report = sync("saved/")

    assert report.outcome is Outcome.SOME_FAILED
    assert (report.lots_read, sync.count("lots"), sync.count("lot_images")) == (1, 2, 2)


def test_a_page_saved_long_ago_is_soon_read_again(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    old = replace(detail("A1-1-1"), observed_at=clock.now - timedelta(hours=100))
    pages.files["saved/"] = [old, replace(detail("A1-1-2"), observed_at=clock.now)]
    page = listed(clock, _1=5, _2=5)
    pages.listings["A1-1"] = [
        relist(
            page,
            lambda lot: replace(lot, title=f"Lot {lot.display_id}", first_image_url=f"https://m/{lot.display_id}/0"),
        )
    ]

    sync("saved/")
    sync("A1-1")

    assert pages.lots_asked == ["A1-1-1"]


def test_a_stop_keeps_what_was_read_and_the_next_run_reads_the_rest(
    sync: Sync, pages: FakePages, clock: FakeClock
) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=1, _2=2, _3=3)]

    report = sync("A1-1", stop=FakeStop(after=3))

    assert report.outcome is Outcome.STOPPED
    assert 0 < report.lots_read < 3
    assert sync("A1-1").lots_read == 3 - report.lots_read
    assert sorted(pages.lots_asked) == ["A1-1-1", "A1-1-2", "A1-1-3"]


def test_the_end_of_the_time_is_told_from_a_stop(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=1)]

    assert sync("A1-1", stop=FakeStop(after=0, out_of_time=True)).outcome is Outcome.OUT_OF_TIME


def test_a_run_that_dies_in_the_middle_keeps_every_lot_before(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    def make(display_id: str) -> LotDetailData:
        if display_id == "A1-1-3":
            raise KeyboardInterrupt
        return detail(display_id)

    pages.make = make
    pages.listings["A1-1"] = [listed(clock, _1=1, _2=2, _3=3)]

    with pytest.raises(KeyboardInterrupt):
        sync("A1-1")

    assert sync.count("lot_images") == 4


def test_an_auction_of_576_lots_keeps_one_page_in_memory(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    numbers = [{f"_{48 * page + i}": 5.0 for i in range(48)} for page in range(12)]
    pages.listings["A1-1"] = [listed(clock, **lots) for lots in numbers]

    report = sync("A1-1")

    assert report.lots_read == 576
    assert pages.most_alive <= 2  # the one in hand, and the one before until it is let go


def test_no_transaction_is_open_while_a_page_is_asked_for(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    def make(display_id: str) -> LotDetailData:
        assert not sync.connection.in_transaction
        return detail(display_id)

    pages.make = make
    pages.listings["A1-1"] = [listed(clock, _1=1, _2=2)]

    assert sync("A1-1").lots_read == 2


def test_the_summary_is_a_sentence(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=1, _2=2)]

    assert sync("A1-1").summary() == "2 lots in 1 auction, 2 read, 0 unchanged, 4 new photographs"


def test_no_time_at_all_leaves_out_every_lot(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [listed(clock, _1=1)]

    assert sync("A1-1", closing_within=timedelta(0)).lots_read == 0


def test_lots_promised_and_not_shown_are_told(sync: Sync, pages: FakePages, clock: FakeClock) -> None:
    pages.listings["A1-1"] = [replace(listed(clock, _1=5), total=18)]

    report = sync("A1-1")

    assert report.outcome is Outcome.SOME_FAILED
    assert "17 are missing" in report.failed[0].reason


def test_a_field_that_is_not_understood_is_told_once_with_its_number(
    sync: Sync, pages: FakePages, clock: FakeClock
) -> None:
    page = listed(clock, _1=5, _2=5)
    odd = (NotUnderstood("closing time", "'soon'"),)
    pages.listings["A1-1"] = [replace(page, lots=tuple(replace(lot, not_understood=odd) for lot in page.lots))]

    report = sync("A1-1")

    assert [item.name for item in report.told] == ["closing time of 2 of 2 lots"]
    assert report.outcome is Outcome.SOME_FAILED
