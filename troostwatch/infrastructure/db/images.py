"""The rows of photographs: lot images, the codes read from them, and the words of their text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from troostwatch.domain.codes import Code, CodeStatus, CodeType, DecidedBy, Origin
from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.images import (
    AnalysisStatus,
    Content,
    Downloaded,
    DownloadStatus,
    Fetched,
    LotImage,
    Thresholds,
)
from troostwatch.domain.reading_format import sight_values, with_sight
from troostwatch.domain.readings import Analysis, Backend, Reading, ReadingKind, StoredAnalysis, Token
from troostwatch.domain.token_format import token_from, token_values
from troostwatch.domain.tokens import HandLabel, TokenRow
from troostwatch.infrastructure.db.times import from_text, stamp, to_text

_COLUMNS = """i.id, l.display_id, i.url, i.position, i.download_status, i.download_attempts, i.local_path,
    i.content_sha256, i.analysis_status, i.analysis_attempts, i.review_reason, i.error_message,
    i.retry_at, i.vanished_at"""
_TABLES = "lot_images AS i JOIN lots AS l ON l.id = i.lot_id LEFT JOIN auctions AS a ON a.id = l.auction_id"
# Lots about to close come first, everywhere; those without a time come next, closed ones last.
_CLOSES = "coalesce(l.closes_at, a.ends_at)"
CLOSING_FIRST = f"CASE WHEN {_CLOSES} IS NULL THEN 1 WHEN {_CLOSES} < :now THEN 2 ELSE 0 END, {_CLOSES}"


def box_json(box: Box | None) -> str | None:
    return json.dumps(box.as_list()) if box else None


def box_from(text: str | None) -> Box | None:
    return Box(*json.loads(text)) if text else None


class LotImageRepository:
    """Photographs of lots and where they stand."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def get(self, image_id: int) -> LotImage | None:
        rows = self._select("i.id = :id", {"id": image_id})
        return rows[0] if rows else None

    def of_lot(self, display_id: str) -> list[LotImage]:
        """Return the photographs of a lot in their order, also those that vanished from its page."""
        return self._select("l.display_id = :lot", {"lot": display_id}, order="i.position, i.id")

    def pending_downloads(
        self,
        *,
        now: datetime,
        limit: int | None = None,
        lots: Sequence[str] = (),
        closing_before: datetime | None = None,
    ) -> list[LotImage]:
        """Return photographs to fetch, lots about to close first; one whose retry time lies ahead waits."""
        return self._select(
            "i.download_status = 'pending' AND (i.retry_at IS NULL OR i.retry_at <= :now)",
            {"now": stamp(now)},
            order=f"{CLOSING_FIRST}, l.id, i.position",
            limit=limit,
            lots=lots,
            closing_before=closing_before,
        )

    def downloaded_with_url(self, url: str) -> Downloaded | None:
        """Return a photograph that some lot already brought from this URL."""
        rows = self._downloaded(
            "i.url = :url AND i.download_status = 'downloaded'", {"url": url}, order="i.id", limit=1
        )
        return rows[0] if rows else None

    def record_fetched(self, fetched: Fetched, *, now: datetime) -> None:
        """Store that the file lies in its place. The content may be known already."""
        content = fetched.content
        self._conn.execute(
            """INSERT INTO contents (sha256, byte_size, width, height, format)
               VALUES (:sha256, :byte_size, :width, :height, :format) ON CONFLICT DO NOTHING""",
            {
                "sha256": content.sha256,
                "byte_size": content.byte_size,
                "width": content.width,
                "height": content.height,
                "format": content.format,
            },
        )
        self._conn.execute(
            """UPDATE lot_images
                  SET download_status = 'downloaded', local_path = :path, content_sha256 = :sha256,
                      download_attempts = download_attempts + 1, retry_at = NULL, error_message = NULL,
                      downloaded_at = :now, analysis_status = 'pending', analyzed_at = NULL,
                      review_reason = NULL, analysis_attempts = 0
                WHERE id = :id""",
            {"id": fetched.image_id, "path": fetched.local_path, "sha256": content.sha256, "now": stamp(now)},
        )

    def record_fetch_failure(
        self, image_id: int, status: DownloadStatus, message: str, *, retry_at: datetime | None
    ) -> None:
        """Store a failed attempt; `status` pending means that it is tried again at `retry_at`."""
        self._conn.execute(
            """UPDATE lot_images
                  SET download_status = :status, download_attempts = download_attempts + 1,
                      error_message = :message, retry_at = :retry_at
                WHERE id = :id AND download_status <> 'downloaded'""",
            {"id": image_id, "status": status, "message": message, "retry_at": to_text(retry_at)},
        )

    def content(self, sha256: str) -> Content:
        row = self._conn.execute(
            "SELECT sha256, byte_size, width, height, format FROM contents WHERE sha256 = :sha256",
            {"sha256": sha256},
        ).fetchone()
        return Content(*row)

    def adopt_known_analyses(self, *, reading_version: int) -> int:
        """Give waiting photographs the state of a content that was read for another lot; return how many."""
        return self._conn.execute(
            """UPDATE lot_images AS waiting
                  SET analysis_status = known.analysis_status, analyzed_at = known.analyzed_at,
                      review_reason = known.review_reason, error_message = NULL
                 FROM lot_images AS known JOIN analyses AS done ON done.content_sha256 = known.content_sha256
                WHERE waiting.download_status = 'downloaded' AND waiting.analysis_status = 'pending'
                  AND known.content_sha256 = waiting.content_sha256
                  AND known.analysis_status IN ('analyzed', 'needs_review')
                  AND done.reading_version >= :version""",
            {"version": reading_version},
        ).rowcount

    def pending_analysis(
        self,
        *,
        now: datetime,
        limit: int | None = None,
        lots: Sequence[str] = (),
        closing_before: datetime | None = None,
        since_version: int | None = None,
    ) -> list[Downloaded]:
        """Return one photograph of each content that waits to be read, lots about to close first.

        With `since_version` also of those that an older version of the reading read; they keep their state until
        they are read again.
        """
        chosen = self._downloaded(
            """i.download_status = 'downloaded' AND (i.analysis_status = 'pending' OR (
                   i.analysis_status IN ('analyzed', 'needs_review') AND i.content_sha256 IN (
                       SELECT content_sha256 FROM analyses WHERE reading_version < :since_version)))""",
            {"now": stamp(now), "since_version": since_version},
            order=f"{CLOSING_FIRST}, l.id, i.position",
            lots=lots,
            closing_before=closing_before,
        )
        return list({photograph.sha256: photograph for photograph in reversed(chosen)}.values())[::-1][:limit]

    def is_reviewed(self, sha256: str) -> bool:
        """Tell whether a person said that nothing is left to ask about this content."""
        row = self._conn.execute(
            "SELECT reviewed_at FROM contents WHERE sha256 = :sha256", {"sha256": sha256}
        ).fetchone()
        return bool(row and row[0])

    def mark_reviewed(self, sha256: str, *, now: datetime | None) -> None:
        """Store when a person said that nothing is left to ask; None takes it back."""
        self._conn.execute(
            "UPDATE contents SET reviewed_at = :now WHERE sha256 = :sha256", {"sha256": sha256, "now": to_text(now)}
        )

    def record_analysis_state(self, sha256: str, *, reason: str | None, now: datetime | None) -> int:
        """Mark every photograph of a content as read and return how many; `now` None keeps the time of the reading."""
        return self._conn.execute(
            """UPDATE lot_images
                  SET analysis_status = CASE WHEN :reason IS NULL THEN 'analyzed' ELSE 'needs_review' END,
                      review_reason = :reason, analyzed_at = coalesce(:now, analyzed_at), error_message = NULL
                WHERE content_sha256 = :sha256
                  AND (:now IS NOT NULL OR analysis_status IN ('analyzed', 'needs_review'))""",
            {"sha256": sha256, "reason": reason, "now": to_text(now)},
        ).rowcount

    def record_analysis_failure(self, sha256: str, message: str, *, parked: bool) -> None:
        """Count a failed reading of a content; `parked` takes it out of the queue."""
        self._conn.execute(
            """UPDATE lot_images
                  SET analysis_status = :status, analysis_attempts = analysis_attempts + 1,
                      review_reason = NULL, error_message = :message
                -- what an earlier reading brought stays where a new one fails
                WHERE content_sha256 = :sha256 AND analysis_status IN ('pending', 'failed')""",
            {
                "sha256": sha256,
                "message": message,
                "status": AnalysisStatus.FAILED if parked else AnalysisStatus.PENDING,
            },
        )

    def needing_review(self, *, now: datetime, lots: Sequence[str] = ()) -> list[Downloaded]:
        """Return one photograph of each content that a person should look at, lots about to close first."""
        chosen = self._downloaded(
            "i.download_status = 'downloaded' AND i.analysis_status = 'needs_review'",
            {"now": stamp(now)},
            order=f"{CLOSING_FIRST}, l.id, i.position",
            lots=lots,
        )
        return list({photograph.sha256: photograph for photograph in reversed(chosen)}.values())[::-1]

    def failed_analyses(self, limit: int | None = None) -> list[Downloaded]:
        return self._downloaded("i.download_status = 'downloaded' AND i.analysis_status = 'failed'", {}, limit=limit)

    def forget_file(self, image_id: int) -> None:
        """Send a photograph whose file is lost or changed back to the queue of downloads."""
        self._conn.execute(
            """UPDATE lot_images
                  SET download_status = 'pending', download_attempts = 0, retry_at = NULL, local_path = NULL,
                      content_sha256 = NULL, downloaded_at = NULL, analysis_status = 'pending',
                      analysis_attempts = 0, analyzed_at = NULL, review_reason = NULL, error_message = NULL
                WHERE id = :id""",
            {"id": image_id},
        )

    def reopen_failed(self, limit: int | None = None) -> tuple[int, int]:
        """Bring failed downloads and failed readings back, at most so many together; return how many of each."""
        most = -1 if limit is None else limit
        downloads = self._conn.execute(
            """UPDATE lot_images SET download_status = 'pending', download_attempts = 0, retry_at = NULL,
                      error_message = NULL
                WHERE id IN (SELECT id FROM lot_images
                              WHERE download_status = 'failed' OR (download_status = 'pending' AND retry_at IS NOT NULL)
                              ORDER BY id LIMIT :most)""",
            {"most": most},
        ).rowcount
        analyses = self._conn.execute(
            """UPDATE lot_images SET analysis_status = 'pending', analysis_attempts = 0, error_message = NULL
                WHERE id IN (SELECT id FROM lot_images WHERE analysis_status = 'failed' ORDER BY id LIMIT :most)""",
            {"most": most if limit is None else max(0, limit - downloads)},
        ).rowcount
        return downloads, analyses

    def _downloaded(self, where: str, values: dict[str, object], **options: Any) -> list[Downloaded]:  # noqa: ANN401
        """Return what `_select` does, of photographs that lie in the store; what `where` chooses has to."""
        return [found for image in self._select(where, values, **options) if (found := image.downloaded)]

    def _select(
        self,
        where: str,
        values: dict[str, object],
        *,
        order: str = "i.id",
        limit: int | None = None,
        lots: Sequence[str] = (),
        closing_before: datetime | None = None,
    ) -> list[LotImage]:
        if lots:
            where += " AND l.display_id IN (SELECT value FROM json_each(:lots))"
        if closing_before:
            where += " AND coalesce(l.closes_at, a.ends_at) BETWEEN :now AND :closing_before"
        rows = self._conn.execute(
            f"SELECT {_COLUMNS} FROM {_TABLES} WHERE {where} ORDER BY {order} LIMIT :limit",
            values
            | {
                "limit": -1 if limit is None else limit,
                "lots": json.dumps(list(lots)),
                "closing_before": to_text(closing_before),
            },
        )
        return [_image(row) for row in rows]


