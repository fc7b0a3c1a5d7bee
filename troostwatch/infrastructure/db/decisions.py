"""The rows of decisions: what people said about codes. Taken back, never deleted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from troostwatch.domain.codes import CodeType
from troostwatch.domain.decisions import Decision, DecisionRow, Verdict
from troostwatch.infrastructure.db.rows import box_from, box_json
from troostwatch.infrastructure.db.times import from_text, stamp, to_text


class DecisionRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def add(
        self, sha256: str, decision: Decision, *, now: datetime, by: str | None = None, request: str | None = None
    ) -> int:
        """Store a decision and return its id; one that stood on the same code is taken back first.

        `by` is who decided, `request` what the asker calls it; see `of_request`.
        """
        self._conn.execute(
            """UPDATE decisions SET undone_at = :now
                WHERE content_sha256 = :sha256 AND undone_at IS NULL AND code_type = :type AND value = :value""",
            {"sha256": sha256, "type": decision.type, "value": decision.value, "now": stamp(now)},
        )
        stored = self._conn.execute(
            """INSERT INTO decisions (content_sha256, code_type, value, verdict, corrected_type, corrected_value,
                   bbox_json, decided_at, decided_by, request)
               VALUES (:sha256, :type, :value, :verdict, :corrected_type, :corrected_value, :bbox, :now, :by, :request)
               RETURNING id""",
            {
                "sha256": sha256,
                "type": decision.type,
                "value": decision.value,
                "verdict": decision.verdict,
                "corrected_type": decision.corrected_type,
                "corrected_value": decision.corrected_value,
                "bbox": box_json(decision.box),
                "now": stamp(now),
                "by": by,
                "request": request,
            },
        )
        return int(stored.fetchone()[0])

    def of_request(self, request: str) -> int | None:
        """Return the id of the decision that was stored under this name, or None."""
        row = self._conn.execute("SELECT id FROM decisions WHERE request = :request", {"request": request}).fetchone()
        return row[0] if row else None

    def take_back(self, decision_id: int, *, now: datetime) -> str | None:
        """Take one decision back and return its content; None where it does not stand any more."""
        row = self._conn.execute(
            "UPDATE decisions SET undone_at = :now WHERE id = :id AND undone_at IS NULL RETURNING content_sha256",
            {"id": decision_id, "now": stamp(now)},
        ).fetchone()
        return row[0] if row else None

    def history(self, contents: Sequence[str]) -> list[DecisionRow]:
        """Return all that people ever said about some contents, also what was taken back, the latest first."""
        rows = self._conn.execute(
            """SELECT * FROM decisions WHERE content_sha256 IN (SELECT value FROM json_each(:contents))
                ORDER BY id DESC""",
            {"contents": json.dumps(list(contents))},
        )
        return [
            DecisionRow(
                row["id"],
                row["content_sha256"],
                _decision(row),
                datetime.fromisoformat(row["decided_at"]),
                row["decided_by"],
                from_text(row["undone_at"]),
            )
            for row in rows
        ]

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
        return [_decision(row) for row in rows]

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


def _decision(row: sqlite3.Row) -> Decision:
    return Decision(
        type=CodeType(row["code_type"]),
        value=row["value"],
        verdict=Verdict(row["verdict"]),
        corrected_type=CodeType(row["corrected_type"]) if row["corrected_type"] else None,
        corrected_value=row["corrected_value"],
        box=box_from(row["bbox_json"]),
    )
