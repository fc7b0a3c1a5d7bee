"""`troostwatch images retrain`: learn from the decisions."""

from __future__ import annotations

from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.runs import Stage
from troostwatch.interfaces.cli import options
from troostwatch.interfaces.cli.telling import finish


@click.command()
@options.db
@click.option(
    "--also",
    "more",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of labelled words to learn from too; may be repeated.",
)
@click.option("--force", is_flag=True, help="Write the model even where it is no better.")
@click.pass_obj
def retrain(session: bootstrap.Session, /, db_path: Path | None, more: tuple[Path, ...], force: bool) -> None:
    """Train the token classifier from the decisions in the database.

    Nothing is done when nothing changed since the model in place was trained, and that model stays when the
    new one is no better, or is no better than the rules.

    \b
    troostwatch images retrain
    troostwatch images retrain --also synthetic.jsonl
    """
    with session.open(db_path, create=False) as app:
        bootstrap.listening()
        report = app.stages.run(
            Stage.RETRAIN,
            lambda: app.retraining(force=force).retrain(session.process.labelled_words(more) if more else ()),
        )
    if report.details():
        click.echo(report.details())
    finish(session, report)
