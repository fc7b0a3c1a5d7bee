"""Auctions and lots, as the site describes them. Every field but the display id may be missing."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from troostwatch.domain.remedies import NextStep

LOT_DISPLAY_ID = re.compile(r"[A-Z][0-9]{1,3}-[0-9]{1,9}-[0-9]{1,9}")
AUCTION_DISPLAY_ID = re.compile(r"[A-Z][0-9]{1,3}-[0-9]{1,9}")
_SIZE = re.compile(r"imagesize(?:=|$)", re.IGNORECASE)


def auction_of(lot: str) -> str:
    """Return the display id of the auction that a lot belongs to: 'A1-39499' of 'A1-39499-11'."""
    return lot.rpartition("-")[0]


def full_size(url: str) -> str:
    """Return the address of the largest version of a photograph; smaller ones lose what is printed on it."""
    # Cut out of the text: whoever signed the address signed it letter by letter.
    address, mark, query = url.partition("#")[0].partition("?")
    wanted = "&".join(part for part in query.split("&") if not _SIZE.match(part))
    return f"{address}?{wanted}" if mark and (wanted or not query) else address


def identities(urls: Sequence[str]) -> list[str]:
    """Return what tells the photographs of one lot apart: the path, since host and signature change every night.

    Where several of them have the same path, what follows it tells them apart.
    """
    paths = [urlsplit(url).path for url in urls]
    often = Counter(paths)
    return [path if often[path] == 1 and path.strip("/") else url for url, path in zip(urls, paths, strict=True)]


@dataclass(frozen=True, slots=True)
class PageAddress:
    """Where an auction or a lot is found on the web."""

    display_id: str
    site: str  # scheme and host
    slug: str | None = None  # decoded; the page is found by its display id alone, too
    locale: str | None = None

    @property
    def is_lot(self) -> bool:
        return LOT_DISPLAY_ID.fullmatch(self.display_id) is not None

    @property
    def url(self) -> str:
        """Return the address of the page; the display id at its end is what the site goes by."""
        slug = self.slug or self.display_id
        if not slug.endswith(self.display_id):
            slug = f"{slug}-{self.display_id}"
        locale = f"/{self.locale}" if self.locale else ""
        return f"{self.site}{locale}/{'l' if self.is_lot else 'a'}/{quote(slug, safe='')}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One line of a lot's table of properties; names come in the language of the page."""

    name: str
    value: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class LotPhotograph:
    url: str
    position: int
    alt: str | None = None
    completed: bool = False  # the page left out the site: a guess beside an address that was given in full


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A field that is there, and of no form that we know."""

    field: str
    value: str  # the beginning of it


@dataclass(frozen=True, slots=True)
class Auction:
    display_id: str
    site: str | None = None  # scheme and host
    slug: str | None = None
    name: str | None = None
    bidding_status: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    lot_count: int | None = None
    details: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListedLot:
    """What the listing of an auction says about a lot: price, closing time, status."""

    display_id: str
    site: str | None = None
    site_id: str | None = None
    slug: str | None = None
    title: str | None = None
    city: str | None = None
    country_code: str | None = None
    followers_count: int | None = None
    bidding_status: str | None = None
    bids_count: int | None = None
    current_bid_cents: int | None = None
    currency: str | None = None
    starts_at: datetime | None = None
    closes_at: datetime | None = None
    first_image_url: str | None = None
    not_understood: tuple[NotUnderstood, ...] = ()

    @property
    def page_digest(self) -> str:
        return page_digest(self.title, self.slug, self.first_image_url)


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of an auction's listing."""

    auction: Auction
    lots: tuple[ListedLot, ...]
    page_size: int | None
    total: int | None
    observed_at: datetime | None = None
    not_understood: tuple[NotUnderstood, ...] = ()  # of the page itself
    unnamed: tuple[NotUnderstood, ...] = ()  # lots whose code has another form: one for each


@dataclass(frozen=True, slots=True)
class LotDetailData:
    """What the page of a lot says. None means that the page does not mention it."""

    display_id: str
    site: str | None = None
    site_id: str | None = None
    slug: str | None = None
    title: str | None = None
    description: str | None = None
    additional_information: str | None = None
    remarks: str | None = None
    category: str | None = None  # 'Elektronica > Computers & tablets'
    attributes: tuple[Attribute, ...] | None = None
    quantity: int | None = None
    condition: str | None = None
    city: str | None = None
    country_code: str | None = None
    followers_count: int | None = None
    photographs: tuple[LotPhotograph, ...] | None = None
    auction: Auction | None = None
    observed_at: datetime | None = None  # when the site said so
    not_understood: tuple[NotUnderstood, ...] = ()
    photographs_complete: bool = True  # every entry of the list was understood
    attributes_complete: bool = True

    @property
    def image_urls(self) -> tuple[str, ...]:
        return tuple(photograph.url for photograph in self.photographs or ())

    @property
    def page_digest(self) -> str:
        return page_digest(self.title, self.slug, next(iter(self.image_urls), None))


@dataclass(frozen=True, slots=True)
class FailedItem:
    """A page or file that could not be read, and why."""

    name: str
    reason: str
    hint: str | NextStep | None = None


@dataclass(frozen=True, slots=True)
class PhotographChanges:
    """What reading a lot page changed: how many photographs are new, and how many it no longer shows."""

    new: int = 0
    vanished: int = 0


@dataclass(frozen=True, slots=True)
class PageState:
    """What we have of a lot's page: the digest it was read under, and when."""

    digest: str | None
    read_at: datetime | None


def page_digest(title: str | None, slug: str | None, first_image_url: str | None) -> str:
    """Return a digest of what a listing tells about the lot's own page; bids and price are no part of it."""
    picture = urlsplit(first_image_url).path if first_image_url else None
    return hashlib.sha256(repr((title, slug, picture)).encode()).hexdigest()[:32]


def page_is_due(lot: ListedLot, known: PageState | None, *, now: datetime, refresh_after: timedelta) -> bool:
    """Tell whether the page of a listed lot has to be read (again)."""
    if known is None or known.read_at is None or known.digest != lot.page_digest:
        return True
    closed = lot.closes_at is not None and lot.closes_at <= now
    return not closed and now - known.read_at > refresh_after
