"""The rows of decisions: what people said about codes. Taken back, never deleted."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from troostwatch.domain.codes import CodeType
from troostwatch.domain.decisions import Decision, Verdict
from troostwatch.infrastructure.db.rows import box_from, box_json
from troostwatch.infrastructure.db.times import stamp, to_text


class DecisionRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def add(self, sha256: str, decision: Decision, *, now: datetime) -> None:
        """Store a decision; one that stood on the same code is taken back first."""
        self._conn.execute(
            """UPDATE decisions SET undone_at = :now
                WHERE content_sha256 = :sha256 AND undone_at IS NULL AND code_type = :type AND value = :value""",
            {"sha256": sha256, "type": decision.type, "value": decision.value, "now": stamp(now)},
        )
        self._conn.execute(
            """INSERT INTO decisions (content_sha256, code_type, value, verdict, corrected_type, corrected_value,
                   bbox_json, decided_at)
               VALUES (:sha256, :type, :value, :verdict, :corrected_type, :corrected_value, :bbox, :now)""",
            {
                "sha256": sha256,
                "type": decision.type,
                "value": decision.value,
                "verdict": decision.verdict,
                "corrected_type": decision.corrected_type,
                "corrected_value": decision.corrected_value,
                "bbox": box_json(decision.box),
                "now": stamp(now),
            },
        )

    def undo(self, sha256: str, kind: CodeType, value: str, *, now: datetime) -> bool:
        """Take back the latest decision that stands on this code, or that corrected another code to it."""
        return bool(
            self._conn.execute(
                """UPDATE decisions SET undone_at = :now WHERE id = (
                      SELECT max(id) FROM decisions
                       WHERE content_sha256 = :sha256 AND undone_at IS NULL
                         AND ((code_type = :type AND value = :value)
                              OR (corrected_type = :type AND corrected_value = :value)))""",
                {"sha256": sha256, "type": kind, "value": value, "now": stamp(now)},
            ).rowcount
        )

    def standing(self, sha256: str) -> list[Decision]:
        """Return the decisions on a content that nobody took back, oldest first."""
        rows = self._conn.execute(
            """SELECT code_type, value, verdict, corrected_type, corrected_value, bbox_json FROM decisions
                WHERE content_sha256 = :sha256 AND undone_at IS NULL ORDER BY id""",
            {"sha256": sha256},
        )
        return [
            Decision(
                type=CodeType(row["code_type"]),
                value=row["value"],
                verdict=Verdict(row["verdict"]),
                corrected_type=CodeType(row["corrected_type"]) if row["corrected_type"] else None,
                corrected_value=row["corrected_value"],
                box=box_from(row["bbox_json"]),
            )
            for row in rows
        ]

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
