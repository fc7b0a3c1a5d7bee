"""The rows of vectors, as a search asks for them: whose they are, and whom the filters let through."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.embedding import Vector
from troostwatch.domain.search import Filters
from troostwatch.domain.vectors import VectorKind
from troostwatch.infrastructure.db.embeddings import FLOAT, TABLES
from troostwatch.infrastructure.db.search import filter_values, lots_sql

_OWNERS = {
    VectorKind.PHOTOGRAPHS: """image_embeddings AS e
        JOIN lot_images AS i ON i.content_sha256 = e.content_sha256 JOIN lots AS l ON l.id = i.lot_id""",
    VectorKind.LOTS: "lot_embeddings AS e JOIN lots AS l ON l.id = e.lot_id",
}


class VectorRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def vectors(self, kind: VectorKind, space_id: int) -> Iterator[tuple[int, bytes]]:
        """Yield (number, float32 vector) in order of number."""
        rows = self._conn.execute(
            f"SELECT id, vector FROM {TABLES[kind]} WHERE space_id = :space ORDER BY id", {"space": space_id}
        )
        for row in rows:
            yield row[0], row[1]

    def of_lots(self, kind: VectorKind, space_id: int, lots: Sequence[str]) -> dict[str, list[Vector]]:
        """Return lot -> its vectors, of those lots that have any."""
        # The plus keeps SQLite from starting at the space, which holds every vector, instead of at the few lots.
        rows = self._conn.execute(
            f"""SELECT DISTINCT l.display_id, e.id, e.vector FROM {_OWNERS[kind]}
                 WHERE +e.space_id = :space AND l.display_id IN (SELECT value FROM json_each(:lots))
                 ORDER BY l.id, e.id""",
            {"space": space_id, "lots": json.dumps(list(lots))},
        )
        found: dict[str, list[Vector]] = {}
        for lot, _, blob in rows:
            found.setdefault(lot, []).append(np.frombuffer(blob, dtype=FLOAT))
        return found

    def owners(self, kind: VectorKind, numbers: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
        """Return number of vector -> lots that show the photograph, with its position; of a text: its lot."""
        position = "i.position" if kind is VectorKind.PHOTOGRAPHS else "-1"
        rows = self._conn.execute(
            f"""SELECT e.id, l.display_id, {position} FROM {_OWNERS[kind]}
                 WHERE e.id IN (SELECT value FROM json_each(:numbers)) ORDER BY e.id, l.id""",
            {"numbers": json.dumps(list(numbers))},
        )
        found: dict[int, list[tuple[str, int]]] = {}
        for number, lot, at in rows:
            found.setdefault(number, []).append((lot, at))
        return found

    def allowed(self, kind: VectorKind, space_id: int, filters: Filters, *, now: datetime) -> NDArray[np.int64] | None:
        """Return the numbers of vectors that belong to lots which the filters let through, in order; None: all."""
        if not filters.chosen:
            return None
        source = {
            VectorKind.PHOTOGRAPHS: """image_embeddings AS e
                JOIN lot_images AS i ON i.content_sha256 = e.content_sha256 AND i.lot_id IN""",
            VectorKind.LOTS: "lot_embeddings AS e WHERE e.lot_id IN",
        }[kind]
        rows = self._conn.execute(
            f"""SELECT DISTINCT e.id FROM {source} (SELECT id FROM ({lots_sql(filters)}))
                   {"WHERE" if kind is VectorKind.PHOTOGRAPHS else "AND"} e.space_id = :space ORDER BY e.id""",
            filter_values(filters, now) | {"space": space_id},
        )
        return np.array([row[0] for row in rows], dtype=np.int64)

    def lots_let_through(self, lots: Sequence[str], filters: Filters, *, now: datetime) -> set[str]:
        """Return those of the lots that the filters let through."""
        rows = self._conn.execute(
            f"""SELECT display_id FROM lots WHERE display_id IN (SELECT value FROM json_each(:lots))
                   AND id IN (SELECT id FROM ({lots_sql(filters)}))""",
            filter_values(filters, now) | {"lots": json.dumps(list(lots))},
        )
        return {row[0] for row in rows}

    def category(self, display_id: str) -> str | None:
        row = self._conn.execute("SELECT category FROM lots WHERE display_id = :lot", {"lot": display_id}).fetchone()
        return row["category"] if row else None
