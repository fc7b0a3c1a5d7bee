"""The rows of words: the text of a photograph word by word, and labels given by hand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from troostwatch.domain.geometry import Box
from troostwatch.domain.images import (
    LotImage,
)
from troostwatch.domain.readings import Token
from troostwatch.domain.token_format import token_from, token_values
from troostwatch.domain.tokens import HandLabel, TokenRow
from troostwatch.infrastructure.db.rows import box_json
from troostwatch.infrastructure.db.times import stamp


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
