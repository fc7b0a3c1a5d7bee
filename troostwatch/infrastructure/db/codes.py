"""The rows of what was read: analyses, readings, and the codes concluded from them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from troostwatch.domain.codes import Code, CodeStatus, CodeType, DecidedBy, Origin
from troostwatch.domain.geometry import Quad
from troostwatch.domain.images import (
    LotImage,
    Thresholds,
)
from troostwatch.domain.reading_format import sight_values, with_sight
from troostwatch.domain.readings import Analysis, Backend, Reading, ReadingKind, StoredAnalysis
from troostwatch.infrastructure.db.rows import box_from, box_json
from troostwatch.infrastructure.db.times import stamp


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

    def record_asks(self, sha256: str, items: int) -> None:
        """Store how many items of the review queue a content makes."""
        self._conn.execute(
            "UPDATE analyses SET asks = :items WHERE content_sha256 = :sha256", {"sha256": sha256, "items": items}
        )

    def of_content(self, sha256: str) -> list[tuple[int, Code]]:
        """Return the codes of a content with their ids, in order of id."""
        rows = self._conn.execute(
            f"SELECT {CODE_COLUMNS} FROM extracted_codes AS c WHERE c.content_sha256 = :sha256 ORDER BY c.id",
            {"sha256": sha256},
        )
        return [(row["id"], code_from(row)) for row in rows]

    def with_value(self, kind: CodeType, value: str) -> list[tuple[int, Code]]:
        """Return the codes of this type and value on all contents, with their ids."""
        rows = self._conn.execute(
            f"""SELECT {CODE_COLUMNS} FROM extracted_codes AS c
                 WHERE c.value = :value AND c.code_type = :type ORDER BY c.id""",
            {"value": value, "type": kind},
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
