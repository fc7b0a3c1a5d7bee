"""The page of an auction: the auction, and one part of the list of its lots."""

from __future__ import annotations

from datetime import datetime

from troostwatch.domain.errors import SourceError
from troostwatch.domain.lots import (
    AUCTION_DISPLAY_ID,
    LOT_DISPLAY_ID,
    Auction,
    ListedLot,
    ListingPage,
    NotUnderstood,
    full_size,
)
from troostwatch.infrastructure.web.parsers import next_data
from troostwatch.infrastructure.web.parsers.fields import Fields, as_url
from troostwatch.infrastructure.web.parsers.next_data import Props, items, mapping, text

# Parts of an auction that have no column of their own and are kept as they are.
_DETAILS = ("description", "additionalInformation", "viewingDays", "collectionDays", "deliveryCountries")


def parse_listing_page(html: bytes, *, site: str | None = None) -> ListingPage:
    """Return what an auction page says. Raises SourceError when it is none."""
    return parse_listing_props(next_data.page_props(html), site=site)


def parse_listing_props(props: Props, *, site: str | None = None, observed_at: datetime | None = None) -> ListingPage:
    """Return what the data of an auction page says."""
    site = site or next_data.origin(props.get("canonicalUrl"))
    noted: dict[str, str] = {}
    auction = parse_auction(props.get("auction"), site=site, noted=noted)
    listed = props.get("lots")
    if auction is None or not isinstance(listed, dict):
        raise SourceError("the page is no auction page: it lists no lots of an auction")
    page = Fields(listed, noted)
    lots, unnamed = _listed(page, site)
    return ListingPage(
        auction=auction,
        lots=tuple(lots),
        page_size=page.number("pageSize", "size of a page"),
        total=page.number("totalSize", "number of lots"),
        observed_at=Fields(props, noted).moment("serverTime", "time of the page") or observed_at,
        not_understood=not_understood(noted),
        unnamed=unnamed,
    )


def parse_auction(value: object, *, site: str | None, noted: dict[str, str]) -> Auction | None:
    auction = Fields(value, noted, called="auction")
    display_id = text(auction.values.get("displayId"))
    if display_id is None or not AUCTION_DISPLAY_ID.fullmatch(display_id):
        return None
    return Auction(
        display_id=display_id,
        site=site,
        slug=next_data.slug(auction.values.get("urlSlug")),
        name=auction.text("name", "name of the auction"),
        bidding_status=auction.text("biddingStatus", "status of the auction"),
        starts_at=auction.moment("startDate", "start of the auction"),
        ends_at=auction.moment("minEndDate", "end of the auction"),
        lot_count=auction.number("lotCount", "number of lots of the auction"),
        details={key: auction.values[key] for key in _DETAILS if auction.values.get(key)},
    )


def not_understood(noted: dict[str, str]) -> tuple[NotUnderstood, ...]:
    return tuple(NotUnderstood(field, value) for field, value in noted.items())


def _listed(page: Fields, site: str | None) -> tuple[list[ListedLot], tuple[NotUnderstood, ...]]:
    """Return the lots, and what stands where the code of a lot belongs and is none."""
    results = page.values.get("results")
    if not isinstance(results, list) and ("results" in page.values or page.values.get("totalSize")):
        page.note("list of lots", results)
    lots: list[ListedLot] = []
    unnamed: list[NotUnderstood] = []
    for value in items(results):
        display_id = text(mapping(value).get("displayId"))
        if display_id is None or not LOT_DISPLAY_ID.fullmatch(display_id):
            unnamed.append(NotUnderstood("code", f"{display_id or value!r:.60}"))
        else:
            lots.append(_lot(display_id, value, site))
    return lots, tuple(unnamed)


def _lot(display_id: str, value: object, site: str | None) -> ListedLot:
    noted: dict[str, str] = {}
    lot = Fields(value, noted)
    location = lot.inner("location", "place")
    cents, currency = lot.money("currentBidAmount", "price")
    image = lot.values.get("image")
    image = as_url(image.get("url") or image.get("src") if isinstance(image, dict) else image, site)
    return ListedLot(
        display_id=display_id,
        site=site,
        site_id=lot.text("id", "number of the site"),
        slug=next_data.slug(lot.values.get("urlSlug")),
        title=lot.text("title", "title"),
        city=location.text("city", "place"),
        country_code=location.text("countryCode", "country"),
        followers_count=lot.number("followersCount", "number of followers"),
        bidding_status=lot.text("biddingStatus", "status"),
        bids_count=lot.number("bidsCount", "number of bids"),
        current_bid_cents=cents,
        currency=currency,
        starts_at=lot.moment("startDate", "start"),
        closes_at=lot.moment("endDate", "closing time"),
        first_image_url=full_size(image) if image else None,
        not_understood=not_understood(noted),
    )
