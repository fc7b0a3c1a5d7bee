"""`troostwatch batch`: the whole night in one command."""

from __future__ import annotations

from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.readings import Backend
from troostwatch.domain.runs import Outcome
from troostwatch.interfaces.cli import errors, options


@click.command(epilog=errors.EPILOG)
@options.db
@click.option("--max-minutes", type=click.FloatRange(min=0, min_open=True), help="Stop after; exit code 7.")
@click.option("--backend", type=click.Choice([b.value for b in Backend]), help="Who reads; else as configured.")
@click.pass_obj
def batch(session: bootstrap.Session, /, db_path: Path | None, max_minutes: float | None, backend: str | None) -> None:
    """Sync the configured sources, download, analyze; for cron.

    With '--backend openai' (or 'batch.backend' in the settings) OpenAI is asked about what was read tonight, within
    the budget; 'embedding.in_batch' and 'learning.in_batch' add these stages. One that fails keeps no other waiting.

    Prints one line and leaves rows in 'runs'. A second one started meanwhile exits 5 at once.

    \b
    troostwatch --quiet batch --max-minutes 240
    """
    stop = bootstrap.listening(max_minutes=max_minutes or session.settings.batch.max_minutes)
    reader = Backend(backend or session.settings.batch.backend)
    bootstrap.needs.require(reader)
    with session.open(db_path) as app:
        report = bootstrap.run_night(app, reader, stop)
    click.echo(report.summary())
    for _, error in report.errors:
        errors.tell(error)
    if report.outcome is Outcome.FAILED and report.errors:
        raise SystemExit(errors.exit_code(report.errors[0][1]))
    raise SystemExit(errors.of_outcome(report.outcome))
