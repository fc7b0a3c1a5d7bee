"""The rows of perceptual hashes, and questions on what several lots share."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from troostwatch.domain.codes import CodeType
from troostwatch.domain.duplicates import CodePlace, Place, SharedCode
from troostwatch.domain.images import Stored
from troostwatch.infrastructure.db.times import from_text, stamp

# A regulatory model stands on many products, 'other' may be anything: that two lots have one says nothing.
_TELLING = ("ean", "serial_number", "model_number", "part_number", "mac_address", "imei", "uuid", "eid")


class LikenessRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def without_hash(self, *, version: int, lots: Sequence[str] = ()) -> list[Stored]:
        """Return one photograph of each content that has no hash of this version."""
        rows = self._conn.execute(
            f"""SELECT i.content_sha256, min(i.local_path) FROM lot_images AS i
                  {"JOIN lots AS l ON l.id = i.lot_id" if lots else ""}
                 WHERE i.content_sha256 IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM perceptual_hashes AS h
                                    WHERE h.content_sha256 = i.content_sha256 AND h.version = :version)
                   {"AND l.display_id IN (SELECT value FROM json_each(:lots))" if lots else ""}
                 GROUP BY i.content_sha256 ORDER BY min(i.id)""",
            {"version": version, "lots": json.dumps(list(lots))},
        )
        return [Stored(sha256=row[0], path=row[1]) for row in rows]

    def record_hashes(self, hashes: Iterable[tuple[str, bytes | None, str | None]], *, version: int) -> None:
        """Store (content, hash, what was wrong with the file)."""
        self._conn.executemany(
            """INSERT OR REPLACE INTO perceptual_hashes (content_sha256, version, bits, problem)
               VALUES (:sha256, :version, :bits, :problem)""",
            [
                {"sha256": sha256, "version": version, "bits": bits, "problem": problem}
                for sha256, bits, problem in hashes
            ],
        )

    def forget_problems(self) -> int:
        """Let photographs that could not be hashed be tried again; return how many."""
        return self._conn.execute("DELETE FROM perceptual_hashes WHERE problem IS NOT NULL").rowcount

    def hashes(self, *, version: int) -> dict[str, bytes]:
        """Return content -> 64 bits of all photographs with something to see."""
        rows = self._conn.execute(
            "SELECT content_sha256, bits FROM perceptual_hashes WHERE version = :version AND bits IS NOT NULL",
            {"version": version},
        )
        return {row[0]: row[1] for row in rows}

    def places(self, *, lots: Sequence[str] = ()) -> list[Place]:
        """Return every photograph as lots show it now or did; with `lots` only of these."""
        return self._places("l.display_id IN (SELECT value FROM json_each(:lots))" if lots else "TRUE", lots=lots)

    def places_of(self, contents: Collection[str], urls: Collection[str]) -> list[Place]:
        """Return where photographs with these contents or addresses are shown."""
        return self._places(
            """i.content_sha256 IN (SELECT value FROM json_each(:contents))
               OR i.url IN (SELECT value FROM json_each(:urls))""",
            contents=contents,
            urls=urls,
        )

    def _places(self, where: str, **values: Collection[str]) -> list[Place]:
        rows = self._conn.execute(
            f"""SELECT l.display_id, i.position, i.url, i.content_sha256, i.local_path
                  FROM lot_images AS i JOIN lots AS l ON l.id = i.lot_id WHERE {where}
                 ORDER BY l.id, i.position, i.id""",
            {name: json.dumps(list(chosen)) for name, chosen in values.items()},
        )
        return [Place(*row) for row in rows]

    def shared_codes(self, *, now: datetime, lots: Sequence[str] = ()) -> list[SharedCode]:
        """Return codes that were read in several lots, of which one is among `lots` where any are named."""
        rows = self._conn.execute(
            f"""WITH telling AS (SELECT value FROM json_each(:telling)),
                chosen AS (
                    SELECT DISTINCT c.code_type, c.value FROM extracted_codes AS c
                      JOIN lot_images AS i ON i.content_sha256 = c.content_sha256
                      {"JOIN lots AS l ON l.id = i.lot_id" if lots else ""}
                     WHERE c.status <> 'rejected' AND c.code_type IN telling
                       {"AND l.display_id IN (SELECT value FROM json_each(:lots))" if lots else ""})
                SELECT c.code_type, c.value, l.id, l.display_id, l.title, a.display_id AS auction,
                       coalesce(l.closes_at, a.ends_at) AS closes, l.current_bid_cents, l.currency,
                       json_group_array(DISTINCT c.content_sha256) AS contents
                  FROM chosen JOIN extracted_codes AS c
                       ON c.value = chosen.value AND c.code_type = chosen.code_type AND c.status <> 'rejected'
                  JOIN lot_images AS i ON i.content_sha256 = c.content_sha256
                  JOIN lots AS l ON l.id = i.lot_id LEFT JOIN auctions AS a ON a.id = l.auction_id
                 GROUP BY c.code_type, c.value, l.id
                 ORDER BY c.code_type, c.value, closes IS NULL, closes, l.id""",
            {"telling": json.dumps(_TELLING), "lots": json.dumps(list(lots))},
        )
        found: dict[tuple[str, str], list[CodePlace]] = {}
        for row in rows:
            place = CodePlace(
                lot=row["display_id"],
                title=row["title"],
                auction=row["auction"],
                closes_at=from_text(row["closes"]),
                over=row["closes"] is not None and row["closes"] < stamp(now),
                bid_cents=row["current_bid_cents"],
                currency=row["currency"],
                contents=tuple(json.loads(row["contents"])),
            )
            found.setdefault((row["code_type"], row["value"]), []).append(place)
        return [
            SharedCode(CodeType(kind), value, tuple(places))
            for (kind, value), places in found.items()
            if len(places) > 1
        ]
