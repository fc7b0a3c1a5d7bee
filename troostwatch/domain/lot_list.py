"""A list of lots as a person reads it: one line of facts each, filtered, sorted, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from troostwatch.domain.codes import CodeType


class Order(StrEnum):
    CLOSING = "closing"
    NEWEST = "newest"
    BID = "bid"
    WAITING = "waiting"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class LotFilters:
    """What is asked of a lot; None and False ask nothing."""

    auction: str | None = None
    words: str | None = None  # part of the title, the name on the label, the maker or the display id
    closing_within: timedelta | None = None
    over: bool | None = None
    contradicting: bool = False
    with_codes: bool | None = None
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an order: the key of the lot that stands there, and its id where keys are equal."""

    lot_id: int
    key: str | int | None
    rank: int = 0  # what stands apart in an order comes later: lots without a key, in the queue closed ones too
    display_id: str = ""


@dataclass(frozen=True, slots=True)
class Sure:
    """A value and how probably it is right."""

    value: str
    confidence: float


@dataclass(frozen=True, slots=True)
class LotFacts:
    lot_id: int
    display_id: str
    title: str | None
    auction: str | None
    category: str | None
    city: str | None
    bidding_status: str | None
    current_bid_cents: int | None
    currency: str | None
    closes_at: datetime | None
    url: str | None
    photographs: int
    waiting: int
    codes: int
    approved: int
    maker: str | None
    on_label: str | None
    contradiction: str | None
    known: dict[CodeType, Sure]  # EAN, model and serial number, where one was read
    thumbnail: str | None  # SHA-256 of a photograph
    place: Cursor  # in the order that was asked for
