"""The page of a lot."""

from __future__ import annotations

from datetime import datetime

from troostwatch.domain.errors import SourceError
from troostwatch.domain.lots import (
    LOT_DISPLAY_ID,
    Attribute,
    Auction,
    LotDetailData,
    auction_of,
)
from troostwatch.domain.sites import ATTRIBUTE_NAMES
from troostwatch.infrastructure.web.parsers import next_data
from troostwatch.infrastructure.web.parsers.auction_listing import not_understood, parse_auction
from troostwatch.infrastructure.web.parsers.fields import Fields, as_text
from troostwatch.infrastructure.web.parsers.next_data import MOST_ENTRIES, Props, items, mapping, text
from troostwatch.infrastructure.web.parsers.photographs import photographs_of

__all__ = ["LotDetailData", "parse_lot_page", "parse_lot_props"]

MOST_DIGITS = 10**15


def parse_lot_page(html: bytes, *, site: str | None = None) -> LotDetailData:
    """Return what a lot page says. Raises SourceError when it is none."""
    return parse_lot_props(next_data.page_props(html), site=site)


def parse_lot_props(props: Props, *, site: str | None = None, observed_at: datetime | None = None) -> LotDetailData:
    """Return what the data of a lot page says.

    `site` is where the page came from; a saved page tells it itself. `observed_at` stands in where the page
    does not say when it was made.
    """
    noted: dict[str, str] = {}
    lot = Fields(props.get("lot"), noted)
    display_id = text(lot.values.get("displayId"))
    if display_id is None or not LOT_DISPLAY_ID.fullmatch(display_id):
        raise SourceError("the page is no lot page: it names no lot")
    site = site or next_data.origin(props.get("canonicalUrl"))
    # A description is a text or an object of texts.
    described = Fields(mapping(lot.values.get("description")), noted)
    description = described.text("description", "description")
    if not described.values:
        description = lot.text("description", "description")
    location = lot.inner("location", "place")
    photographs, all_photographs = photographs_of(lot, site)
    attributes, all_attributes = _attributes(lot)
    return LotDetailData(
        display_id=display_id,
        site=site,
        site_id=lot.text("id", "number of the site"),
        slug=next_data.slug(lot.values.get("urlSlug")),
        title=lot.text("title", "title"),
        description=description,
        additional_information=described.text("additionalInformation", "additional information"),
        remarks=lot.text("remarks", "remarks"),
        category=_category(props),
        attributes=attributes,
        quantity=lot.number("quantity", "quantity"),
        condition=lot.text("condition", "condition"),
        city=location.text("city", "place"),
        country_code=location.text("countryCode", "country"),
        followers_count=lot.number("followersCount", "number of followers"),
        photographs=photographs,
        auction=_auction(props, auction_of(display_id), site, noted),
        observed_at=Fields(props, noted).moment("serverTime", "time of the page") or observed_at,
        not_understood=not_understood(noted),
        photographs_complete=all_photographs,
        attributes_complete=all_attributes,
    )


def _auction(props: Props, display_id: str, site: str | None, noted: dict[str, str]) -> Auction | None:
    """Return the auction that the page shows beside the lot, unless it is another lot's."""
    its_own: dict[str, str] = {}
    auction = parse_auction(props.get("auction"), site=site, noted=its_own)
    if auction is None or auction.display_id != display_id:
        return None
    for name, value in its_own.items():
        noted.setdefault(name, value)
    return auction


def _category(props: Props) -> str | None:
    # The last breadcrumb is the lot itself: the one that leads nowhere.
    crumbs = [mapping(crumb) for crumb in items(props.get("categoryBreadcrumbs"))]
    labels = (text(crumb.get("label")) for crumb in crumbs if text(crumb.get("href")))
    return " > ".join(label for label in labels if label) or None


def _attributes(lot: Fields) -> tuple[tuple[Attribute, ...] | None, bool]:
    """Return the properties, and whether each of them was understood."""
    value = lot.values.get("attributes")
    if isinstance(value, dict):
        value = [{"name": name, "value": shown} for name, shown in value.items()]
    if not isinstance(value, list):
        if value is not None:
            lot.note("properties", value)
        return None, value is None
    found = []
    complete = len(value) <= MOST_ENTRIES
    for entry in items(value):
        shown = mapping(entry)
        name = next((text(shown[key]) for key in ATTRIBUTE_NAMES if text(shown.get(key))), None)
        filled = _filled(shown.get("value"))
        if name and filled:
            found.append(Attribute(name, filled, text(shown.get("unit"))))
        elif filled or not isinstance(entry, dict) or shown.get("value") not in (None, "", []):
            lot.note("property", entry)
            complete = False
    return tuple(found), complete


def _filled(value: object) -> str | None:
    if isinstance(value, list):
        parts = [_filled(part) if not isinstance(part, list) else None for part in value]
        return ", ".join(part for part in parts if part) if all(parts) else None
    if isinstance(value, float) and value.is_integer() and abs(value) < MOST_DIGITS:
        value = int(value)
    return str(value) if isinstance(value, float) and abs(value) < MOST_DIGITS else as_text(value)