def _image(row: sqlite3.Row) -> LotImage:
    return LotImage(
        id=row[0],
        lot=row[1],
        url=row[2],
        position=row[3],
        download_status=DownloadStatus(row[4]),
        download_attempts=row[5],
        local_path=row[6],
        sha256=row[7],
        analysis_status=AnalysisStatus(row[8]),
        analysis_attempts=row[9],
        review_reason=row[10],
        error_message=row[11],
        retry_at=from_text(row[12]),
        vanished_at=from_text(row[13]),
    )


class ExtractedCodeRepository:
    """Readings and the codes concluded from them. Both belong to a content and are replaced together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def replace_analysis(
        self,
        image: LotImage,
        analysis: Analysis,
        *,
        thresholds: Thresholds,
        reading_version: int,
        now: datetime,
    ) -> None:
        """Store who read the content and what was seen, in place of what was there."""
        sha256 = image.sha256
        self._conn.execute(
            """INSERT OR REPLACE INTO analyses (content_sha256, lot_image_id, backend, readers_json, reading_version,
                   analyzed_at, seconds, review_threshold, approve_threshold, unread_reason)
               VALUES (:sha256, :image_id, :backend, :readers, :version, :now, :seconds, :review, :approve, :unread)""",
            {
                "sha256": sha256,
                "image_id": image.id,
                "backend": analysis.backend,
                "readers": json.dumps(analysis.readers),
                "version": reading_version,
                "now": stamp(now),
                "seconds": analysis.seconds,
                "review": thresholds.review,
                "approve": thresholds.approve,
                "unread": analysis.unread_reason,
            },
        )
        self._conn.execute("DELETE FROM readings WHERE content_sha256 = :sha256", {"sha256": sha256})
        self._add_readings(sha256, analysis.readings)

    def _add_readings(self, sha256: str | None, readings: Iterable[Reading]) -> None:
        self._conn.executemany(
            """INSERT INTO readings (content_sha256, reader, kind, text, again, symbology, says, confidence, quad_json,
                      sight_json)
               VALUES (:sha256, :reader, :kind, :text, :again, :symbology, :says, :confidence, :quad, :sight)""",
            [
                {
                    "sha256": sha256,
                    "reader": r.reader,
                    "kind": r.kind,
                    "text": r.text,
                    "again": r.again,
                    "symbology": r.symbology,
                    "says": r.says,
                    "confidence": r.confidence,
                    "quad": json.dumps(r.quad.corners),
                    "sight": json.dumps(sight_values(r)),
                }
                for r in readings
            ],
        )

    def readings_of(self, sha256: str) -> list[Reading]:
        """Return what was seen on a content, in the order in which it was seen."""
        rows = self._conn.execute(
            """SELECT reader, kind, text, quad_json, confidence, symbology, again, says, sight_json
                 FROM readings WHERE content_sha256 = :sha256 ORDER BY id""",
            {"sha256": sha256},
        )
        return [_reading(row) for row in rows]

    def add_opinions(
        self,
        sha256: str,
        reader: str,
        version: str,
        readings: Iterable[Reading],
        *,
        backend: Backend,
        unread_reason: str | None,
    ) -> None:
        """Put what a second reader says in place of what it said before; the other readings stay."""
        self._conn.execute(
            """UPDATE analyses SET backend = :backend, unread_reason = :unread,
                      readers_json = json_set(readers_json, '$.' || json_quote(:reader), :version)
                WHERE content_sha256 = :sha256""",
            {"sha256": sha256, "reader": reader, "version": version, "backend": backend, "unread": unread_reason},
        )
        self._conn.execute(
            "DELETE FROM readings WHERE content_sha256 = :sha256 AND reader = :reader",
            {"sha256": sha256, "reader": reader},
        )
        self._add_readings(sha256, readings)

    def analysis_of(self, sha256: str) -> StoredAnalysis | None:
        row = self._conn.execute(
            """SELECT lot_image_id, backend, readers_json, reading_version, review_threshold, approve_threshold,
                      unread_reason
                 FROM analyses WHERE content_sha256 = :sha256""",
            {"sha256": sha256},
        ).fetchone()
        if row is None:
            return None
        return StoredAnalysis(
            image_id=row["lot_image_id"],
            backend=Backend(row["backend"]),
            readers=json.loads(row["readers_json"]),
            reading_version=row["reading_version"],
            thresholds=Thresholds(row["review_threshold"], row["approve_threshold"]),
            unread_reason=row["unread_reason"],
        )

    def replace_codes(self, sha256: str, image_id: int, codes: Iterable[Code]) -> None:
        """Make `codes` the codes of the content. A code that stays keeps its id."""
        wanted = {code.key: code for code in codes}
        known = self.of_content(sha256)
        self._conn.executemany(
            "DELETE FROM extracted_codes WHERE id = :id",
            [{"id": code_id} for code_id, code in known if code.key not in wanted],
        )
        self._conn.executemany(
            """INSERT INTO extracted_codes (content_sha256, lot_image_id, code_type, value, confidence, status,
                   decided_by, origin, context, evidence_json, readers_json, bbox_json)
               VALUES (:sha256, :image_id, :type, :value, :confidence, :status, :decided_by, :origin, :context,
                   :evidence, :readers, :bbox)
               ON CONFLICT DO UPDATE SET confidence = excluded.confidence, status = excluded.status,
                   decided_by = excluded.decided_by, origin = excluded.origin, context = excluded.context,
                   evidence_json = excluded.evidence_json, readers_json = excluded.readers_json,
                   bbox_json = excluded.bbox_json""",
            [
                {
                    "sha256": sha256,
                    "image_id": image_id,
                    "type": c.type,
                    "value": c.value,
                    "confidence": c.confidence,
                    "status": c.status,
                    "decided_by": c.decided_by,
                    "origin": c.origin,
                    "context": c.context,
                    "evidence": json.dumps(c.evidence, ensure_ascii=False),
                    "readers": json.dumps(c.readers),
                    "bbox": box_json(c.box),
                }
                for c in wanted.values()
            ],
        )

    def of_content(self, sha256: str) -> list[tuple[int, Code]]:
        """Return the codes of a content with their ids, in order of id."""
        rows = self._conn.execute(
            f"SELECT {CODE_COLUMNS} FROM extracted_codes AS c WHERE c.content_sha256 = :sha256 ORDER BY c.id",
            {"sha256": sha256},
        )
        return [(row["id"], code_from(row)) for row in rows]

    def find(self, code_id: int) -> tuple[str, Code] | None:
        """Return the content (SHA-256) and the code with this id."""
        row = self._conn.execute(
            f"SELECT {CODE_COLUMNS}, c.content_sha256 FROM extracted_codes AS c WHERE c.id = :id",
            {"id": code_id},
        ).fetchone()
        return (row["content_sha256"], code_from(row)) if row else None


def _reading(row: sqlite3.Row) -> Reading:
    reading = Reading(
        reader=row["reader"],
        kind=ReadingKind(row["kind"]),
        text=row["text"],
        quad=_quad_from(row["quad_json"]),
        confidence=row["confidence"],
        symbology=row["symbology"],
        again=row["again"],
        says=CodeType(row["says"]) if row["says"] else None,
    )
    return with_sight(reading, json.loads(row["sight_json"]))


def _quad_from(text: str) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in json.loads(text))
    return Quad((a, b, c, d))


CODE_COLUMNS = """c.id, c.code_type, c.value, c.confidence, c.bbox_json, c.context, c.evidence_json, c.readers_json,
    c.status, c.decided_by, c.origin"""


def code_from(row: sqlite3.Row) -> Code:
    """Build a code from a row that holds CODE_COLUMNS."""
    return Code(
        type=CodeType(row["code_type"]),
        value=row["value"],
        confidence=row["confidence"],
        box=box_from(row["bbox_json"]),
        context=row["context"],
        evidence=tuple(json.loads(row["evidence_json"])),
        readers=tuple(json.loads(row["readers_json"])),
        status=CodeStatus(row["status"]),
        decided_by=DecidedBy(row["decided_by"]) if row["decided_by"] else None,
        origin=Origin(row["origin"]),
    )


class OcrTokenRepository:
    """Words of OCR text, once per content."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def replace(self, image: LotImage, tokens: Sequence[Token], *, now: datetime) -> None:
        self._conn.execute(
            """INSERT INTO ocr_token_data (content_sha256, lot_image_id, tokens_json, token_count, created_at)
               VALUES (:sha256, :image_id, :tokens, :count, :now)
               ON CONFLICT DO UPDATE SET tokens_json = excluded.tokens_json, token_count = excluded.token_count,
                   created_at = excluded.created_at""",
            {
                "sha256": image.sha256,
                "image_id": image.id,
                "count": len(tokens),
                "now": stamp(now),
                "tokens": json.dumps([token_values(t) for t in tokens], ensure_ascii=False),
            },
        )

    def of_content(self, sha256: str) -> list[Token] | None:
        """Return the words of a content, or None where none were saved."""
        row = self._conn.execute(
            "SELECT tokens_json FROM ocr_token_data WHERE content_sha256 = :sha256", {"sha256": sha256}
        ).fetchone()
        return [token_from(item) for item in json.loads(row[0])] if row else None

    def contents(self, *, include_reviewed: bool) -> list[str]:
        """Return the contents whose words are kept, in order of reading.

        Without `include_reviewed` those about which a person already decided or gave labels are left out.
        """
        rows = self._conn.execute(
            """SELECT content_sha256 FROM ocr_token_data AS t
                WHERE :all OR NOT (has_labels OR EXISTS (
                      SELECT 1 FROM decisions AS d
                       WHERE d.content_sha256 = t.content_sha256 AND d.undone_at IS NULL))
                ORDER BY id""",
            {"all": include_reviewed},
        )
        return [row[0] for row in rows]

    def row(self, sha256: str) -> TokenRow:
        """Return the words of a content and where it is shown, as yet without labels."""
        row = self._conn.execute(
            """SELECT t.lot_image_id, i.position, i.local_path, c.width, c.height, t.tokens_json,
                      (SELECT json_group_array(DISTINCT l.display_id)
                         FROM lot_images AS s JOIN lots AS l ON l.id = s.lot_id
                        WHERE s.content_sha256 = t.content_sha256) AS lots
                 FROM ocr_token_data AS t JOIN lot_images AS i ON i.id = t.lot_image_id
                 JOIN contents AS c ON c.sha256 = t.content_sha256
                WHERE t.content_sha256 = :sha256""",
            {"sha256": sha256},
        ).fetchone()
        return TokenRow(
            image_id=row["lot_image_id"],
            lots=tuple(sorted(json.loads(row["lots"]))),
            position=row["position"],
            content=sha256,
            path=row["local_path"],
            width=row["width"],
            height=row["height"],
            tokens=tuple(token_from(item) for item in json.loads(row["tokens_json"])),
            labels={},
        )

    def knows(self, sha256: str) -> bool:
        return bool(self._conn.execute("SELECT 1 FROM contents WHERE sha256 = :sha256", {"sha256": sha256}).fetchone())

    def add_labels(self, sha256: str, labels: Iterable[HandLabel], *, now: datetime) -> None:
        """Keep labels that a person gave; a new one for the same word in the same place replaces the old."""
        self._conn.executemany(
            """INSERT INTO token_labels (content_sha256, text, bbox_json, label, labelled_at)
               VALUES (:sha256, :text, :bbox, :label, :now)
               ON CONFLICT DO UPDATE SET label = excluded.label, labelled_at = excluded.labelled_at""",
            [
                {
                    "sha256": sha256,
                    "text": hand.text,
                    "bbox": box_json(hand.box),
                    "label": hand.label,
                    "now": stamp(now),
                }
                for hand in labels
            ],
        )
        self._conn.execute(
            """UPDATE ocr_token_data SET has_labels = EXISTS (
                      SELECT 1 FROM token_labels AS k WHERE k.content_sha256 = ocr_token_data.content_sha256)
                WHERE content_sha256 = :sha256""",
            {"sha256": sha256},
        )

    def labels_of(self, sha256: str) -> list[HandLabel]:
        rows = self._conn.execute(
            "SELECT text, bbox_json, label FROM token_labels WHERE content_sha256 = :sha256 ORDER BY id",
            {"sha256": sha256},
        )
        return [HandLabel(row[0], Box(*json.loads(row[1])), row[2]) for row in rows]
