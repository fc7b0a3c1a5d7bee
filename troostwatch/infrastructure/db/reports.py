"""Questions that read across tables: the review queue, codes for a file, lots for a list, numbers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import median

from troostwatch.domain.images import Stored
from troostwatch.domain.lots import Attribute
from troostwatch.domain.queue import QueueItem
from troostwatch.domain.reports import CodeRow, LotDescription, LotSummary, QuestionTotals, Stats
from troostwatch.infrastructure.db.codes import CODE_COLUMNS, code_from
from troostwatch.infrastructure.db.photographs import CLOSING_FIRST
from troostwatch.infrastructure.db.rows import page_url
from troostwatch.infrastructure.db.times import from_text, stamp, to_text

_LOTS_OF_CONTENT = """(SELECT json_group_array(DISTINCT o.display_id)
    FROM lot_images AS s JOIN lots AS o ON o.id = s.lot_id WHERE s.content_sha256 = i.content_sha256)"""
_THESE_LOTS = "l.display_id IN (SELECT value FROM json_each(:lots))"


def _only(lots: Sequence[str]) -> str:
    """Return the condition for some lots; where it is left out, SQLite need not look at each row for it."""
    return _THESE_LOTS if lots else "TRUE"


class ReportRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def queue(
        self, *, now: datetime, limit: int | None = None, lots: Sequence[str] = (), all_pending: bool = False
    ) -> list[QueueItem]:
        """Return doubtful codes and unread photographs, each content once, under the lot that closes first.

        With `all_pending` all codes that nobody decided about, whatever their probability, but for photographs of
        which a person said that nothing is left to ask.
        """
        rows = self._conn.execute(
            f"""SELECT {CODE_COLUMNS}, i.id AS image_id, i.position, i.local_path, i.url, i.review_reason,
                       i.content_sha256, l.title, coalesce(l.closes_at, a.ends_at) AS closes,
                       {_LOTS_OF_CONTENT} AS shown_in, l.display_id
                  FROM lot_images AS i
                  JOIN lots AS l ON l.id = i.lot_id
                  LEFT JOIN auctions AS a ON a.id = l.auction_id
                  JOIN analyses AS n ON n.content_sha256 = i.content_sha256
                  JOIN contents AS k ON k.sha256 = i.content_sha256
                  LEFT JOIN extracted_codes AS c ON c.content_sha256 = i.content_sha256
                       AND c.status = 'pending' AND (c.confidence < n.review_threshold OR :all)
                 WHERE (i.analysis_status = 'needs_review'
                        OR (:all AND c.id IS NOT NULL AND k.reviewed_at IS NULL)) AND {_only(lots)}
                 ORDER BY {CLOSING_FIRST}, l.id, i.position, c.confidence, c.id""",
            {"now": stamp(now), "lots": json.dumps(list(lots)), "all": all_pending},
        )
        items: dict[tuple[str, int | None], QueueItem] = {}
        for row in rows:
            items.setdefault((row["content_sha256"], row["id"]), _queue_item(row))
        return list(items.values())[:limit]

    def waiting(self) -> int:
        """Return how many items the queue holds: doubtful codes, and photographs on which nothing could be read."""
        return self._number(
            """SELECT coalesce(sum(asks), 0) FROM analyses AS n WHERE asks > 0 AND EXISTS (
                      SELECT 1 FROM lot_images AS i
                       WHERE i.content_sha256 = n.content_sha256 AND i.analysis_status = 'needs_review')"""
        )

    def description(self, lot: str) -> LotDescription:
        """Return what the page of a lot says in sentences."""
        row = self._conn.execute(
            """SELECT description, additional_information, remarks, condition, quantity, country_code
                 FROM lots WHERE display_id = :lot""",
            {"lot": lot},
        ).fetchone()
        return LotDescription(*row) if row else LotDescription()

    def codes(
        self, *, approved_only: bool = False, include_rejected: bool = False, lots: Sequence[str] = ()
    ) -> Iterator[CodeRow]:
        """Yield every code on every photograph that shows it, in order of lot and position."""
        rows = self._conn.execute(
            f"""SELECT {CODE_COLUMNS}, i.id AS image_id, i.position, i.local_path, i.url, i.content_sha256,
                       l.display_id, l.title, {_LOTS_OF_CONTENT} AS shown_in
                  FROM extracted_codes AS c
                  JOIN lot_images AS i ON i.content_sha256 = c.content_sha256
                  JOIN lots AS l ON l.id = i.lot_id
                 WHERE {_only(lots)}
                   AND (c.status = 'approved' OR NOT :approved_only)
                   AND (c.status <> 'rejected' OR :include_rejected)
                 ORDER BY l.id, i.position, i.id, c.code_type, c.value""",
            {
                "lots": json.dumps(list(lots)),
                "approved_only": approved_only,
                "include_rejected": include_rejected,
            },
        )
        for row in rows:
            yield CodeRow(
                lot=row["display_id"],
                title=row["title"],
                position=row["position"],
                image_id=row["image_id"],
                code_id=row["id"],
                code=code_from(row),
                content=row["content_sha256"],
                path=row["local_path"],
                url=row["url"],
                shared_with=tuple(sorted(set(json.loads(row["shown_in"])) - {row["display_id"]})),
            )

    def lots(
        self,
        *,
        now: datetime,
        limit: int | None = None,
        auction: str | None = None,
        closing_before: datetime | None = None,
        lots: Sequence[str] = (),
    ) -> list[LotSummary]:
        """Return lots, those about to close first."""
        rows = self._conn.execute(
            f"""SELECT l.display_id, l.title, a.display_id AS auction, l.category, l.bidding_status,
                       l.current_bid_cents, l.currency, coalesce(l.closes_at, a.ends_at) AS closes, l.site, l.slug,
                       l.city, l.attributes_json,
                       (SELECT count(*) FROM lot_images AS i WHERE i.lot_id = l.id) AS photographs,
                       (SELECT count(*) FROM lot_images AS i
                         WHERE i.lot_id = l.id AND i.analysis_status = 'needs_review') AS needs_review,
                       (SELECT count(DISTINCT c.code_type || c.value) FROM extracted_codes AS c
                         JOIN lot_images AS i ON i.content_sha256 = c.content_sha256
                        WHERE i.lot_id = l.id AND c.status <> 'rejected') AS codes,
                       (SELECT count(DISTINCT c.code_type || c.value) FROM extracted_codes AS c
                         JOIN lot_images AS i ON i.content_sha256 = c.content_sha256
                        WHERE i.lot_id = l.id AND c.status = 'approved') AS approved
                  FROM lots AS l LEFT JOIN auctions AS a ON a.id = l.auction_id
                 WHERE (:auction IS NULL OR a.display_id = :auction)
                   AND {_only(lots)}
                   AND (:closing_before IS NULL
                        OR coalesce(l.closes_at, a.ends_at) BETWEEN :now AND :closing_before)
                 ORDER BY {CLOSING_FIRST}, l.id LIMIT :limit""",
            {
                "now": stamp(now),
                "auction": auction,
                "lots": json.dumps(list(lots)),
                "closing_before": to_text(closing_before),
                "limit": -1 if limit is None else limit,
            },
        )
        return [_summary(row) for row in rows]

    def lines(self, lot: str) -> list[tuple[int, str]]:
        """Return (position of the photograph, text) of every line that was read on the photographs of a lot."""
        rows = self._conn.execute(
            """SELECT i.position, r.text FROM readings AS r
                 JOIN lot_images AS i ON i.content_sha256 = r.content_sha256
                 JOIN lots AS l ON l.id = i.lot_id
                WHERE l.display_id = :lot AND r.kind = 'text'
                ORDER BY i.position, r.id""",
            {"lot": lot},
        )
        return [(row["position"], row["text"]) for row in rows]

    def photograph(self, sha256: str) -> Stored | None:
        """Return where a photograph of this content lies, or None."""
        row = self._conn.execute(
            "SELECT content_sha256, local_path FROM lot_images WHERE content_sha256 = :sha256 ORDER BY id LIMIT 1",
            {"sha256": sha256},
        ).fetchone()
        return Stored(row[0], row[1]) if row else None

    def decided_confidences(self) -> list[tuple[float, bool]]:
        """Return (confidence, right) of every code that a reader saw and a person decided about."""
        rows = self._conn.execute(
            """SELECT confidence, status = 'approved' AS right_ FROM extracted_codes
                WHERE decided_by = 'person' AND origin = 'reading' ORDER BY id"""
        )
        return [(row["confidence"], bool(row["right_"])) for row in rows]

    def stats(self) -> Stats:
        seconds = [row[0] for row in self._conn.execute("SELECT seconds FROM analyses ORDER BY seconds")]
        codes: dict[str, dict[str, int]] = {}
        for kind, status, number in self._conn.execute(
            "SELECT code_type, status, count(*) FROM extracted_codes GROUP BY code_type, status ORDER BY 1, 2"
        ):
            codes.setdefault(kind, {})[status] = number
        return Stats(
            auctions=self._number("SELECT count(*) FROM auctions"),
            lots=self._number("SELECT count(*) FROM lots"),
            lots_never_read=self._number("SELECT count(*) FROM lots WHERE page_observed_at IS NULL"),
            photographs=self._by("SELECT download_status, count(*) FROM lot_images GROUP BY 1 ORDER BY 1"),
            contents=self._number("SELECT count(*) FROM contents"),
            analyses=self._by(
                """SELECT analysis_status, count(*) FROM lot_images WHERE download_status = 'downloaded'
                    GROUP BY 1 ORDER BY 1"""
            ),
            codes=codes,
            decisions=self._number("SELECT count(*) FROM decisions WHERE undone_at IS NULL"),
            backends=self._by("SELECT backend, count(*) FROM analyses GROUP BY 1 ORDER BY 1"),
            seconds_per_photograph=round(median(seconds), 3) if seconds else None,
            bytes_on_disk=self._number("SELECT coalesce(sum(byte_size), 0) FROM contents"),
            questions=self.questions(),
        )

    def has_decisions(self) -> bool:
        return bool(self._number("SELECT EXISTS (SELECT 1 FROM extracted_codes WHERE decided_by = 'person')"))

    def questions(self) -> QuestionTotals:
        """Return all that a paid reader was ever asked."""
        row = self._conn.execute(
            """SELECT coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(cost_eur), 0)
                 FROM questions"""
        ).fetchone()
        verdicts = self._by("SELECT outcome, count(*) FROM questions GROUP BY 1 ORDER BY 1")
        return QuestionTotals(verdicts, int(row[0]), int(row[1]), round(float(row[2]), 6))

    def _number(self, sql: str) -> int:
        return int(self._conn.execute(sql).fetchone()[0])

    def _by(self, sql: str) -> dict[str, int]:
        return {row[0]: row[1] for row in self._conn.execute(sql)}


def _queue_item(row: sqlite3.Row) -> QueueItem:
    others = sorted(set(json.loads(row["shown_in"])) - {row["display_id"]})
    return QueueItem(
        image_id=row["image_id"],
        lots=(row["display_id"], *others),
        position=row["position"],
        content=row["content_sha256"],
        path=row["local_path"],
        url=row["url"],
        title=row["title"],
        closes_at=from_text(row["closes"]),
        reason=row["review_reason"] or "pending: sure enough not to ask, not sure enough to approve",
        code_id=row["id"],
        code=code_from(row) if row["id"] is not None else None,
    )


def _summary(row: sqlite3.Row) -> LotSummary:
    return LotSummary(
        display_id=row["display_id"],
        title=row["title"],
        auction=row["auction"],
        category=row["category"],
        bidding_status=row["bidding_status"],
        current_bid_cents=row["current_bid_cents"],
        currency=row["currency"],
        closes_at=from_text(row["closes"]),
        photographs=row["photographs"],
        needs_review=row["needs_review"],
        codes=row["codes"],
        approved=row["approved"],
        url=page_url(row),
        city=row["city"],
        attributes=tuple(
            Attribute(item.get("name", ""), str(item.get("value", "")), item.get("unit"))
            for item in json.loads(row["attributes_json"])
        ),
    )
