"""`troostwatch images import-labels`: labels that a person gave."""

from __future__ import annotations

from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.interfaces.cli import errors, options, output
from troostwatch.interfaces.cli.images import labels


@click.command("import-labels")
@options.db
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_labels(session: bootstrap.Session, /, db_path: Path | None, file: Path) -> None:
    """Read back a file of 'export-tokens' in which a person labelled words.

    Labels that the program had written itself and that you let stand are not stored as yours.

    \b
    troostwatch images import-labels tokens.jsonl
    """
    with session.open(db_path, create=False) as app:
        report = app.labels().import_rows(labels.read(file))
    for problem in report.problems:
        output.talk(f"  {problem}", quiet=session.quiet)
    output.talk(report.summary(), quiet=session.quiet)
    raise SystemExit(errors.ExitCode.SOME_FAILED if report.problems else errors.ExitCode.OK)
