"""The facts of lots by which lists are made: worked out with their search documents, asked for page by page."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from troostwatch.domain.codes import CodeStatus, CodeType
from troostwatch.domain.identity import IdentityCode, identity
from troostwatch.domain.judgement import naming
from troostwatch.domain.lot_list import Cursor, LotFacts, LotFilters, Order, Sure
from troostwatch.domain.reports import CodeRow
from troostwatch.infrastructure.db.reports import ReportRepository
from troostwatch.infrastructure.db.rows import page_url
from troostwatch.infrastructure.db.times import from_text, stamp, to_text

_SHOWN = (CodeType.EAN, CodeType.MODEL_NUMBER, CodeType.SERIAL_NUMBER)
_MAKER_NAMES = frozenset(
    {"merk", "brand", "marke", "marque", "marca", "fabrikant", "hersteller", "manufacturer", "make"}
)


_LOT = """l.display_id, l.title, l.site, l.slug, l.current_bid_cents, l.currency, l.bidding_status, l.category,
    l.city, a.display_id AS auction"""


class FactsRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def make(self, lot_ids: Sequence[int]) -> None:
        """Work out what the photographs of these lots tell, and store it."""
        ids = {"ids": json.dumps(list(lot_ids))}
        lots = self._conn.execute(
            """SELECT l.id, l.display_id, l.title, l.attributes_json,
                      (SELECT i.content_sha256 FROM lot_images AS i
                        WHERE i.lot_id = l.id AND i.content_sha256 IS NOT NULL AND i.vanished_at IS NULL
                        ORDER BY i.position, i.id LIMIT 1) AS thumbnail
                 FROM lots AS l WHERE l.id IN (SELECT value FROM json_each(:ids))""",
            ids,
        ).fetchall()
        codes: dict[str, list[CodeRow]] = defaultdict(list)
        names = [row["display_id"] for row in lots]
        for code in ReportRepository(self._conn).codes(lots=names) if names else ():
            codes[code.lot].append(code)
        lines: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for row in self._conn.execute(
            """SELECT i.lot_id, i.position, r.text FROM lot_images AS i
                 JOIN readings AS r ON r.content_sha256 = i.content_sha256
                WHERE i.lot_id IN (SELECT value FROM json_each(:ids)) AND r.kind = 'text'
                ORDER BY i.lot_id, i.position, r.id""",
            ids,
        ):
            lines[row["lot_id"]].append((row["position"], row["text"]))
        self._conn.executemany(
            """UPDATE lot_facts
                  SET maker = :maker, on_label = :on_label, contradiction = :contradiction, ean = :ean,
                      model_number = :model_number, serial_number = :serial_number, sure_json = :sure,
                      codes = :codes, approved = :approved, thumbnail = :thumbnail
                WHERE lot_id = :id""",
            [_facts(row, identity(codes[row["display_id"]]), lines[row["id"]]) for row in lots],
        )

    def page(
        self, filters: LotFilters, order: Order, *, now: datetime, after: Cursor | None, limit: int
    ) -> list[LotFacts]:
        """Return the lots that the filters let through, in order, behind a place in it."""
        sort, values = _ORDERS[order], _values(filters, now)
        tables, where = sort.tables, _where(filters, values)
        if filters.auction:
            tables = _OF_AUCTION
        elif values["names"] and self._few_have_names(values):
            tables = _OF_NAMES
        found: list[LotFacts] = []
        # What has no key comes last. It is asked for by itself: one order over both would use no index.
        for rank, has_key in enumerate((f"{sort.column} IS NOT NULL", f"{sort.column} IS NULL")):
            if len(found) == limit or (after and after.rank > rank):
                continue
            here = after if after and after.rank == rank else None
            behind = ["TRUE"]
            if here:
                place = f"({sort.column}, {sort.id}) {sort.sign} (:key, :lot)" if rank == 0 else f"{sort.id} > :lot"
                behind = [place]
            direction = sort.direction if rank == 0 else "ASC"
            keys = f"{sort.column} {direction}, {sort.id} {direction}" if rank == 0 else sort.id
            rows = self._conn.execute(
                f"""SELECT f.*, {sort.column} AS sort_key, {rank} AS rank_, {_LOT}
                      FROM {tables} LEFT JOIN auctions AS a ON a.id = l.auction_id
                     WHERE {" AND ".join([*where, has_key, *behind])}
                     ORDER BY {keys} LIMIT :limit""",
                values
                | {
                    "key": here.key if here else None,
                    "lot": here.lot_id if here else None,
                    "limit": limit - len(found),
                },
            )
            found += [_row(row) for row in rows]
        return found

    def _few_have_names(self, values: dict[str, object]) -> bool:
        """Tell whether so few lots have the words in a name that all of these can be sorted."""
        row = self._conn.execute(
            "SELECT count(*) FROM (SELECT 1 FROM lot_names WHERE lot_names MATCH :names LIMIT :most)",
            values | {"most": _MOST_SORTED + 1},
        ).fetchone()
        return int(row[0]) <= _MOST_SORTED

    def of(self, lots: Sequence[str]) -> list[LotFacts]:
        """Return the facts of some lots, by display id."""
        rows = self._conn.execute(
            f"""SELECT f.*, NULL AS sort_key, 0 AS rank_, {_LOT}
                  FROM lots AS l JOIN lot_facts AS f ON f.lot_id = l.id LEFT JOIN auctions AS a ON a.id = l.auction_id
                 WHERE l.display_id IN (SELECT value FROM json_each(:lots)) ORDER BY l.id""",
            {"lots": json.dumps(list(lots))},
        )
        return [_row(row) for row in rows]

    def count(self, filters: LotFilters, *, now: datetime) -> int:
        values = _values(filters, now)
        needed = "JOIN lots AS l ON l.id = f.lot_id" if filters.auction else ""
        conditions = " AND ".join(_where(filters, values) or ["TRUE"])
        row = self._conn.execute(f"SELECT count(*) FROM lot_facts AS f {needed} WHERE {conditions}", values).fetchone()
        return int(row[0])

    def waiting_lots(self, *, now: datetime, after: Cursor | None, limit: int) -> list[Cursor]:
        """Return lots with photographs that need review, those about to close first, behind a place in that order.

        Those without a closing time come next, closed ones last.
        """
        found: list[Cursor] = []
        for rank, (where, order) in enumerate(_WAITING):
            if len(found) == limit or (after and after.rank > rank):
                continue
            here = after if after and after.rank == rank else None
            behind = ""
            if here:
                behind = "AND f.lot_id > :lot" if rank == 1 else "AND (f.closes_at, f.lot_id) > (:key, :lot)"
            rows = self._conn.execute(
                f"""SELECT f.lot_id, f.closes_at, l.display_id FROM lot_facts AS f JOIN lots AS l ON l.id = f.lot_id
                     WHERE f.waiting > 0 AND {where} {behind} ORDER BY {order} LIMIT :limit""",
                {
                    "now": stamp(now),
                    "key": here.key if here else None,
                    "lot": here.lot_id if here else None,
                    "limit": limit - len(found),
                },
            )
            found += [Cursor(row["lot_id"], row["closes_at"], rank, row["display_id"]) for row in rows]
        return found


_WAITING = (
    ("f.closes_at >= :now", "f.closes_at, f.lot_id"),
    ("f.closes_at IS NULL", "f.lot_id"),
    ("f.closes_at < :now", "f.closes_at, f.lot_id"),
)


@dataclass(frozen=True, slots=True)
class _Sort:
    column: str
    direction: str = "ASC"
    # The table whose index has this order stands first, and its id is the second key.
    tables: str = "lot_facts AS f CROSS JOIN lots AS l ON l.id = f.lot_id"
    id: str = "f.lot_id"

    @property
    def sign(self) -> str:
        return ">" if self.direction == "ASC" else "<"


_MOST_SORTED = 5000  # lots; where there are more, one of the next in order is soon found
_SHORTEST_PART = 3  # signs that the index of names can look for
_OF_NAMES = """(SELECT rowid AS id FROM lot_names WHERE lot_names MATCH :names) AS w
    CROSS JOIN lots AS l ON l.id = w.id CROSS JOIN lot_facts AS f ON f.lot_id = l.id"""
# Of one auction there are few enough to sort them.
_OF_AUCTION = "lots AS l INDEXED BY lots_by_auction CROSS JOIN lot_facts AS f ON f.lot_id = l.id"
_BY_LOT = {"tables": "lots AS l CROSS JOIN lot_facts AS f ON f.lot_id = l.id", "id": "l.id"}
_ORDERS = {
    Order.CLOSING: _Sort("f.closes_at"),
    Order.NEWEST: _Sort("f.lot_id", "DESC"),
    Order.BID: _Sort("l.current_bid_cents", "DESC", **_BY_LOT),
    Order.WAITING: _Sort("f.waiting", "DESC"),
    Order.TITLE: _Sort("l.title", **_BY_LOT),
}


def _values(filters: LotFilters, now: datetime) -> dict[str, object]:
    words = (filters.words or "").replace("\0", " ").strip()
    return {
        "auction": filters.auction,
        "names": '"{}"'.format(words.replace('"', '""')) if len(words) >= _SHORTEST_PART else None,
        "now": stamp(now),
        "until": to_text(now + filters.closing_within) if filters.closing_within else None,
        "words": f"%{_escaped(words)}%",
    }


def _where(filters: LotFilters, values: dict[str, object]) -> list[str]:
    """Return the conditions of the filters that ask something."""
    has_words = "lot_names MATCH :names" if values["names"] else "names LIKE :words ESCAPE '!'"
    conditions = {
        "l.auction_id = (SELECT id FROM auctions WHERE display_id = :auction)": filters.auction is not None,
        "f.closes_at BETWEEN :now AND :until": filters.closing_within is not None,
        # By no index: put together of two it would cost more than it saves.
        "(+f.closes_at >= :now OR +f.closes_at IS NULL)": filters.over is False,
        "f.closes_at < :now": filters.over is True,
        "f.contradiction IS NOT NULL": filters.contradicting,
        "f.codes > 0": filters.with_codes is True,
        "f.codes = 0": filters.with_codes is False,
        "f.waiting > 0": filters.waiting,
        f"f.lot_id IN (SELECT rowid FROM lot_names WHERE {has_words})": filters.words is not None,
    }
    return [sql for sql, wanted in conditions.items() if wanted]


def _escaped(words: str) -> str:
    return "".join(f"!{sign}" if sign in "%_!" else sign for sign in words)


def _facts(lot: sqlite3.Row, codes: Sequence[IdentityCode], lines: Sequence[tuple[int, str]]) -> dict[str, object]:
    title = lot["title"] or ""
    label = naming.on_label(title, lines)
    # What only a shared photograph shows may be another lot's: it names no unit, and gives way to what is its own.
    own = sorted((code for code in codes if not code.about_another_unit), key=lambda code: bool(code.shared_with))
    best = {kind: next((code for code in own if code.type is kind), None) for kind in _SHOWN}
    return {
        "id": lot["id"],
        "maker": _maker(title, label, json.loads(lot["attributes_json"])),
        "on_label": label.name.text if label else None,
        "contradiction": naming.contradiction(title, lines),
        **{kind.value: code.value if code else None for kind, code in best.items()},
        "sure": json.dumps({kind.value: code.confidence for kind, code in best.items() if code}),
        "codes": len(codes),
        "approved": sum(code.status is CodeStatus.APPROVED for code in codes),
        "thumbnail": lot["thumbnail"],
    }


def _maker(title: str, label: naming.NameOnLabel | None, attributes: Sequence[dict[str, object]]) -> str | None:
    named = naming.product_name(title)
    for item in attributes:
        if str(item.get("name", "")).strip().lower() in _MAKER_NAMES and item.get("value"):
            return str(item["value"])
    if named:
        return named.maker
    return label.name.maker if label else None


def _row(row: sqlite3.Row) -> LotFacts:
    sure = json.loads(row["sure_json"])
    return LotFacts(
        lot_id=row["lot_id"],
        display_id=row["display_id"],
        title=row["title"],
        auction=row["auction"],
        category=row["category"],
        city=row["city"],
        bidding_status=row["bidding_status"],
        current_bid_cents=row["current_bid_cents"],
        currency=row["currency"],
        closes_at=from_text(row["closes_at"]),
        url=page_url(row),
        photographs=row["photographs"],
        waiting=row["waiting"],
        codes=row["codes"],
        approved=row["approved"],
        maker=row["maker"],
        on_label=row["on_label"],
        contradiction=row["contradiction"],
        known={kind: Sure(row[kind.value], sure.get(kind.value, 0.0)) for kind in _SHOWN if row[kind.value]},
        thumbnail=row["thumbnail"],
        place=Cursor(row["lot_id"], row["sort_key"], row["rank_"]),
    )
