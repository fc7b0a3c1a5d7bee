"""A drawn auction has the troubles of a real one, and the site serves what it says."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime

import httpx
import pytest
from PIL import Image

from troostwatch.infrastructure.synthetic.auction import draw_auction
from troostwatch.infrastructure.synthetic.site import serve

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def auction():
    return draw_auction(3, lots=7)


def props(html: str) -> dict:
    (data,) = re.findall(r'<script id="__NEXT_DATA__" type="application/json">(.*?)</script>', html, re.DOTALL)
    return json.loads(data)["props"]["pageProps"]


def test_the_same_seed_gives_the_same_auction() -> None:
    assert draw_auction(4, lots=1) == draw_auction(4, lots=1)
    assert draw_auction(4, lots=1) != draw_auction(5, lots=1)


def test_an_auction_has_its_troubles(auction) -> None:
    one, two, three, four, five, six, _ = auction.lots

    assert two.photographs[-1] == one.photographs[-1]
    assert four.photographs[-1].body == three.photographs[-1].body
    assert four.photographs[-1].path != three.photographs[-1].path
    assert six.photographs[-1].body is None
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(five.photographs[-1].body)).load()


def test_lots_have_photographs_without_a_label_and_codes_to_find(auction) -> None:
    photographs = [photo for lot in auction.lots for photo in lot.photographs]

    assert any(not photo.truth.codes for photo in photographs)
    assert all(any(photo.truth.codes for photo in lot.photographs) for lot in auction.lots)
    assert all(2 <= len(lot.photographs) <= 3 for lot in auction.lots)


def test_the_listing_says_what_the_auction_is(auction) -> None:
    with serve(auction, page_size=3, now=NOW) as site:
        pages = [props(httpx.get(f"{site.auction_url}?page={n}").text) for n in (1, 2, 3, 4)]

    results = [result for page in pages for result in page["lots"]["results"]]
    assert [len(page["lots"]["results"]) for page in pages] == [3, 3, 1, 0]
    assert {(page["lots"]["pageSize"], page["lots"]["totalSize"]) for page in pages} == {(3, 7)}
    assert [result["displayId"] for result in results] == [lot.display_id for lot in auction.lots]
    assert [result["currentBidAmount"]["cents"] for result in results] == [lot.bid_cents for lot in auction.lots]
    assert all(result["endDate"] > NOW.timestamp() for result in results)
    assert pages[0]["auction"]["displayId"] == "A1-90001"
    assert pages[0]["auction"]["lotCount"] == 7
    assert pages[0]["serverTime"] == NOW.timestamp() * 1000


def test_a_lot_page_links_the_photographs_in_order(auction) -> None:
    lot = auction.lots[4]

    with serve(auction) as site:
        page = props(httpx.get(site.lot_url(lot)).text)["lot"]
        statuses = [httpx.get(image["url"]).status_code for image in page["images"]]
        served = httpx.get(page["images"][0]["url"])

    assert (page["displayId"], page["title"]) == (lot.display_id, lot.title)
    assert [image["order"] for image in page["images"]] == [0, 1, 2]
    assert statuses == [200, 200, 200]
    assert served.content == lot.photographs[0].body
    assert served.headers["Content-Type"] == "image/jpeg"


def test_what_is_not_there_is_not_found_and_robots_are_welcome(auction) -> None:
    missing = auction.lots[5].photographs[-1].path

    with serve(auction) as site:
        answers = {
            path: httpx.get(site.base_url + path).status_code
            for path in ("/", "/l/nothing-A1-90001-99", "/a/other-A1-1", missing, "/robots.txt")
        }
        page = httpx.get(f"{site.auction_url}?page=x").status_code
        prefixed = httpx.get(f"{site.base_url}/nl/a/{auction.slug}").status_code

    assert list(answers.values()) == [404, 404, 404, 404, 200]
    assert (page, prefixed) == (200, 200)


def test_requests_are_counted_by_path(auction) -> None:
    with serve(auction) as site:
        for _ in range(3):
            httpx.get(site.auction_url + "?page=2")
        httpx.get(site.base_url + "/robots.txt")
        counted = site.requests

    assert counted == {f"/a/{auction.slug}": 3, "/robots.txt": 1}
