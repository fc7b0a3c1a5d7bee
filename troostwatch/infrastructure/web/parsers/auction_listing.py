"""The page of an auction: the auction, and one part of the list of its lots."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from troostwatch.domain.errors import SourceError
from troostwatch.domain.lots import (
    AUCTION_DISPLAY_ID,
    LOT_DISPLAY_ID,
    Auction,
    ListedLot,
    ListingPage,
    full_size,
)
from troostwatch.infrastructure.web.parsers import next_data
from troostwatch.infrastructure.web.parsers.next_data import Props, items, mapping, moment, number, text

# Parts of an auction that have no column of their own and are kept as they are.
_DETAILS = ("description", "additionalInformation", "viewingDays", "collectionDays", "deliveryCountries")


def parse_listing_page(html: bytes, *, site: str | None = None) -> ListingPage:
    """Return what an auction page says. Raises SourceError when it is none."""
    return parse_listing_props(next_data.page_props(html), site=site)


def parse_listing_props(props: Props, *, site: str | None = None, observed_at: datetime | None = None) -> ListingPage:
    """Return what the data of an auction page says."""
    site = site or next_data.origin(props.get("canonicalUrl"))
    auction = parse_auction(props.get("auction"), site=site)
    listed = props.get("lots")
    if auction is None or not isinstance(listed, dict):
        raise SourceError("the page is no auction page: it lists no lots of an auction")
    return ListingPage(
        auction=auction,
        lots=tuple(_listed(listed.get("results"), site)),
        page_size=number(listed.get("pageSize")),
        total=number(listed.get("totalSize")),
        observed_at=next_data.server_time(props) or observed_at,
    )


def parse_auction(value: object, *, site: str | None) -> Auction | None:
    auction = mapping(value)
    display_id = text(auction.get("displayId"))
    if display_id is None or not AUCTION_DISPLAY_ID.fullmatch(display_id):
        return None
    return Auction(
        display_id=display_id,
        site=site,
        slug=next_data.slug(auction.get("urlSlug")),
        name=text(auction.get("name")),
        bidding_status=text(auction.get("biddingStatus")),
        starts_at=moment(auction.get("startDate")),
        ends_at=moment(auction.get("minEndDate")),
        lot_count=number(auction.get("lotCount")),
        details={key: auction[key] for key in _DETAILS if auction.get(key)},
    )


def _listed(value: object, site: str | None) -> Iterator[ListedLot]:
    for lot in map(mapping, items(value)):
        display_id = text(lot.get("displayId"))
        if display_id is None or not LOT_DISPLAY_ID.fullmatch(display_id):
            continue
        bid = mapping(lot.get("currentBidAmount"))
        location = mapping(lot.get("location"))
        image = next_data.web_url(mapping(lot.get("image")).get("url"))
        yield ListedLot(
            display_id=display_id,
            site=site,
            site_id=text(lot.get("id")),
            slug=next_data.slug(lot.get("urlSlug")),
            title=text(lot.get("title")),
            city=text(location.get("city")),
            country_code=text(location.get("countryCode")),
            followers_count=number(lot.get("followersCount")),
            bidding_status=text(lot.get("biddingStatus")),
            bids_count=number(lot.get("bidsCount")),
            current_bid_cents=number(bid.get("cents")),
            currency=text(bid.get("currency")),
            starts_at=moment(lot.get("startDate")),
            closes_at=moment(lot.get("endDate")),
            first_image_url=full_size(image) if image else None,
        )
