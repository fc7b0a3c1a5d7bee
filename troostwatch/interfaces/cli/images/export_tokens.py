"""`troostwatch images export-tokens`: the words of photographs, for labelling and training."""

from __future__ import annotations

from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain import token_format
from troostwatch.domain.counting import counted
from troostwatch.interfaces.cli import options, output
from troostwatch.interfaces.cli.exporting import exporting


@click.command("export-tokens")
@options.db
@options.output
@click.option("--include-reviewed", is_flag=True, help="Labelled ones alone, decided by people too.")
@click.pass_obj
def export_tokens(
    session: bootstrap.Session, /, db_path: Path | None, output_path: Path | None, include_reviewed: bool
) -> None:
    """Write the words of each photograph with their labels: JSON lines, or one JSON array into a FILE.json.

    Label by hand by adding to "labels": {"5": "ean"} says that word 5 (from 0) is an EAN, "none" that it is no
    part of a code; then read the file back with 'images import-labels'.

    \b
    troostwatch images export-tokens -o tokens.jsonl
    troostwatch images export-tokens --include-reviewed -o training.jsonl
    """
    with exporting(session, db_path, output_path) as (app, target):
        count = app.export_tokens(target, include_reviewed=include_reviewed, array=token_format.is_array(output_path))
    output.talk(f"{counted(count, 'photograph')} exported", quiet=session.quiet)
