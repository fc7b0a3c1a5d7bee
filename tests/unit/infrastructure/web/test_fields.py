"""What pages say in other forms than usual: understood where it is plain, else told, never taken for absent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fakes.lot_site import page_of

from troostwatch.domain.errors import SourceError
from troostwatch.domain.lots import ListedLot, LotDetailData, full_size, identities
from troostwatch.infrastructure.web.parsers.auction_listing import parse_listing_page
from troostwatch.infrastructure.web.parsers.lot_detail import parse_lot_page

CLOSES = datetime(2030, 3, 17, 17, 56, 40, tzinfo=UTC)


def listed(**fields: object) -> ListedLot:
    lots = {"results": [{"displayId": "A1-1-2"} | fields], "totalSize": 1}
    return parse_listing_page(page_of({"auction": {"displayId": "A1-1"}, "lots": lots})).lots[0]


def shown(**fields: object) -> LotDetailData:
    props: dict[str, Any] = {"lot": {"displayId": "A1-1-2"} | fields, "canonicalUrl": "https://x/l/a-A1-1-2"}
    return parse_lot_page(page_of(props))


@pytest.mark.parametrize(
    "given", [1900000600, 1900000600000, "1900000600", "2030-03-17T18:56:40+01:00", "2030-03-17T17:56:40Z"]
)
def test_a_time_is_understood_in_every_plain_form(given: object) -> None:
    lot = listed(endDate=given)

    assert (lot.closes_at, lot.not_understood) == (CLOSES, ())


@pytest.mark.parametrize("given", [0, -1, 1_000_000_000, 10**40, "soon", "2030-03-17T18:56:40", [], {}, True])
def test_a_time_without_sense_or_zone_or_before_2015_is_none_and_told(given: object) -> None:
    lot = listed(endDate=given)

    assert lot.closes_at is None
    assert [item.field for item in lot.not_understood] == ["closing time"]


@pytest.mark.parametrize(
    "given", [{"cents": 25055}, {"cents": "25055"}, {"cents": 25055.0}, {"amount": "250.55"}, {"value": 250.55}]
)
def test_a_price_is_understood_in_every_plain_form(given: dict[str, object]) -> None:
    lot = listed(currentBidAmount=given | {"currency": "EUR"})

    assert (lot.current_bid_cents, lot.currency, lot.not_understood) == (25055, "EUR", ())


@pytest.mark.parametrize("given", [{"cents": 250.55}, {"amount": "1.234,56"}, {"euros": 3}, "250", 250])
def test_a_price_of_another_form_is_told_and_never_guessed(given: object) -> None:
    lot = listed(currentBidAmount=given)

    assert (lot.current_bid_cents, lot.currency) == (None, None)
    assert "price" in [item.field for item in lot.not_understood]


def test_what_is_absent_is_not_told() -> None:
    assert listed(endDate=None, currentBidAmount=None, title="", bidsCount=None).not_understood == ()


def test_a_lot_whose_code_has_another_form_is_named() -> None:
    lots = {"results": [{"displayId": "TWK-1-2"}], "totalSize": 1}

    page = parse_listing_page(page_of({"auction": {"displayId": "A1-1"}, "lots": lots}))

    assert [item.value for item in page.unnamed] == ["'TWK-1-2'"]


@pytest.mark.parametrize(
    "entry",
    ["https://m/a", {"src": "https://m/a"}, {"type": "IMAGE", "image": {"url": "https://m/a"}}, {"url": "//m/a"}],
)
def test_a_photograph_is_understood_in_every_plain_form(entry: object) -> None:
    lot = shown(images=[entry])

    assert (lot.image_urls, lot.photographs_complete, lot.not_understood) == (("https://m/a",), True, ())


def test_an_address_without_its_site_is_completed_with_that_of_the_page() -> None:
    assert shown(images=["/a"]).image_urls == ("https://x/a",)


def test_a_film_is_no_photograph_and_no_gap() -> None:
    lot = shown(media=[{"url": "https://m/a"}, {"type": "VIDEO", "url": "https://m/v"}, {"url": "https://m/v.mp4"}])

    assert (lot.image_urls, lot.photographs_complete) == (("https://m/a",), True)


def test_a_list_understood_in_part_is_not_the_whole() -> None:
    lot = shown(images=[{"url": "https://m/a"}, {"ref": 7}], attributes=[{"name": "Type", "value": {"x": 1}}])

    assert not lot.photographs_complete
    assert not lot.attributes_complete
    assert [item.field for item in lot.not_understood] == ["photographs", "property"]


@pytest.mark.parametrize("query", ["?name=caf%E9.png", "?download", "?q=a%20b", "?u=https://x/a.png", "?a=1&&b", "?"])
def test_an_address_is_kept_letter_by_letter_but_for_the_size(query: str) -> None:
    assert full_size(f"https://m/p{query}") == f"https://m/p{query}"
    assert full_size("https://m/p?a=%20&imageSize=20x20&b") == "https://m/p?a=%20&b"


def test_photographs_are_told_apart_by_their_path_and_where_that_is_equal_by_the_rest() -> None:
    assert identities(["https://a/1?s=1", "https://b/2?s=2"]) == ["/1", "/2"]
    assert identities(["https://a/f?id=1", "https://a/f?id=2"]) == ["https://a/f?id=1", "https://a/f?id=2"]


def test_a_page_says_its_own_encoding_and_one_that_does_not_is_refused() -> None:
    page = '<meta charset="windows-1252"><script id="__NEXT_DATA__">%s</script>'
    data = '{"props": {"pageProps": {"lot": {"displayId": "A1-1-2", "title": "f\u00fcr 50 \u20ac"}}}}'
    html = (page % data).encode("windows-1252")

    assert parse_lot_page(html).title == "f\u00fcr 50 \u20ac"
    with pytest.raises(SourceError, match="UTF-8"):
        parse_lot_page(html.replace(b"charset", b"nothing"))


def test_data_in_another_form_is_told_without_the_advice_to_save_the_page_again() -> None:
    with pytest.raises(SourceError, match="another form") as caught:
        parse_lot_page(b'<script>self.__next_f.push([1, "5:[]"])</script>')

    assert "the site changed" in str(caught.value.hint)
