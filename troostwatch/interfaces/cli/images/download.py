"""`troostwatch images download`: fetch what waits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.runs import Stage
from troostwatch.interfaces.cli import options, output, progress
from troostwatch.interfaces.cli.telling import finish
from troostwatch.services.requests import Selection


@click.command()
@options.db
@options.limit
@options.lots
@options.closing_within
@click.option("--concurrency", type=click.IntRange(1, 64), help="Requests at once; else as configured.")
@click.pass_obj
def download(
    session: bootstrap.Session,
    /,
    db_path: Path | None,
    limit: int | None,
    lots: tuple[str, ...],
    closing_within: timedelta | None,
    concurrency: int | None,
) -> None:
    """Fetch the photographs that wait; lots about to close first.

    Safe to stop and to start again: what arrived is kept, the rest is asked for by the next run.

    \b
    troostwatch images download
    troostwatch images download --closing-within 24h --limit 500
    """
    with session.open(db_path, create=False) as app, progress.bar("download", quiet=session.quiet) as moving:
        app.reports().require(lots=lots)
        stop, selection = bootstrap.listening(), Selection(limit, lots, closing_within)
        report = app.stages.run(
            Stage.DOWNLOAD,
            lambda: app.downloads(at_once=concurrency, progress=moving).download_pending(selection, stop=stop),
        )
    for problem in (*report.parked, *report.problems):
        output.talk(f"  {problem}", quiet=session.quiet)
    finish(session, report)
