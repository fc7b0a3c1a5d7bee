"""`troostwatch images reprocess-failed`: let what failed wait again."""

from __future__ import annotations

from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.counting import counted
from troostwatch.interfaces.cli import options, output


@click.command("reprocess-failed")
@options.db
@options.limit
@click.pass_obj
def reprocess_failed(session: bootstrap.Session, /, db_path: Path | None, limit: int | None) -> None:
    """Bring failed downloads and failed readings back to their queues.

    \b
    troostwatch images reprocess-failed --limit 100
    troostwatch images reprocess-failed && troostwatch images download && troostwatch images analyze
    """
    with session.open(db_path, create=False) as app:
        downloads, analyses = app.images().reprocess_failed(limit)
    output.talk(
        f"{counted(downloads, 'download')} and {counted(analyses, 'analysis', 'analyses')} wait again",
        quiet=session.quiet,
    )
