"""Opening the database: one way for everybody."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from troostwatch.domain.errors import DatabaseError
from troostwatch.domain.remedies import Remedy

BUSY_SECONDS = 30.0


_ADVICE: dict[int, str | Remedy] = {
    sqlite3.SQLITE_BUSY: "another program is writing; try again when it is done",
    sqlite3.SQLITE_FULL: "free some space on the disk; what was finished is kept",
    sqlite3.SQLITE_READONLY: "the file or its folder cannot be written",
    sqlite3.SQLITE_CORRUPT: Remedy.RESTORE,
    sqlite3.SQLITE_NOTADB: "is it a Troostwatch database?",
    sqlite3.SQLITE_CANTOPEN: "check that the folder exists and can be written",
}


def as_ours(error: sqlite3.Error) -> DatabaseError:
    """Return SQLite's complaint in our words, with what to do about it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the lower byte names the kind
    return DatabaseError(f"the database cannot be used: {error}", hint=_ADVICE.get(code, Remedy.VERIFY))


def connect(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """Open the database with foreign keys on and change nothing of it; transactions are opened by hand.

    Raises DatabaseError when the file cannot be opened or is no database.
    """
    if create:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(
                f"cannot make the folder of {path}: {error.strerror}", hint=Remedy.NAME_DATABASE
            ) from error
    elif not path.is_file():
        raise DatabaseError(f"no database at {path}", hint=Remedy.SYNC_OR_NAME_DATABASE)
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise DatabaseError(f"cannot open {path}: {error}", hint="is it a Troostwatch database?") from error
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        # WAL with NORMAL survives kill -9; FULL also survives the power going.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()  # the first look into the file
    except sqlite3.Error as error:
        connection.close()
        raise DatabaseError(f"cannot open {path}: {error}", hint=as_ours(error).hint) from error
    return connection


def let_read_while_writing(connection: sqlite3.Connection) -> None:
    """Put the database into WAL mode, where it stays. Raises DatabaseError when it cannot be written."""
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            # For this statement alone SQLite does not wait for others: two programs may be making a new database.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise DatabaseError(f"cannot write to the database: {error}", hint="is the disk full?") from error
            time.sleep(0.02)
        else:
            return
