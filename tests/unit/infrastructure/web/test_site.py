"""What a source means, and the pages of a site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import stamina
from fakes.clock import FakeSleep
from fakes.lot_site import Answer, loopback_site, page_of

from troostwatch.domain.errors import SiteRefusedError, SourceError, UsageError
from troostwatch.domain.lots import FailedItem, PageAddress
from troostwatch.domain.remedies import NextStep, Remedy
from troostwatch.infrastructure.http.client import ClientOptions
from troostwatch.infrastructure.web.site import PageSource

SITE = "https://www.troostwijkauctions.com"


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@contextmanager
def source(site: str = SITE) -> Iterator[PageSource]:
    options = ClientOptions("Troostwatch/1 (test)", allow_private=True, attempts=2)
    clock = lambda: datetime(2025, 11, 29, tzinfo=UTC)  # noqa: E731
    with PageSource(options, sites={"A1": site}, most_bytes=100_000, clock=clock, sleep=FakeSleep()) as pages:
        yield pages


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (f"{SITE}/a/max-ict-A1-39499", PageAddress("A1-39499", SITE, "max-ict-A1-39499")),
        (f"{SITE}/nl/a/max-A1-39499?page=3", PageAddress("A1-39499", SITE, "max-A1-39499", "nl")),
        (f"{SITE}/l/lenovo-A1-39499-11#x", PageAddress("A1-39499-11", SITE, "lenovo-A1-39499-11")),
        (f"{SITE}/en/l/a-%25285%2529-A1-1-2/", PageAddress("A1-1-2", SITE, "a-(5)-A1-1-2", "en")),
        (f"{SITE}/l/A1-39499-11", PageAddress("A1-39499-11", SITE, "A1-39499-11")),
        ("A1-39499", PageAddress("A1-39499", SITE)),
        ("a1-39499-11", PageAddress("A1-39499-11", SITE)),
    ],
)
def test_addresses_and_codes_lead_to_pages(given: str, address: PageAddress) -> None:
    with source() as pages:
        assert pages.locate(given) == address


def test_files_and_folders_are_saved_pages(tmp_path: Path) -> None:
    (tmp_path / "x.har").write_text("{}")
    with source() as pages:
        assert pages.locate(str(tmp_path)) is None
        assert pages.locate(str(tmp_path / "x.har")) is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("A7-123", "no site is known for codes that begin with A7-"),
        ("missing.html", "there is no file"),
        ("laptop", "is no source"),
        (f"{SITE}/c/elektronica", "neither a lot page"),
        (f"{SITE}/l/no-code", "neither a lot page"),
        ("https://", "neither a lot page"),
        ("ftp://x/l/y-A1-1-1", "is no source"),
    ],
)
def test_what_makes_no_sense_is_said_with_advice(given: str, message: str) -> None:
    with source() as pages, pytest.raises(UsageError, match=message) as caught:
        pages.locate(given)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (PageAddress("A1-1", SITE), f"{SITE}/a/A1-1"),
        (PageAddress("A1-1-2", SITE, "a-(5)-A1-1-2", "nl"), f"{SITE}/nl/l/a-%285%29-A1-1-2"),
        (PageAddress("A1-1-2", SITE, "laptop"), f"{SITE}/l/laptop-A1-1-2"),
        (PageAddress("A1-1-2", SITE, "../x?y-A1-1-2"), f"{SITE}/l/..%2Fx%3Fy-A1-1-2"),
    ],
)
def test_a_slug_is_encoded_once_and_leads_nowhere_else(address: PageAddress, url: str) -> None:
    assert address.url == url


def listing(*ids: str, total: int | None = None) -> Answer:
    lots = {"results": [{"displayId": i} for i in ids], "pageSize": 2, "totalSize": total}
    return Answer(page_of({"auction": {"displayId": "A1-1"}, "lots": lots}))


def listed(pages: dict[int, Answer]) -> tuple[list[object], list[str]]:
    def answer(path: str) -> Answer:
        number = int(parse_qs(urlsplit(path).query).get("page", ["0"])[0])
        return pages.get(number, Answer(status=404)) if path.startswith("/a/") else Answer(status=404)

    with loopback_site(answer) as site, source(site.base) as found:
        items = list(found.listing(found.locate("A1-1")))
        names = [i.name if isinstance(i, FailedItem) else [lot.display_id for lot in i.lots] for i in items]
        return [str(n).replace(site.base, "") if isinstance(n, str) else n for n in names], list(site.requests)


@pytest.mark.parametrize("end", [listing(), listing("A1-1-1", "A1-1-2"), listing("A1-1-3")])
def test_an_empty_or_repeating_page_ends_the_listing(end: Answer) -> None:
    found, _ = listed({1: listing("A1-1-1", "A1-1-2"), 2: listing("A1-1-3"), 3: end, 4: listing("A1-1-9")})

    assert found == [["A1-1-1", "A1-1-2"], ["A1-1-3"]]


def test_listing_pages_are_asked_for_one_at_a_time() -> None:
    def answer(path: str) -> Answer:
        return listing("A1-1-1") if "/a/" in path else Answer(status=404)

    with loopback_site(answer) as site, source(site.base) as pages:
        next(pages.listing(pages.locate("A1-1")))

        assert [path for path in site.requests if "/a/" in path] == ["/a/A1-1?page=1"]


def test_a_listing_page_that_fails_is_passed_over_where_more_are_promised() -> None:
    pages = {1: listing("A1-1-1", "A1-1-2", total=6), 2: Answer(status=500), 3: listing("A1-1-5")}

    found, _ = listed(pages | {4: listing()})

    assert found == [["A1-1-1", "A1-1-2"], "/a/A1-1?page=2", ["A1-1-5"]]


def test_a_first_listing_page_that_fails_ends_the_source() -> None:
    with pytest.raises(SourceError, match="404"):
        listed({})


def lot_page(answer: Answer) -> None:
    def given(path: str) -> Answer:
        return answer if path.startswith("/l/") else Answer(status=404)

    with loopback_site(given) as site, source(site.base) as pages:
        pages.lot(pages.locate("A1-1-2"))


def test_a_site_that_refuses_is_told_with_the_advice_to_save_pages() -> None:
    with pytest.raises(SiteRefusedError, match="403") as caught:
        lot_page(Answer(status=403))

    assert caught.value.hint == NextStep(Remedy.SYNC_SAVED_PAGES)


def test_another_lots_page_is_not_taken_for_the_one_asked_for() -> None:
    with pytest.raises(SourceError, match="shows lot A1-1-3 instead"):
        lot_page(Answer(page_of({"lot": {"displayId": "A1-1-3"}})))
