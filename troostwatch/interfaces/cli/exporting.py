"""What commands share that write results of the database to a file or to stdout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from troostwatch import bootstrap
from troostwatch.interfaces.cli import output


@contextmanager
def exporting(
    session: bootstrap.Session, db_path: Path | None, output_path: Path | None
) -> Iterator[tuple[bootstrap.Workspace, TextIO]]:
    """Open the database, and what a command of it writes its results to."""
    with (
        session.open(db_path, create=False) as app,
        output.destination(output_path, session.protected(db_path)) as target,
    ):
        yield app, target
