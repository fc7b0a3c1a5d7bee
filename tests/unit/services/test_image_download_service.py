"""One request for each address, one commit for each photograph, and patience with those that fail."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.clock import FakeClock, FakeStop
from fakes.photographs import FakePhotographs

from troostwatch.domain.images import DownloadStatus, FetchFailed, LotImage, RetryPolicy
from troostwatch.domain.lots import ListedLot, LotDetailData, LotPhotograph
from troostwatch.domain.runs import Outcome
from troostwatch.infrastructure.db.unit_of_work import SqliteUnitOfWork, open_database
from troostwatch.services.image_download import DownloadReport, ImageDownloadService
from troostwatch.services.requests import Selection

BUSY = FetchFailed(0, "it answers 503")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(tmp_path / "t.db")
    yield connection
    connection.close()


class Downloads:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.clock = FakeClock()
        self.source = FakePhotographs()
        self.slept: list[float] = []
        self.service = ImageDownloadService(
            self.uow, self.source, self.clock, RetryPolicy(max_attempts=4), sleep=self._sleep
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.forward(seconds=seconds)

    def uow(self) -> SqliteUnitOfWork:
        return SqliteUnitOfWork(self.connection)

    def lot(self, display_id: str, *urls: str, closes_in_hours: float = 5) -> None:
        photographs = tuple(LotPhotograph(url, i) for i, url in enumerate(urls))
        now = self.clock.now
        with self.uow() as uow:
            closes_at = now + timedelta(hours=closes_in_hours)
            uow.lots.record_listed(ListedLot(display_id, closes_at=closes_at), observed_at=now)
            uow.lots.record_page(
                LotDetailData(display_id, photographs=photographs), observed_at=now, read_at=now, digest=""
            )
            uow.commit()

    def run(self, *, stop: FakeStop | None = None, **chosen: Any) -> DownloadReport:
        return self.service.download_pending(Selection(**chosen), stop=stop or FakeStop())

    def image(self, lot: str = "A1-1-1", position: int = 0) -> LotImage:
        with self.uow() as uow:
            return uow.images.of_lot(lot)[position]


@pytest.fixture
def downloads(connection: sqlite3.Connection) -> Downloads:
    return Downloads(connection)


def test_what_waits_is_fetched_and_stored(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "a", "b")

    report = downloads.run()

    assert (report.downloaded, report.outcome) == (2, Outcome.DONE)
    assert downloads.image().download_status is DownloadStatus.DOWNLOADED
    assert downloads.image().local_path.startswith("A1-1-1/0-")
    assert downloads.run().summary() == "0 downloaded, 0 shared"


def test_lots_about_to_close_come_first(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "late", closes_in_hours=50)
    downloads.lot("A1-1-2", "soon", closes_in_hours=1)
    downloads.lot("A1-1-3", "closed", closes_in_hours=-1)

    downloads.run()

    assert downloads.source.asked == ["soon", "late", "closed"]


def test_closing_within_lots_and_limit_choose(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "late", closes_in_hours=50)
    downloads.lot("A1-1-2", "soon", "soon2", "soon3", closes_in_hours=1)

    downloads.run(closing_within=timedelta(hours=24), limit=1)
    downloads.run(lots=["A1-1-1"])
    downloads.run(limit=1)

    assert downloads.source.asked == ["soon", "late", "soon2"]


def test_twenty_lots_that_show_one_photograph_cost_one_request(downloads: Downloads) -> None:
    for number in range(20):
        downloads.lot(f"A1-1-{number}", "stock", f"own{number}")

    report = downloads.run()

    assert (report.downloaded, report.shared) == (21, 19)
    assert downloads.source.asked.count("stock") == 1
    assert downloads.image("A1-1-7").sha256 == downloads.image("A1-1-8").sha256
    assert downloads.image("A1-1-7").local_path != downloads.image("A1-1-8").local_path


def test_a_photograph_of_an_earlier_run_is_shared_without_a_request(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "stock")
    downloads.run()
    downloads.lot("A1-1-2", "stock")

    report = downloads.run()

    assert (report.downloaded, report.shared) == (0, 1)
    assert downloads.source.asked == ["stock"]


def test_a_photograph_whose_file_is_lost_is_asked_for_again(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "stock")
    downloads.run()
    downloads.lot("A1-1-2", "stock")
    downloads.source.lost.add(downloads.image().local_path)

    assert downloads.run().downloaded == 1


def test_no_transaction_is_open_while_a_photograph_is_fetched(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "a", "b", "c")
    fetch_all, connection = downloads.source.fetch_all, downloads.connection

    def watched(*args: object) -> object:
        for result in fetch_all(*args):
            assert not connection.in_transaction
            yield result

    downloads.source.fetch_all = watched  # type: ignore[assignment]

    assert downloads.run().downloaded == 3


def test_a_run_that_dies_keeps_every_photograph_before(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "a", "b", "c")
    fetch_all = downloads.source.fetch_all

    def dying(*args: object) -> object:
        for number, result in enumerate(fetch_all(*args)):
            if number == 2:
                raise KeyboardInterrupt
            yield result

    downloads.source.fetch_all = dying  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        downloads.run()
    downloads.source.fetch_all = fetch_all

    assert downloads.run().downloaded == 1


def test_a_temporary_failure_is_tried_again_by_the_next_runs_and_then_parked(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "a")
    downloads.source.failures["a"] = BUSY

    first = downloads.run()
    assert (first.outcome, first.waiting) == (Outcome.SOME_FAILED, 1)
    assert "A1-1-1 photograph 0: it answers 503" in first.problems

    downloads.run()
    downloads.run()
    assert downloads.image().download_attempts == 3

    downloads.run()
    assert downloads.source.asked == ["a"] * 3  # the third failure waits a minute

    downloads.clock.forward(minutes=2)
    last = downloads.run()
    assert last.parked == ["A1-1-1 photograph 0: it answers 503"]
    assert downloads.image().download_status is DownloadStatus.FAILED


def test_a_failure_of_a_shared_photograph_counts_for_every_lot(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "stock")
    downloads.lot("A1-1-2", "stock")
    downloads.source.failures["stock"] = FetchFailed(0, "404", gone=True)

    report = downloads.run()

    assert report.gone == 2
    assert downloads.source.asked == ["stock"]
    assert downloads.image("A1-1-2").download_status is DownloadStatus.GONE


def test_a_permanent_failure_is_parked_at_once_and_reopened_by_hand(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "a")
    downloads.source.failures["a"] = FetchFailed(0, "a PDF", permanent=True)
    assert len(downloads.run().parked) == 1
    assert downloads.run().failed == 0

    with downloads.uow() as uow:
        assert uow.images.reopen_failed() == (1, 0)
        uow.commit()
    downloads.source.failures.clear()

    assert downloads.run().downloaded == 1


def test_a_short_rest_that_the_server_asked_for_is_waited_out_by_the_next_run(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "a", "b")
    downloads.source.failures["a"] = FetchFailed(0, "503", retry_after=1.0)
    downloads.run()
    downloads.source.failures.clear()

    report = downloads.run()

    assert report.downloaded == 1
    assert 1.0 <= sum(downloads.slept) <= 3.0


def test_a_long_rest_is_left_to_a_later_run(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "a")
    downloads.source.failures["a"] = FetchFailed(0, "503", retry_after=3600.0)
    downloads.run()

    assert downloads.run().downloaded == 0
    assert downloads.slept == []

    downloads.source.failures.clear()
    downloads.clock.forward(seconds=3602)
    assert downloads.run().downloaded == 1


def test_a_stop_keeps_what_arrived_and_the_next_run_fetches_the_rest(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "a", "b", "c")

    report = downloads.run(stop=FakeStop(after=1))

    assert report.outcome is Outcome.STOPPED
    assert report.downloaded < 3
    assert downloads.run().downloaded == 3 - report.downloaded


def test_no_time_at_all_chooses_nothing(downloads: Downloads) -> None:
    downloads.lot("A1-1-1", "a")

    assert downloads.run(closing_within=timedelta(0)).downloaded == 0
