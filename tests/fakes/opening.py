"""What programs that start at once are sent to do in tests."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from troostwatch.infrastructure.db.unit_of_work import open_database


def open_and_count(path: Path) -> int:
    """Open the database and return how many steps of the schema are on record."""
    with closing(open_database(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM schema_migrations").fetchone()[0])
