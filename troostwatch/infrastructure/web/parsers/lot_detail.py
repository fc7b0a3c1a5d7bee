"""The page of a lot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from troostwatch.domain.errors import SourceError
from troostwatch.domain.lots import (
    LOT_DISPLAY_ID,
    Attribute,
    Auction,
    LotDetailData,
    LotPhotograph,
    auction_of,
    full_size,
)
from troostwatch.infrastructure.web.parsers import next_data
from troostwatch.infrastructure.web.parsers.auction_listing import parse_auction
from troostwatch.infrastructure.web.parsers.next_data import Props, items, mapping, number, text

__all__ = ["LotDetailData", "parse_lot_page", "parse_lot_props"]


def parse_lot_page(html: bytes, *, site: str | None = None) -> LotDetailData:
    """Return what a lot page says. Raises SourceError when it is none."""
    return parse_lot_props(next_data.page_props(html), site=site)


def parse_lot_props(props: Props, *, site: str | None = None, observed_at: datetime | None = None) -> LotDetailData:
    """Return what the data of a lot page says.

    `site` is where the page came from; a saved page tells it itself. `observed_at` stands in where the page
    does not say when it was made.
    """
    lot = mapping(props.get("lot"))
    display_id = text(lot.get("displayId"))
    if display_id is None or not LOT_DISPLAY_ID.fullmatch(display_id):
        raise SourceError("the page is no lot page: it names no lot")
    site = site or next_data.origin(props.get("canonicalUrl"))
    description = mapping(lot.get("description"))
    location = mapping(lot.get("location"))
    return LotDetailData(
        display_id=display_id,
        site=site,
        site_id=text(lot.get("id")),
        slug=next_data.slug(lot.get("urlSlug")),
        title=text(lot.get("title")),
        description=text(description.get("description")) or text(lot.get("description")),
        additional_information=text(description.get("additionalInformation")),
        remarks=text(lot.get("remarks")),
        category=_category(props),
        attributes=_attributes(lot.get("attributes")),
        quantity=number(lot.get("quantity")),
        condition=text(lot.get("condition")),
        city=text(location.get("city")),
        country_code=text(location.get("countryCode")),
        followers_count=number(lot.get("followersCount")),
        photographs=_photographs(lot),
        auction=_auction(props, auction_of(display_id), site),
        observed_at=next_data.server_time(props) or observed_at,
    )


def _auction(props: Props, display_id: str, site: str | None) -> Auction | None:
    """Return the auction that the page shows beside the lot, unless it is another lot's."""
    auction = parse_auction(props.get("auction"), site=site)
    return auction if auction and auction.display_id == display_id else None


def _category(props: Props) -> str | None:
    # The last breadcrumb is the lot itself: the one that leads nowhere.
    crumbs = [mapping(crumb) for crumb in items(props.get("categoryBreadcrumbs"))]
    labels = (text(crumb.get("label")) for crumb in crumbs if text(crumb.get("href")))
    return " > ".join(label for label in labels if label) or None


def _attributes(value: object) -> tuple[Attribute, ...] | None:
    if not isinstance(value, list):
        return None
    found = []
    for entry in map(mapping, value):
        name = text(entry.get("name"))
        shown = entry.get("value")
        filled = text(shown) or (str(number(shown)) if number(shown) is not None else None)
        if name and filled:
            found.append(Attribute(name, filled, text(entry.get("unit"))))
    return tuple(found)


def _photographs(lot: Props) -> tuple[LotPhotograph, ...] | None:
    """Return the photographs in their order; None when the page does not mention any list of them."""
    lists = [lot[key] for key in ("images", "media") if isinstance(lot.get(key), list)]
    if not lists:
        return None
    found: dict[str, tuple[int | None, str | None]] = {}
    entries: list[object] = next((entries for entries in lists if entries), [])
    for entry in entries:
        shown = mapping(entry)
        url = next_data.web_url(shown.get("url"))
        if url:
            found.setdefault(full_size(url), (number(shown.get("order")), text(shown.get("alt"))))
    if entries and not found:
        return None  # a list that we cannot read says nothing about what vanished
    positions = _positions([order for order, _ in found.values()])
    photographs = [
        LotPhotograph(url, position, alt) for (url, (_, alt)), position in zip(found.items(), positions, strict=True)
    ]
    return tuple(sorted(photographs, key=lambda photograph: photograph.position))


def _positions(orders: Sequence[int | None]) -> list[int]:
    """Return the page's own numbers where they are sound, else the place in the list."""
    sound = [order for order in orders if order is not None and 0 <= order < 100_000]
    return sound if len(set(sound)) == len(orders) else list(range(len(orders)))
