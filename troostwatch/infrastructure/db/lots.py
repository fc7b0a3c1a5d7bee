"""The rows of auctions and lots, merged from pages that say different things at different times.

Nothing that a page leaves out is wiped. An older page never overwrites what a newer one said, but fills gaps.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from troostwatch.domain.lots import (
    Attribute,
    Auction,
    ListedLot,
    LotDetailData,
    PageState,
    PhotographChanges,
    auction_of,
)
from troostwatch.infrastructure.db.shown_photographs import ShownPhotographs
from troostwatch.infrastructure.db.times import from_text, stamp, to_text

Values = Mapping[str, object]

_A_DAY = timedelta(days=1)
# When somebody saw it; what tells a newer page from an older one.
_OBSERVED = {
    "lots": ("listed_at", "page_observed_at", "page_read_at", "photographs_observed_at"),
    "auctions": ("observed_at",),
}


def _merged(old: Values, new: Values, *, newer: bool) -> dict[str, object]:
    """Return the columns of `new`: its own values where it is the newer one or fills a gap."""
    first, second = (new, old) if newer else (old, new)
    return {name: second[name] if first[name] is None else first[name] for name in new}


def _is_newer(observed: str, *known: str | None) -> bool:
    return all(time is None or observed >= time for time in known)


class AuctionRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def record(self, auction: Auction, *, observed_at: datetime) -> int:
        """Store what a page says about an auction; return the number of its row."""
        observed = stamp(observed_at)
        self.known(auction.display_id, observed_at=observed_at)
        old = dict(
            self._conn.execute(
                """SELECT id, observed_at, site, slug, name, bidding_status, starts_at, ends_at, lot_count,
                          nullif(details_json, '{}') AS details_json
                     FROM auctions WHERE display_id = :id""",
                {"id": auction.display_id},
            ).fetchone()
        )
        new = {
            "site": auction.site,
            "slug": auction.slug,
            "name": auction.name,
            "bidding_status": auction.bidding_status,
            "starts_at": to_text(auction.starts_at),
            "ends_at": to_text(auction.ends_at),
            "lot_count": auction.lot_count,
            "details_json": _details_json(auction),
        }
        newer = _is_newer(observed, old["observed_at"])
        self._conn.execute(
            """UPDATE auctions
                  SET site = :site, slug = :slug, name = :name, bidding_status = :bidding_status,
                      starts_at = :starts_at, ends_at = :ends_at, lot_count = :lot_count,
                      details_json = coalesce(:details_json, '{}'), observed_at = :observed_at
                WHERE id = :id""",
            _merged(old, new, newer=newer) | {"id": old["id"], "observed_at": max(observed, old["observed_at"])},
        )
        return int(old["id"])

    def known(self, display_id: str, *, observed_at: datetime) -> int:
        """Return the number of the auction's row, made now when all we know of it is its display id."""
        self._conn.execute(
            "INSERT INTO auctions (display_id, observed_at) VALUES (:id, :observed) ON CONFLICT DO NOTHING",
            {"id": display_id, "observed": stamp(observed_at)},
        )
        row = self._conn.execute("SELECT id FROM auctions WHERE display_id = :id", {"id": display_id}).fetchone()
        return int(row["id"])

    def slug(self, display_id: str) -> str | None:
        row = self._conn.execute("SELECT slug FROM auctions WHERE display_id = :id", {"id": display_id}).fetchone()
        return row["slug"] if row else None


class LotRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection
        self._auctions = AuctionRepository(connection)

    def slug(self, display_id: str) -> str | None:
        row = self._conn.execute("SELECT slug FROM lots WHERE display_id = :id", {"id": display_id}).fetchone()
        return row["slug"] if row else None

    def page_states(self, display_ids: Sequence[str]) -> dict[str, PageState]:
        """Return what we have of the pages of these lots; a lot that we do not know is left out."""
        rows = self._conn.execute(
            """SELECT display_id, page_digest, page_read_at FROM lots
                WHERE display_id IN (SELECT value FROM json_each(:ids))""",
            {"ids": json.dumps(list(display_ids))},
        )
        return {row["display_id"]: PageState(row["page_digest"], from_text(row["page_read_at"])) for row in rows}

    def forget_times_ahead(self, *, now: datetime) -> None:
        """Set back what was observed more than a day from now: a clock was wrong, and nothing could be newer."""
        values = {"tomorrow": stamp(now + _A_DAY), "yesterday": stamp(now - _A_DAY)}
        for table, columns in _OBSERVED.items():
            for column in columns:
                self._conn.execute(f"UPDATE {table} SET {column} = :yesterday WHERE {column} > :tomorrow", values)

    def record_listed(self, lot: ListedLot, *, observed_at: datetime) -> None:
        """Store what a listing says about a lot: above all price, closing time and status."""
        observed = stamp(observed_at)
        old = self._row(lot.display_id, {"listed_at": observed}, observed_at)
        shared = {
            "site": lot.site,
            "site_id": lot.site_id,
            "slug": lot.slug,
            "title": lot.title,
            "city": lot.city,
            "country_code": lot.country_code,
            "followers_count": lot.followers_count,
        }
        listed = {
            "bidding_status": lot.bidding_status,
            "bids_count": lot.bids_count,
            "current_bid_cents": lot.current_bid_cents,
            "currency": lot.currency,
            "starts_at": to_text(lot.starts_at),
            "closes_at": to_text(lot.closes_at),
            "listing_digest": lot.page_digest,
        }
        newest = _is_newer(observed, old["listed_at"], old["page_observed_at"])
        self._conn.execute(
            """UPDATE lots
                  SET site = :site, site_id = :site_id, slug = :slug, title = :title, city = :city,
                      country_code = :country_code, followers_count = :followers_count,
                      bidding_status = :bidding_status, bids_count = :bids_count,
                      current_bid_cents = :current_bid_cents, currency = :currency, starts_at = :starts_at,
                      closes_at = :closes_at, listing_digest = :listing_digest, listed_at = :listed_at
                WHERE id = :id""",
            _merged(old, shared, newer=newest)
            | _merged(old, listed, newer=_is_newer(observed, old["listed_at"]))
            | {"id": old["id"], "listed_at": max(observed, old["listed_at"] or "")},
        )

    def record_page(
        self, detail: LotDetailData, *, observed_at: datetime, read_at: datetime, digest: str
    ) -> PhotographChanges:
        """Store what the page of a lot says, with all its photographs.

        `observed_at` is when the site said so, `read_at` when we read it, and `digest` what a listing would
        have to tell for the page to be still the same.
        """
        observed = stamp(observed_at)
        if detail.auction:
            self._auctions.record(detail.auction, observed_at=observed_at)
        old = self._row(detail.display_id, {"page_observed_at": observed}, observed_at)
        shared = {
            "site": detail.site,
            "site_id": detail.site_id,
            "slug": detail.slug,
            "title": detail.title,
            "city": detail.city,
            "country_code": detail.country_code,
            "followers_count": detail.followers_count,
        }
        own = {
            "description": detail.description,
            "additional_information": detail.additional_information,
            "remarks": detail.remarks,
            "category": detail.category,
            "attributes_json": _attributes_json(
                detail.attributes, known=None if detail.attributes_complete else old["attributes_json"]
            ),
            "quantity": detail.quantity,
            "condition": detail.condition,
        }
        newer = _is_newer(observed, old["page_observed_at"])
        known = {"page_digest": digest, "page_read_at": stamp(read_at)}
        self._conn.execute(
            """UPDATE lots
                  SET site = :site, site_id = :site_id, slug = :slug, title = :title, city = :city,
                      country_code = :country_code, followers_count = :followers_count,
                      description = :description, additional_information = :additional_information,
                      remarks = :remarks, category = :category,
                      attributes_json = coalesce(:attributes_json, '[]'), quantity = :quantity,
                      condition = :condition, page_digest = :page_digest, page_read_at = :page_read_at,
                      page_observed_at = :page_observed_at
                WHERE id = :id""",
            _merged(old, shared, newer=_is_newer(observed, old["page_observed_at"], old["listed_at"]))
            | _merged(old, own, newer=newer)
            | _merged(old, known, newer=newer)
            | {"id": old["id"], "page_observed_at": max(observed, old["page_observed_at"] or "")},
        )
        if detail.photographs is None:
            return PhotographChanges()
        known_at = old["photographs_observed_at"]
        newer = _is_newer(observed, known_at)
        return ShownPhotographs(self._conn, old["id"]).record(detail, observed, known_at, newer=newer)

    def _row(self, display_id: str, seen: Values, observed_at: datetime) -> dict[str, Any]:
        """Return the row of a lot, made now when the lot is new."""
        self._conn.execute(
            """INSERT INTO lots (display_id, listed_at, page_observed_at)
               VALUES (:display_id, :listed_at, :page_observed_at) ON CONFLICT DO NOTHING""",
            {"display_id": display_id, "listed_at": None, "page_observed_at": None} | dict(seen),
        )
        self._conn.execute(
            """UPDATE lots SET auction_id = :auction WHERE display_id = :display_id AND auction_id IS NULL""",
            {
                "display_id": display_id,
                "auction": self._auctions.known(auction_of(display_id), observed_at=observed_at),
            },
        )
        row = self._conn.execute(
            """SELECT id, site, site_id, slug, title, description, additional_information, remarks, category,
                      nullif(attributes_json, '[]') AS attributes_json, quantity, condition, city, country_code,
                      followers_count, bidding_status, bids_count, current_bid_cents, currency, starts_at,
                      closes_at, listing_digest, page_digest, page_read_at, listed_at, page_observed_at,
                      photographs_observed_at
                 FROM lots WHERE display_id = :display_id""",
            {"display_id": display_id},
        ).fetchone()
        return dict(row)


def _attributes_json(attributes: Sequence[Attribute] | None, *, known: str | None) -> str | None:
    """Return the properties as they are kept, with those of `known` that have another name."""
    if not attributes:
        return None
    rows = [{"name": a.name, "unit": a.unit, "value": a.value} for a in attributes]
    names = {a.name for a in attributes}
    rows += [row for row in json.loads(known or "[]") if row["name"] not in names]
    return json.dumps(rows, ensure_ascii=False)


def _details_json(auction: Auction) -> str | None:
    # Half a surrogate pair from a hostile page cannot be stored as text; as an escape it can.
    return json.dumps(auction.details, sort_keys=True) if auction.details else None
