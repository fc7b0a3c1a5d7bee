"""What one command line works with: its settings, its process, and how it talks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from troostwatch.app.outputs import protected
from troostwatch.app.process import Process
from troostwatch.app.workspace import Workspace
from troostwatch.config import Configuration, Settings, secrets
from troostwatch.infrastructure.db.connection import connect
from troostwatch.infrastructure.db.schema import migrations
from troostwatch.infrastructure.files import Protected
from troostwatch.infrastructure.observability import logs


@dataclass(frozen=True, slots=True)
class Session:
    """What one command line works with: its settings and how it talks."""

    configuration: Configuration
    process: Process
    quiet: bool

    @property
    def settings(self) -> Settings:
        return self.configuration.settings

    def database(self, named: Path | None) -> Path:
        """Return the database to use: the one named by --db, or the configured one."""
        return named or self.settings.paths.database

    def protected(self, db_path: Path | None, *read: Path) -> Protected:
        """Tell what no output of a command may replace: data, settings, models, and the files that it reads."""
        return protected(self.process, self.database(db_path), *read, settings_file=self.configuration.file)

    @contextmanager
    def open(self, db_path: Path | None, *, create: bool = True, dry_run: bool = False) -> Iterator[Workspace]:
        """Open the database that a command works on; closed at the end of the block."""
        with Workspace.open(self.process, self.database(db_path), create=create, dry_run=dry_run) as workspace:
            yield workspace


def session(configuration: Configuration, *, verbosity: int, quiet: bool) -> Session:
    logs.set_up(verbosity=verbosity, quiet=quiet, secrets=secrets())
    return Session(configuration, Process(configuration.settings), quiet)


def schema_status(database: Path) -> dict[str, object]:
    """Tell how a database stands to this program, without changing it."""
    connection = connect(database, create=False)
    try:
        found = migrations.version(connection)
    finally:
        connection.close()
    return {
        "database": str(database),
        "version": found,
        "program": migrations.CURRENT_SCHEMA_VERSION,
        "missing": ", ".join(f"{m.version:04d}_{m.name}" for m in migrations.available() if m.version > found)
        or "none",
    }
