"""The rows of photographs: what a lot shows, and where it stands on its way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from troostwatch.domain.images import (
    AnalysisStatus,
    Content,
    Downloaded,
    DownloadStatus,
    Fetched,
    LotImage,
)
from troostwatch.infrastructure.db.times import from_text, stamp, to_text

_LONGEST_WAIT = timedelta(hours=25)
_COLUMNS = """i.id, l.display_id, i.url, i.position, i.download_status, i.download_attempts, i.local_path,
    i.content_sha256, i.analysis_status, i.analysis_attempts, i.review_reason, i.error_message,
    i.retry_at, i.vanished_at"""
_TABLES = "lot_images AS i JOIN lots AS l ON l.id = i.lot_id LEFT JOIN auctions AS a ON a.id = l.auction_id"
# Lots about to close come first, everywhere; those without a time come next, closed ones last.
_CLOSES = "coalesce(l.closes_at, a.ends_at)"
CLOSING_FIRST = f"CASE WHEN {_CLOSES} IS NULL THEN 1 WHEN {_CLOSES} < :now THEN 2 ELSE 0 END, {_CLOSES}"


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
            # Nobody is asked to wait longer than a day: what lies further ahead was set by a wrong clock.
            "i.download_status = 'pending' AND (i.retry_at IS NULL OR i.retry_at NOT BETWEEN :later AND :tomorrow)",
            {"now": stamp(now), "later": stamp(now + timedelta(seconds=1)), "tomorrow": stamp(now + _LONGEST_WAIT)},
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
