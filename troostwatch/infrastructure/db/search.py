"""Full text over lots, and parts of codes: documents made from other rows, and questions to them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from troostwatch.domain.codes import squeeze, without_look_alikes
from troostwatch.domain.search import Filters
from troostwatch.infrastructure.db.facts import FactsRepository
from troostwatch.infrastructure.db.times import stamp, to_text

# How much a word counts in title, description, attributes, label text and codes.
_WEIGHTS = "10.0, 2.0, 4.0, 1.0, 8.0"
_COLUMN_NAMES = ("title", "description", "attributes", "label text", "codes")
_HEAD = "{title attributes codes}"
_MOST_RANKED = 5000


class SearchRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def stale(self) -> int:
        """Return how many lots changed since their document was made."""
        return int(self._conn.execute("SELECT count(*) FROM stale_documents").fetchone()[0])

    def refresh(self, limit: int) -> int:
        """Make the documents and facts of at most so many changed lots again; return of how many."""
        chosen = [
            row[0]
            for row in self._conn.execute(
                "SELECT lot_id FROM stale_documents ORDER BY lot_id LIMIT :limit", {"limit": limit}
            )
        ]
        ids = {"ids": json.dumps(chosen)}
        documents = [self._document(row) for row in self._conn.execute(_SOURCES, ids).fetchall()]
        for table in ("lot_documents", "lot_code_parts"):
            self._conn.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT value FROM json_each(:ids))", ids)
        self._conn.executemany(
            """INSERT INTO lot_documents (rowid, title, description, attributes, label_text, codes)
               VALUES (:id, :title, :description, :attributes, :label_text, :codes)""",
            documents,
        )
        self._conn.executemany(
            "INSERT INTO lot_code_parts (rowid, bare, folded) VALUES (:id, :bare, :folded)", documents
        )
        FactsRepository(self._conn).make(chosen)
        self._conn.execute("DELETE FROM stale_documents WHERE lot_id IN (SELECT value FROM json_each(:ids))", ids)
        return len(chosen)

    def _document(self, row: sqlite3.Row) -> dict[str, object]:
        codes = [value for (value,) in self._conn.execute(_CODES, {"lot": row["id"]})]
        lines = [text for (text,) in self._conn.execute(_LABEL_LINES, {"lot": row["id"]})]
        attributes = [
            " ".join(str(item[part]) for part in ("name", "value", "unit") if item.get(part))
            for item in json.loads(row["attributes_json"])
        ]
        return {
            "id": row["id"],
            "title": _clean(row["title"]),
            "description": _clean(row["description"], row["additional_information"], row["remarks"]),
            "attributes": _clean(row["category"], *attributes),
            "label_text": _clean(*lines),
            "codes": _clean(*codes),
            "bare": "\n".join(map(squeeze, codes)),
            "folded": "\n".join(map(without_look_alikes, codes)),
        }

    def words(
        self, words: Sequence[str], *, every: bool, filters: Filters, now: datetime, limit: int
    ) -> list[tuple[str, float]]:
        """Return lots whose documents hold beginnings of words, every one of them or any, with their bm25; best first.

        Where thousands hold them, only titles, attributes and codes count; where these are thousands too, the last
        known lots are returned, with 0: an order among so many would be worth little and cost much.
        """
        question = (" " if every else " OR ").join('"{}"*'.format(word.replace('"', "")) for word in words)
        values = filter_values(filters, now) | {"limit": limit, "most": _MOST_RANKED + 1}
        order, score = "rowid DESC", "0.0"
        for asked in (question, f"{_HEAD} : ({question})"):
            values["question"] = asked
            if self._matching(values, filters) <= _MOST_RANKED:
                order, score = "rank", "-rank"
                break
        rows = self._conn.execute(
            f"""WITH best AS (
                    SELECT rowid AS id, {score} AS score FROM lot_documents
                     WHERE lot_documents MATCH :question AND rank MATCH 'bm25({_WEIGHTS})'
                       {_restricted("rowid", filters)}
                     ORDER BY {order} LIMIT :limit)
                SELECT l.display_id, best.score FROM best JOIN lots AS l ON l.id = best.id
                 ORDER BY best.score DESC, l.id""",
            values,
        )
        return [(row[0], row[1]) for row in rows]

    def _matching(self, values: dict[str, object], filters: Filters) -> int:
        row = self._conn.execute(
            f"""SELECT count(*) FROM (SELECT 1 FROM lot_documents WHERE lot_documents MATCH :question
                   {_restricted("rowid", filters)} LIMIT :most)""",
            values,
        ).fetchone()
        return int(row[0])

    def documents(self, lots: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the parts of the documents of some lots, by name."""
        rows = self._conn.execute(
            """SELECT l.display_id, d.title, d.description, d.attributes, d.label_text, d.codes
                 FROM lots AS l JOIN lot_documents AS d ON d.rowid = l.id
                WHERE l.display_id IN (SELECT value FROM json_each(:lots))""",
            {"lots": json.dumps(list(lots))},
        )
        return {row[0]: dict(zip(_COLUMN_NAMES, tuple(row)[1:], strict=True)) for row in rows}

    def lots_with_code(self, part: str, *, look_alikes: bool, filters: Filters, now: datetime, limit: int) -> list[str]:
        """Return lots with a code that holds these letters and digits, the last known first."""
        column, part = ("folded", without_look_alikes(part)) if look_alikes else ("bare", part)
        rows = self._conn.execute(
            f"""SELECT l.display_id FROM lot_code_parts AS p JOIN lots AS l ON l.id = p.rowid
                 WHERE lot_code_parts MATCH :question {_restricted("p.rowid", filters)}
                 ORDER BY l.id DESC LIMIT :limit""",
            filter_values(filters, now) | {"question": f'{column} : "{part}"', "limit": limit},
        )
        return [row[0] for row in rows]


