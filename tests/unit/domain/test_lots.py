"""What a listing tells about the pages of its lots."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from troostwatch.domain.lots import ListedLot, PageState, full_size, page_is_due

NOW = datetime(2025, 11, 29, 12, 0, tzinfo=UTC)
LOT = ListedLot(
    "A1-1-1",
    title="Laptop",
    slug="laptop-A1-1-1",
    first_image_url="https://media.example/1/file",
    closes_at=NOW + timedelta(days=1),
)
READ = PageState(LOT.page_digest, NOW - timedelta(hours=1))


def due(lot: ListedLot, known: PageState | None) -> bool:
    return page_is_due(lot, known, now=NOW, refresh_after=timedelta(hours=72))


def test_a_page_never_read_is_due() -> None:
    assert due(LOT, None)
    assert due(LOT, PageState(None, None))


def test_bids_and_price_alone_do_not_make_a_page_due() -> None:
    assert not due(replace(LOT, bids_count=9, current_bid_cents=12_000, bidding_status="CLOSING"), READ)


@pytest.mark.parametrize("change", [{"title": "Tablet"}, {"slug": "x"}, {"first_image_url": "https://m/2"}])
def test_a_changed_title_slug_or_first_photograph_makes_a_page_due(change: dict[str, str]) -> None:
    assert due(replace(LOT, **change), READ)


def test_the_host_of_the_first_photograph_does_not_matter() -> None:
    assert not due(replace(LOT, first_image_url="http://127.0.0.1/1/file"), READ)


def test_an_old_page_is_due_until_the_lot_is_closed() -> None:
    old = PageState(LOT.page_digest, NOW - timedelta(hours=73))

    assert due(LOT, old)
    assert not due(replace(LOT, closes_at=NOW - timedelta(minutes=1)), old)


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        ("https://m.example/a/file?imageSize=1024x768", "https://m.example/a/file"),
        ("https://m.example/a/file?imagesize=1&v=2", "https://m.example/a/file?v=2"),
        ("https://m.example/a/file#top", "https://m.example/a/file"),
    ],
)
def test_the_largest_version_of_a_photograph_is_asked_for(shown: str, asked: str) -> None:
    assert full_size(shown) == asked
