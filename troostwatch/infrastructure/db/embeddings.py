"""The rows of vectors, as they are made: of photographs once a content, of lots once a space."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np

from troostwatch.domain.embedding import EmbeddingSpace, LotText, Vector, WaitingPhotograph
from troostwatch.domain.vectors import StoredSpace, VectorKind
from troostwatch.infrastructure.db.photographs import CLOSING_FIRST
from troostwatch.infrastructure.db.times import stamp

TABLES = {VectorKind.PHOTOGRAPHS: "image_embeddings", VectorKind.LOTS: "lot_embeddings"}
FLOAT = np.dtype("<f4")
_SPACE = "s.id, s.model, s.pretrained, s.preprocessing, s.dimension, s.changes"


class EmbeddingRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def enter_space(self, space: EmbeddingSpace, *, now: datetime) -> int:
        """Return the number of a space, made now when it is new; from now on it is the one in use."""
        self._conn.execute(
            """INSERT INTO embedding_spaces (model, pretrained, preprocessing, dimension, used_at)
               VALUES (:model, :pretrained, :preprocessing, :dimension, :now)
               ON CONFLICT DO UPDATE SET used_at = excluded.used_at""",
            {
                "model": space.model,
                "pretrained": space.pretrained,
                "preprocessing": space.preprocessing,
                "dimension": space.dimension,
                "now": stamp(now),
            },
        )
        row = self._conn.execute(
            """SELECT id FROM embedding_spaces
                WHERE model = :model AND pretrained = :pretrained AND preprocessing = :preprocessing""",
            {"model": space.model, "pretrained": space.pretrained, "preprocessing": space.preprocessing},
        ).fetchone()
        return int(row["id"])

    def space_in_use(self, kind: VectorKind, *, model: str | None = None) -> StoredSpace | None:
        """Return the space that was last embedded into, of those that hold vectors of this kind."""
        row = self._conn.execute(
            f"""SELECT {_SPACE} FROM embedding_spaces AS s
                 WHERE EXISTS (SELECT 1 FROM {TABLES[kind]} AS e WHERE e.space_id = s.id)
                   AND (:model IS NULL OR s.model = :model)
                 ORDER BY s.used_at DESC, s.id DESC LIMIT 1""",
            {"model": model},
        ).fetchone()
        return StoredSpace(row[0], EmbeddingSpace(*row[1:5]), row[5]) if row else None

    def waiting(self, space_id: int, *, now: datetime, lots: Sequence[str] = ()) -> list[WaitingPhotograph]:
        """Return contents without a vector of this space, those of lots about to close first; parked ones stay out."""
        rows = self._conn.execute(
            f"""SELECT i.content_sha256, i.local_path, l.display_id, coalesce(f.attempts, 0)
                  FROM lot_images AS i JOIN lots AS l ON l.id = i.lot_id
                  LEFT JOIN auctions AS a ON a.id = l.auction_id
                  LEFT JOIN embedding_failures AS f ON f.content_sha256 = i.content_sha256
                 WHERE i.content_sha256 IS NOT NULL AND coalesce(f.parked, 0) = 0
                   AND NOT EXISTS (SELECT 1 FROM image_embeddings AS e
                                    WHERE e.content_sha256 = i.content_sha256 AND e.space_id = :space)
                   {"AND l.display_id IN (SELECT value FROM json_each(:lots))" if lots else ""}
                 ORDER BY {CLOSING_FIRST}, l.id, i.position""",
            {"space": space_id, "now": stamp(now), "lots": json.dumps(list(lots))},
        )
        first: dict[str, WaitingPhotograph] = {}
        for row in rows:
            first.setdefault(row[0], WaitingPhotograph(*row))
        return list(first.values())

    def record_photographs(self, space_id: int, vectors: Mapping[str, Vector], *, now: datetime) -> None:
        """Store vectors by content, in place of those of another space."""
        self._conn.executemany(
            """INSERT INTO image_embeddings (content_sha256, space_id, vector, embedded_at)
               VALUES (:sha256, :space, :vector, :now)
               ON CONFLICT DO UPDATE SET space_id = excluded.space_id, vector = excluded.vector,
                   embedded_at = excluded.embedded_at""",
            [
                {"sha256": sha256, "space": space_id, "vector": _blob(vector), "now": stamp(now)}
                for sha256, vector in vectors.items()
            ],
        )
        self._conn.executemany(
            "DELETE FROM embedding_failures WHERE content_sha256 = :sha256", [{"sha256": sha256} for sha256 in vectors]
        )
        self._note_change()

    def record_failure(self, sha256: str, message: str, *, parked: bool, now: datetime) -> None:
        self._conn.execute(
            """INSERT INTO embedding_failures (content_sha256, attempts, parked, message, failed_at)
               VALUES (:sha256, 1, :parked, :message, :now)
               ON CONFLICT DO UPDATE SET attempts = attempts + 1, parked = excluded.parked,
                   message = excluded.message, failed_at = excluded.failed_at""",
            {"sha256": sha256, "parked": parked, "message": message, "now": stamp(now)},
        )

    def contents(self, lots: Sequence[str] = ()) -> int:
        """Return how many different photographs there are; with `lots` of these."""
        row = self._conn.execute(
            f"""SELECT count(DISTINCT i.content_sha256) FROM lot_images AS i JOIN lots AS l ON l.id = i.lot_id
                 {"WHERE l.display_id IN (SELECT value FROM json_each(:lots))" if lots else ""}""",
            {"lots": json.dumps(list(lots))},
        ).fetchone()
        return int(row[0])

    def waiting_texts(self, space_id: int, lots: Sequence[str] = ()) -> Iterator[LotText]:
        """Yield what is written about lots whose vector of this space is missing or of another text."""
        rows = self._conn.execute(
            f"""SELECT l.display_id, d.title, d.attributes, d.codes, d.description, e.text_digest
                  FROM lot_documents AS d JOIN lots AS l ON l.id = d.rowid
                  LEFT JOIN lot_embeddings AS e ON e.lot_id = l.id AND e.space_id = :space
                 {"WHERE l.display_id IN (SELECT value FROM json_each(:lots))" if lots else ""} ORDER BY l.id""",
            {"space": space_id, "lots": json.dumps(list(lots))},
        )
        for lot, title, attributes, codes, description, known in rows:
            text = "\n".join(part for part in (title, attributes, codes, description) if part)
            digest = hashlib.sha256(text.encode()).hexdigest()
            if text and digest != known:
                yield LotText(lot, text, digest)

    def record_texts(self, space_id: int, vectors: Sequence[tuple[LotText, Vector]], *, now: datetime) -> None:
        self._conn.executemany(
            """INSERT INTO lot_embeddings (lot_id, space_id, text_digest, vector, embedded_at)
               SELECT id, :space, :digest, :vector, :now FROM lots WHERE display_id = :lot
               ON CONFLICT DO UPDATE SET text_digest = excluded.text_digest, vector = excluded.vector,
                   embedded_at = excluded.embedded_at""",
            [
                {
                    "space": space_id,
                    "lot": text.lot,
                    "digest": text.digest,
                    "vector": _blob(vector),
                    "now": stamp(now),
                }
                for text, vector in vectors
            ],
        )
        self._note_change()

    def asked_texts(self, space_id: int, digests: Sequence[str]) -> dict[str, Vector]:
        """Return digest -> vector of texts that were paid for before."""
        rows = self._conn.execute(
            """SELECT text_digest, vector FROM asked_texts
                WHERE space_id = :space AND text_digest IN (SELECT value FROM json_each(:digests))""",
            {"space": space_id, "digests": json.dumps(list(digests))},
        )
        return {row[0]: np.frombuffer(row[1], dtype=FLOAT) for row in rows}

    def forget_failures(self) -> int:
        """Let photographs that could not be embedded be tried again; return how many."""
        return self._conn.execute("DELETE FROM embedding_failures").rowcount

    def record_asked_texts(
        self, space_id: int, vectors: Mapping[str, Vector], *, tokens: int, cost_eur: float, now: datetime
    ) -> None:
        """Store one request: the vectors by digest of their text, and what it cost."""
        self._conn.executemany(
            "INSERT OR REPLACE INTO asked_texts (space_id, text_digest, vector) VALUES (:space, :digest, :vector)",
            [{"space": space_id, "digest": digest, "vector": _blob(vector)} for digest, vector in vectors.items()],
        )
        self._conn.execute(
            """INSERT INTO text_requests (space_id, texts, input_tokens, cost_eur, asked_at)
               VALUES (:space, :texts, :tokens, :cost, :now)""",
            {"space": space_id, "texts": len(vectors), "tokens": tokens, "cost": cost_eur, "now": stamp(now)},
        )

    def _note_change(self) -> None:
        # Of every space: a vector that takes the place of another leaves the space of that one.
        self._conn.execute("UPDATE embedding_spaces SET changes = changes + 1")


def _blob(vector: Vector) -> bytes:
    return vector.astype(FLOAT, copy=False).tobytes()
