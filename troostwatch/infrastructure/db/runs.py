"""The rows of runs: what was started when, and how it ended."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from troostwatch import __version__
from troostwatch.domain.runs import Outcome, Run, Stage
from troostwatch.infrastructure.db.times import from_text, stamp


class RunRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def start(self, stage: Stage, *, now: datetime) -> int:
        cursor = self._conn.execute(
            "INSERT INTO runs (stage, program_version, started_at) VALUES (:stage, :version, :now)",
            {"stage": stage, "version": __version__, "now": stamp(now)},
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def finish(
        self,
        run_id: int,
        outcome: Outcome,
        counts: Mapping[str, int],
        *,
        now: datetime,
        message: str | None = None,
    ) -> None:
        self._conn.execute(
            """UPDATE runs SET finished_at = :now, outcome = :outcome, counts_json = :counts, message = :message
                WHERE id = :id""",
            {
                "id": run_id,
                "outcome": outcome,
                "counts": json.dumps(dict(counts)),
                "now": stamp(now),
                "message": message,
            },
        )

    def latest(self, limit: int) -> list[Run]:
        """Return the last runs, newest first."""
        return self._select("ORDER BY id DESC LIMIT :limit", {"limit": limit})

    def latest_of_stages(self) -> list[Run]:
        """Return the last run of each stage, newest first."""
        return self._select("WHERE id IN (SELECT max(id) FROM runs GROUP BY stage) ORDER BY id DESC", {})

    def _select(self, which: str, values: dict[str, object]) -> list[Run]:
        rows = self._conn.execute(
            f"SELECT id, stage, started_at, finished_at, outcome, counts_json, message FROM runs {which}", values
        )
        return [
            Run(
                id=row["id"],
                stage=Stage(row["stage"]),
                started_at=datetime.fromisoformat(row["started_at"]),
                finished_at=from_text(row["finished_at"]),
                outcome=Outcome(row["outcome"]) if row["outcome"] else None,
                counts=json.loads(row["counts_json"]),
                message=row["message"],
            )
            for row in rows
        ]
