"""`troostwatch lots list`: which lots there are."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.counting import counted
from troostwatch.interfaces.cli import options, output
from troostwatch.interfaces.cli.bids import bid


@click.command("list")
@options.db
@options.limit
@options.auction
@options.closing_within
@options.as_json
@click.pass_obj
def list_lots(
    session: bootstrap.Session,
    /,
    db_path: Path | None,
    limit: int | None,
    auction: str | None,
    closing_within: timedelta | None,
    as_json: bool,
) -> None:
    """List lots, those about to close first.

    \b
    troostwatch lots list --closing-within 24h
    troostwatch lots list --auction A1-39499 --json
    """
    with session.open(db_path, create=False) as app:
        found = app.reports().lots(limit=limit, auction=auction, closing_within=closing_within)
    if as_json:
        for lot in found:
            click.echo(output.json_line(asdict(lot)))
        return
    columns = ("lot", "title", "closes", "bid", "#photos", "#codes", "#approved", "#to review")
    output.table(
        counted(len(found), "lot"),
        columns,
        [
            (
                lot.display_id,
                lot.title,
                lot.closes_at,
                bid(lot),
                lot.photographs,
                lot.codes,
                lot.approved,
                lot.needs_review,
            )
            for lot in found
        ],
    )
