"""The command `troostwatch sync`."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.errors import UsageError
from troostwatch.domain.runs import Stage
from troostwatch.interfaces.cli import errors, options, output, progress
from troostwatch.interfaces.cli.remedies import worded
from troostwatch.services.sync.report import SyncReport


@click.command(epilog=errors.EPILOG)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@options.db
@click.option("--dry-run", is_flag=True, help="Tell which lot pages would be read; write nothing.")
@options.limit
@options.closing_within
@options.as_json
@click.pass_obj
def sync(
    session: bootstrap.Session,
    sources: tuple[str, ...],
    db_path: Path | None,
    dry_run: bool,
    limit: int | None,
    closing_within: timedelta | None,
    as_json: bool,
) -> None:
    """Read auctions and lots into the database.

    A SOURCE is an auction URL, a lot URL, a code, a page saved from a browser (.html, .html.gz), a folder of
    them, or a .har export. Without one, the sources of the settings are read. A second run asks for the
    listings, and for those lot pages alone that may have changed. --limit counts lot pages.

    \b
    Examples:
      troostwatch sync https://www.troostwijkauctions.com/a/…-A1-39499
      troostwatch sync A1-39499 --closing-within 24h
      troostwatch sync A1-39499-11
      troostwatch sync saved-pages/ export.har
      troostwatch sync A1-39499 --dry-run
    """
    chosen = sources or session.settings.sync.sources
    if not chosen:
        raise UsageError("sync needs a SOURCE", hint="troostwatch sync A1-39499, or set sync.sources")
    with (
        session.open(db_path, dry_run=dry_run) as app,
        progress.bar("reading pages", quiet=session.quiet) as moving,
    ):
        service = app.sync(progress=moving)
        stop = bootstrap.listening()

        def work() -> SyncReport:
            return service.sync(chosen, dry_run=dry_run, limit=limit, closing_within=closing_within, stop=stop)

        report = work() if dry_run else app.stages.run(Stage.SYNC, work)
    tell(report, as_json=as_json)
    raise SystemExit(errors.of_outcome(report.outcome))


def tell(report: SyncReport, *, as_json: bool) -> None:
    """Write the result to stdout, and what failed to stderr."""
    for item in report.told:
        output.talk(f"troostwatch: {item.name}: {item.reason}", quiet=False)
    for hint in dict.fromkeys(item.hint for item in report.told if item.hint):
        output.talk(f"  try: {worded(hint)}", quiet=False)
    if as_json:
        for page in report.planned:
            click.echo(json.dumps({"would_read": page}))
        failed = [{"item": item.name, "reason": item.reason} for item in report.told]
        click.echo(json.dumps({"outcome": report.outcome, **report.counts(), "failures": failed}))
        return
    for page in report.planned:
        output.say(f"would read {page}")
    click.echo(report.summary())
