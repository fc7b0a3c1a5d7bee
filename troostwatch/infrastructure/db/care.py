"""Is the database whole, and a copy of it that is."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from troostwatch.domain.errors import DatabaseError
from troostwatch.domain.remedies import Remedy
from troostwatch.infrastructure import files

# Promises that no CHECK of a single row can hold. Each query returns a sentence for every row that breaks one.
_PROMISES = (
    """SELECT 'photograph ' || id || ' is analyzed but its content was never read' FROM lot_images
        WHERE analysis_status IN ('analyzed', 'needs_review')
          AND content_sha256 NOT IN (SELECT content_sha256 FROM analyses)""",
    """SELECT 'code ' || id || ' (' || value || ') was read on a photograph of another content'
         FROM extracted_codes AS c
        WHERE NOT EXISTS (SELECT 1 FROM lot_images AS i WHERE i.content_sha256 = c.content_sha256)""",
    """SELECT 'the decision about ' || d.code_type || ' ' || d.value || ' is not seen in the codes' FROM decisions AS d
        WHERE d.undone_at IS NULL AND d.verdict <> 'rejected' AND NOT EXISTS (
              SELECT 1 FROM extracted_codes AS c WHERE c.content_sha256 = d.content_sha256
                 AND c.code_type = coalesce(d.corrected_type, d.code_type)
                 AND c.value = coalesce(d.corrected_value, d.value) AND c.status = 'approved')
          AND NOT EXISTS (
              SELECT 1 FROM decisions AS later WHERE later.content_sha256 = d.content_sha256
                 AND later.undone_at IS NULL AND later.id > d.id AND later.verdict <> 'approved'
                 AND later.code_type = coalesce(d.corrected_type, d.code_type)
                 AND later.value = coalesce(d.corrected_value, d.value))""",
    """SELECT 'the rejected ' || d.code_type || ' ' || d.value || ' came back' FROM decisions AS d
         JOIN extracted_codes AS c ON c.content_sha256 = d.content_sha256
          AND c.code_type = d.code_type AND c.value = d.value
        WHERE d.undone_at IS NULL AND d.verdict <> 'approved' AND c.status <> 'rejected' AND NOT EXISTS (
              SELECT 1 FROM decisions AS later WHERE later.content_sha256 = d.content_sha256
                 AND later.undone_at IS NULL AND later.id > d.id
                 AND later.corrected_type = d.code_type AND later.corrected_value = d.value)""",
    """SELECT 'photograph ' || i.id || ' waits for review and is not counted among what waits' FROM lot_images AS i
         JOIN analyses AS n ON n.content_sha256 = i.content_sha256
        WHERE i.analysis_status = 'needs_review' AND n.asks = 0""",
    """SELECT 'content ' || substr(sha256, 1, 16) || '… belongs to no photograph' FROM contents
        WHERE sha256 NOT IN (SELECT content_sha256 FROM lot_images WHERE content_sha256 IS NOT NULL)""",
)


# What SQLite's check says of rows in a file that is whole.
_OF_A_ROW = ("CHECK constraint failed", "NULL value in")


class CareRepository:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection

    def expected_files(self) -> dict[str, str]:
        """Return the files that rows promise: relative path -> SHA-256."""
        rows = self._conn.execute(
            "SELECT local_path, content_sha256 FROM lot_images WHERE local_path IS NOT NULL ORDER BY id"
        )
        return {row[0]: row[1] for row in rows}

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with the file; while there is any, no other answer can be trusted."""
        try:
            return [f"database: {found}" for found in self._found_wrong() if not found.startswith(_OF_A_ROW)]
        except sqlite3.DatabaseError as error:
            return [f"database: {error}"]

    def _found_wrong(self) -> list[str]:
        return [row[0] for row in self._conn.execute("PRAGMA integrity_check") if row[0] != "ok"]

    def broken_promises(self) -> Iterator[str]:
        """Yield a sentence for each row that does not keep its promise."""
        yield from (f"database: {found}" for found in self._found_wrong() if found.startswith(_OF_A_ROW))
        for row in self._conn.execute("PRAGMA foreign_key_check"):
            yield f"table {row[0]} row {row[1]} points to a missing row of {row[2]}"
        for promise in _PROMISES:
            for row in self._conn.execute(promise):
                yield row[0]


def backup(connection: sqlite3.Connection, place: files.Place) -> None:
    """Copy the database, also while others write to it, check the copy, and move it into its place.

    Raises DatabaseError when the copy cannot be written or is not whole; what was at `place` then stays.
    """
    try:
        if place.straight:
            _stream(connection, place)
        else:
            with files.replacing(place.target) as partial:
                _copy(connection, partial)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"cannot write a backup to {place.named}: {error}") from error


def _stream(connection: sqlite3.Connection, place: files.Place) -> None:
    """Send a copy down a pipe or to a device; SQLite itself needs a file."""
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "copy.db"
        _copy(connection, whole)
        with whole.open("rb") as copy, files.writing(place) as stream:
            shutil.copyfileobj(copy, stream)


def _copy(connection: sqlite3.Connection, target: Path) -> None:
    copy = sqlite3.connect(target)
    try:
        connection.backup(copy)
        # A copy in one file: nobody has to remember the -wal beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        result = copy.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        copy.close()
    if result != "ok":
        raise DatabaseError(f"the copy is damaged: {result}", hint=Remedy.VERIFY)
