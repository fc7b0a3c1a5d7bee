"""Opening the database: one way for everybody."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from troostwatch.domain.errors import DatabaseError

BUSY_SECONDS = 30.0


def connect(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """Open the database in WAL mode with foreign keys on; transactions are opened by hand.

    Raises DatabaseError when the file cannot be opened or is no database.
    """
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
    elif not path.is_file():
        raise DatabaseError(f"no database at {path}", hint="run 'troostwatch sync' first, or name one with --db")
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        # WAL with NORMAL survives kill -9; FULL also survives the power going.
        connection.execute("PRAGMA synchronous = FULL")
    except (sqlite3.Error, OSError) as error:
        raise DatabaseError(f"cannot open {path}: {error}", hint="is it a Troostwatch database?") from error
    return connection
