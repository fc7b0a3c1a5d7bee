"""Lot pages and auction pages, real ones and hostile ones."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fakes.lot_site import CAPTURED, needs_captured_lots, page_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troostwatch.domain.errors import SourceError
from troostwatch.domain.lots import Attribute, ListingPage
from troostwatch.infrastructure.web.pages import parse_props
from troostwatch.infrastructure.web.parsers import next_data
from troostwatch.infrastructure.web.parsers.auction_listing import parse_listing_page
from troostwatch.infrastructure.web.parsers.lot_detail import LotDetailData, parse_lot_page


def lot_page(lot: dict[str, Any], **props: object) -> LotDetailData:
    return parse_lot_page(page_of({"lot": {"displayId": "A1-1-2"} | lot} | props))


@needs_captured_lots
def test_a_real_lot_page_is_read_in_full() -> None:
    html = gzip.decompress((CAPTURED / "pages" / "A1-39499-427.html.gz").read_bytes())

    lot = parse_lot_page(html)

    assert lot.display_id == "A1-39499-427"
    assert lot.site == "https://www.troostwijkauctions.com"
    assert lot.title == "Ubiquiti AC Pro Accespoints (5-pack)"
    assert lot.slug == "ubiquiti-ac-pro-accespoints-(5-pack)-A1-39499-427"
    assert lot.category == "Elektronica > Computers & tablets"
    assert (lot.city, lot.country_code, lot.condition) == ("Deurne", "nl", "NOT_CHECKED")
    assert lot.attributes
    assert len(lot.image_urls) == 2
    assert lot.image_urls[0].startswith("https://media.tbauctions.com/image-media/")
    assert lot.observed_at == datetime(2025, 11, 29, 1, 14, 56, 887000, tzinfo=UTC)
    assert lot.auction
    assert lot.auction.name == "Goederen opgekocht uit faillissement Max ICT (1/2)"
    assert lot.auction.ends_at == datetime(2025, 12, 1, 18, 0, tzinfo=UTC)
    assert "collectionDays" in lot.auction.details


def test_everything_but_the_display_id_may_be_missing() -> None:
    assert lot_page({}) == LotDetailData("A1-1-2")


def test_a_page_without_a_list_of_photographs_says_nothing_about_them() -> None:
    assert lot_page({}).photographs is None
    assert lot_page({"images": "broken"}).photographs is None
    assert lot_page({"images": [{"href": "?"}]}).photographs is None
    assert lot_page({"images": []}).photographs == ()


def test_photographs_come_in_the_order_of_the_page() -> None:
    images = [{"url": "https://m/b", "order": 1, "alt": "back"}, {"url": "https://m/a", "order": 0}]

    lot = lot_page({"images": images})

    assert [(p.position, p.url, p.alt) for p in lot.photographs] == [
        (0, "https://m/a", None),
        (1, "https://m/b", "back"),
    ]


def test_orders_that_make_no_sense_give_way_to_the_place_in_the_list() -> None:
    images = [{"url": "https://m/a", "order": 3}, {"url": "https://m/b", "order": 3}, {"url": "https://m/c"}]

    assert [p.position for p in lot_page({"images": images}).photographs] == [0, 1, 2]


def test_a_photograph_shown_twice_is_one_and_media_stands_in_for_images() -> None:
    media = [{"url": "https://m/a?imageSize=1024x768"}, {"url": "https://m/a"}, {"url": "javascript:x"}]

    assert lot_page({"media": media}).image_urls == ("https://m/a",)
    assert lot_page({"images": [], "media": media}).image_urls == ("https://m/a",)


@pytest.mark.parametrize("slug", ["a-%285%29-A1-1-2", "a-%25285%2529-A1-1-2", "a-(5)-A1-1-2"])
def test_slugs_lose_their_percent_encoding_however_often_it_was_done(slug: str) -> None:
    assert lot_page({"urlSlug": slug}).slug == "a-(5)-A1-1-2"


def test_attributes_keep_the_names_of_the_page() -> None:
    attributes = [{"name": "Merk", "value": "Hp", "unit": None}, {"name": "Jaar", "value": 2019}, {"name": ""}]

    assert lot_page({"attributes": attributes}).attributes == (
        Attribute("Merk", "Hp"),
        Attribute("Jaar", "2019"),
    )


def test_the_last_breadcrumb_is_the_lot_and_no_category() -> None:
    crumbs = [{"label": "Elektronica", "href": "/c/e"}, {"label": "Laptop", "active": True}]

    assert lot_page({}, categoryBreadcrumbs=crumbs).category == "Elektronica"


def test_another_lots_auction_on_the_page_is_not_taken() -> None:
    assert lot_page({}, auction={"displayId": "A1-9"}).auction is None
    assert lot_page({}, auction={"displayId": "A1-1"}).auction is not None


@pytest.mark.parametrize("display_id", [None, 7, "", "../../etc", "A1-1", "A1-1-2/..", "A1-1-٣"])
def test_a_page_that_names_no_lot_is_no_lot_page(display_id: object) -> None:
    with pytest.raises(SourceError, match="names no lot"):
        parse_lot_page(page_of({"lot": {"displayId": display_id}}))


def test_a_listing_tells_price_closing_time_and_status() -> None:
    result = {
        "displayId": "A1-1-2",
        "title": "Laptop",
        "urlSlug": "laptop-A1-1-2",
        "image": {"url": "https://m/a/file?imageSize=200x200"},
        "biddingStatus": "BIDDING_OPEN",
        "bidsCount": 3,
        "currentBidAmount": {"cents": 12_300, "currency": "EUR"},
        "endDate": 1764612000,
    }
    listing = {"results": [result, {"displayId": "?"}, None], "pageSize": 48, "totalSize": 576}

    page = parse_listing_page(page_of({"auction": {"displayId": "A1-1"}, "lots": listing}))

    (lot,) = page.lots
    assert (lot.current_bid_cents, lot.currency, lot.bids_count) == (12_300, "EUR", 3)
    assert lot.closes_at == datetime(2025, 12, 1, 18, 0, tzinfo=UTC)
    assert lot.first_image_url == "https://m/a/file"
    assert (page.page_size, page.total) == (48, 576)


@pytest.mark.parametrize(
    "html",
    [
        b"",
        b"<html>Access denied</html>",
        b'<script id="__NEXT_DATA__">{"props": </script>',
        b'<script id="__NEXT_DATA__">[]</script>',
        b'<script id="__NEXT_DATA__">{"props": {"pageProps": 5}}</script>',
        b'<script id="__NEXT_DATA__">{"props"',
        b'<script id="__NEXT_DATA__">' + b"[" * 100_000 + b"</script>",
        b"__NEXT_DATA__ __NEXT_DATA__ <b>",
    ],
)
def test_a_damaged_page_is_an_error_we_can_name(html: bytes) -> None:
    with pytest.raises(SourceError):
        parse_lot_page(html)


def test_the_name_of_the_script_in_other_places_is_passed_over() -> None:
    html = b"<script>self.__NEXT_DATA__ = 1</script>" + page_of({"lot": {"displayId": "A1-1-2"}})

    assert next_data.page_props(html)["lot"]["displayId"] == "A1-1-2"


def test_half_an_emoji_does_not_cost_the_page() -> None:
    html = page_of({"lot": {"displayId": "A1-1-2", "title": "Laptop \ud83d"}})
    assert b"\\ud83d" in html

    assert parse_lot_page(html).title == "Laptop ?"


KEYS = [
    *("displayId", "id", "title", "description", "additionalInformation", "images", "media", "attributes"),
    *("location", "countryCode", "city", "urlSlug", "quantity", "condition", "followersCount", "remarks", "url"),
    *("alt", "order", "name", "unit", "value", "auction", "startDate", "minEndDate", "lotCount"),
    *("collectionDays", "categoryBreadcrumbs", "label", "href", "serverTime", "lots", "results", "pageSize"),
    *("totalSize", "bidsCount", "currentBidAmount", "cents", "currency", "endDate", "image", "canonicalUrl"),
]
# A loaded machine is no reason to fail.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
FIELD = st.sampled_from(KEYS)

HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text()
    | st.sampled_from(["A1-1-2", "A1-1", "https://m/a", "http://[", "//x", "%25%", "http://x:99999/"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELD, inner, max_size=4),
    max_leaves=12,
)


@patient
@given(lot=st.dictionaries(FIELD, HOSTILE, max_size=12), props=st.dictionaries(FIELD, HOSTILE, max_size=12))
def test_no_type_in_any_field_breaks_the_parser(lot: dict[str, Any], props: dict[str, Any]) -> None:
    page = parse_props(props | {"lot": lot | {"displayId": "A1-1-2"}})

    assert isinstance(page, LotDetailData)
    assert page.display_id == "A1-1-2"
    assert all(url.startswith(("http://", "https://")) for url in page.image_urls)
    assert len({p.position for p in page.photographs or ()}) == len(page.photographs or ())
    json.dumps(str(page)).encode()


@patient
@given(result=st.dictionaries(FIELD, HOSTILE, max_size=12), auction=st.dictionaries(FIELD, HOSTILE, max_size=12))
def test_no_type_in_any_field_breaks_the_parser_of_listings(result: dict[str, Any], auction: dict[str, Any]) -> None:
    page = parse_props(
        {
            "auction": auction | {"displayId": "A1-1"},
            "lots": {"results": [result | {"displayId": "A1-1-2"}, result]},
        }
    )

    assert isinstance(page, ListingPage)
    assert page.lots[0].display_id == "A1-1-2"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_search_for_the_data(noise: bytes) -> None:
    with pytest.raises(SourceError):
        next_data.page_props(b"<script __NEXT_DATA__" + noise)
