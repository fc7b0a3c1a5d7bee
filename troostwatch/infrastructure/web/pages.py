"""What kind of page some data is: of a lot, or of an auction's listing."""

from __future__ import annotations

from datetime import datetime

from troostwatch.domain.errors import SourceError
from troostwatch.domain.lots import ListingPage, LotDetailData
from troostwatch.infrastructure.web.parsers.auction_listing import parse_listing_props
from troostwatch.infrastructure.web.parsers.lot_detail import parse_lot_props
from troostwatch.infrastructure.web.parsers.next_data import CHANGED_HINT, Props, tells_of_a_listing, tells_of_a_lot


def parse_props(props: Props, *, observed_at: datetime | None = None) -> LotDetailData | ListingPage:
    """Return what a saved page says; `observed_at` stands in where it does not tell when it was made.

    Raises SourceError when it is neither the page of a lot nor of an auction.
    """
    if tells_of_a_lot(props):
        return parse_lot_props(props, observed_at=observed_at)
    if tells_of_a_listing(props):
        return parse_listing_props(props, observed_at=observed_at)
    raise SourceError(
        "the page is neither a lot page nor an auction page, or the site changed its form", hint=CHANGED_HINT
    )
