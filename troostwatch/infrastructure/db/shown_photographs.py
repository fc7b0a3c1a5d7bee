"""The rows of the photographs of one lot, as its page shows them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from troostwatch.domain.lots import LotDetailData, PhotographChanges, identities


class ShownPhotographs:
    def __init__(self, connection: sqlite3.Connection, lot: int) -> None:
        self._conn = connection
        self._lot = lot

    def record(self, detail: LotDetailData, observed: str, known: str | None, *, newer: bool) -> PhotographChanges:
        photographs = detail.photographs or ()
        rows = self._conn.execute(
            "SELECT id, url FROM lot_images WHERE lot_id = :lot ORDER BY vanished_at IS NOT NULL, id",
            {"lot": self._lot},
        ).fetchall()
        places = _places({row["url"]: int(row["id"]) for row in rows}, [shown.url for shown in photographs])
        ids = []
        for photograph, place in zip(photographs, places, strict=True):
            values = {
                "id": place,
                "lot": self._lot,
                "url": photograph.url,
                "position": photograph.position,
                "alt": photograph.alt,
                "observed": observed,
                "newer": newer,
                "known": known,
                "completed": photograph.completed,
            }
            ids.append(self._record_photograph(values))
        vanished = self._mark_vanished(ids, observed) if newer and detail.photographs_complete else 0
        return PhotographChanges(new=places.count(None), vanished=vanished)

    def _record_photograph(self, values: Mapping[str, object]) -> int:
        if values["id"] is None:
            # A photograph that only an older page shows has vanished since.
            made = self._conn.execute(
                """INSERT INTO lot_images (lot_id, url, position, alt, first_seen_at, vanished_at)
                   VALUES (:lot, :url, :position, :alt, :observed, iif(:newer, NULL, :known))""",
                values,
            )
            return int(made.lastrowid or 0)
        self._conn.execute(
            """UPDATE lot_images
                  SET url = iif(:newer AND NOT :completed, :url, url),
                      first_seen_at = min(first_seen_at, :observed),
                      position = iif(:newer, :position, position),
                      alt = iif(:newer, coalesce(:alt, alt), coalesce(alt, :alt)),
                      vanished_at = iif(:newer, NULL, vanished_at)
                WHERE id = :id""",
            values,
        )
        return int(str(values["id"]))

    def _mark_vanished(self, shown: Sequence[int], observed: str) -> int:
        self._conn.execute(
            "UPDATE lots SET photographs_observed_at = :observed WHERE id = :lot",
            {"lot": self._lot, "observed": observed},
        )
        return self._conn.execute(
            """UPDATE lot_images SET vanished_at = :observed
                WHERE lot_id = :lot AND vanished_at IS NULL
                  AND id NOT IN (SELECT value FROM json_each(:shown))""",
            {"lot": self._lot, "observed": observed, "shown": json.dumps(list(shown))},
        ).rowcount


def _places(known: Mapping[str, int], urls: Sequence[str]) -> list[int | None]:
    """Return the row of each address: the same address, else the one with the same identity that no other has."""
    free = {url: row for url, row in known.items() if url not in urls}
    by_identity: dict[str, int] = {}
    for identity, row in zip(identities(list(free)), free.values(), strict=True):
        by_identity.setdefault(identity, row)
    wanted = zip(urls, identities(urls), strict=True)
    return [known.get(url) or by_identity.pop(identity, None) for url, identity in wanted]