_SOURCES = """SELECT id, title, description, additional_information, remarks, category, attributes_json
    FROM lots WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id"""
_CODES = """SELECT DISTINCT c.value
     FROM lot_images AS i JOIN extracted_codes AS c ON c.content_sha256 = i.content_sha256
    WHERE i.lot_id = :lot AND c.status <> 'rejected' ORDER BY c.value"""
_LABEL_LINES = """SELECT DISTINCT r.text
     FROM lot_images AS i JOIN readings AS r ON r.content_sha256 = i.content_sha256
    WHERE i.lot_id = :lot AND r.kind IN ('text', 'symbol') ORDER BY r.text"""


def _restricted(column: str, filters: Filters) -> str:
    return f"AND {column} IN (SELECT id FROM ({lots_sql(filters)}))" if filters.chosen else ""


def lots_sql(filters: Filters) -> str:
    """Return the SELECT of `id` of lots that the filters let through; its values come from `filter_values`."""
    conditions = {
        "a.display_id = :auction": filters.auction is not None,
        "instr(lower(l.category), lower(:category))": filters.category is not None,
        "instr(lower(l.bidding_status), lower(:status))": filters.status is not None,
        "coalesce(l.closes_at, a.ends_at) BETWEEN :now AND :closing_before": filters.closing_before is not None,
        "l.current_bid_cents >= :least": filters.least_cents is not None,
        "l.current_bid_cents <= :most": filters.most_cents is not None,
    }
    chosen = [sql for sql, wanted in conditions.items() if wanted] or ["TRUE"]
    return f"""SELECT l.id AS id FROM lots AS l LEFT JOIN auctions AS a ON a.id = l.auction_id
        WHERE {" AND ".join(chosen)}"""


def filter_values(filters: Filters, now: datetime) -> dict[str, object]:
    return {
        "auction": filters.auction,
        "category": filters.category,
        "status": filters.status,
        "now": stamp(now),
        "closing_before": to_text(filters.closing_before),
        "least": filters.least_cents,
        "most": filters.most_cents,
    }


def _clean(*texts: str | None) -> str:
    """Return the texts as lines without control characters."""
    return "\n".join("".join(max(c, " ") for c in text) for text in texts if text)
