"""Bringing a database to the schema that this program speaks, one numbered step at a time."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from troostwatch.domain.errors import DatabaseError
from troostwatch.domain.remedies import Remedy

CURRENT_SCHEMA_VERSION = 13

_FILE_NAME = re.compile(r"(\d{4})_(\w+)\.sql")
_TABLE = """CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT"""


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    sql: str


def available() -> list[Migration]:
    """Return the migrations in order.

    They lie beside the package in a checkout and inside it in a wheel. Raises DatabaseError when there are
    none, when a number is missing, or when they do not end at CURRENT_SCHEMA_VERSION.
    """
    package = Path(__file__).parents[3]
    folder = next((f for f in (package / "migrations", package.parent / "migrations") if f.is_dir()), None)
    found = sorted(_read(folder), key=lambda m: m.version) if folder else []
    if [m.version for m in found] != list(range(1, CURRENT_SCHEMA_VERSION + 1)):
        raise DatabaseError(
            f"the program needs migrations 1 to {CURRENT_SCHEMA_VERSION} and has {[m.version for m in found]}",
            hint="the installation is damaged: install Troostwatch again",
        )
    return found


def _read(folder: Path) -> Iterator[Migration]:
    for path in folder.glob("*.sql"):
        if match := _FILE_NAME.fullmatch(path.name):
            yield Migration(int(match[1]), match[2], path.read_text(encoding="utf-8"))


def version(connection: sqlite3.Connection) -> int:
    """Return the schema version of the database; 0 for an empty one."""
    try:
        known = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'").fetchone()
        if not known:
            return 0
        row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_migrations").fetchone()
    except sqlite3.DatabaseError as error:
        raise DatabaseError(f"cannot read the database: {error}", hint="restore a backup of it") from error
    return int(row[0])


def refuse_strange(connection: sqlite3.Connection) -> None:
    """Raise DatabaseError, without touching anything, when a newer or another program wrote this database."""
    found = version(connection)
    foreign = connection.execute("SELECT 1 FROM sqlite_schema WHERE name <> 'schema_migrations'").fetchone()
    # Looked at once more: another program may have made the first tables between the two looks.
    if not found and foreign and not version(connection):
        raise DatabaseError("the database belongs to another program", hint=Remedy.NAME_TROOSTWATCH_DATABASE)
    if found > CURRENT_SCHEMA_VERSION:
        raise DatabaseError(
            f"the database has schema version {found}, this program knows {CURRENT_SCHEMA_VERSION}",
            hint="install the newer Troostwatch, or restore a backup made by this one",
        )


def migrate(connection: sqlite3.Connection) -> list[Migration]:
    """Apply what is missing and return it. Each step and the record of it are one transaction."""
    refuse_strange(connection)
    if version(connection) == CURRENT_SCHEMA_VERSION:
        return []  # nobody has to wait for a writer only to learn this
    return [migration for migration in available() if _apply(connection, migration)]


def _apply(connection: sqlite3.Connection, migration: Migration) -> bool:
    # What a step removes, a secret perhaps, is overwritten in the file and so in every backup made from now on.
    connection.execute("PRAGMA secure_delete = ON")
    # The write lock comes first: of two programs that start at once, one waits and then finds the work done.
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_TABLE)
        if migration.version <= version(connection):
            return False
        for statement in statements(migration.sql):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO schema_migrations (version, name, applied_at) VALUES (:version, :name, :now)",
            {"version": migration.version, "name": migration.name, "now": datetime.now(UTC).isoformat()},
        )
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise DatabaseError(f"migration {migration.version:04d}_{migration.name} failed: {error}") from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return True


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script one by one; `executescript` would commit behind our back."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""
    if pending.strip() and not all(line.startswith("--") for line in pending.strip().splitlines()):
        raise DatabaseError(f"a migration ends inside a statement: {pending.strip()[:80]!r}")
