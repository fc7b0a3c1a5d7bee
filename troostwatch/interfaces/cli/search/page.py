"""`troostwatch search page`: the answer as one HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.counting import counted
from troostwatch.domain.search import Question
from troostwatch.interfaces.cli import output
from troostwatch.interfaces.cli.contact_sheet import contact_sheet
from troostwatch.interfaces.cli.search.question import answered, with_question

_PICTURES = 6  # of a lot on a page


_PICTURE_SIDE = 220


@click.command()
@click.option("--open", "open_page", is_flag=True, help="Open the file in the browser.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_question
def page(session: bootstrap.Session, /, question: Question, db_path: Path | None, file: Path, open_page: bool) -> None:
    """Write the answer as one HTML file with small photographs; it needs nothing beside it.

    \b
    troostwatch search page found.html thinkpad x1 --limit 50
    troostwatch search page like.html --like A1-39499-11 --open
    """
    read = [Path(question.image)] if question.image else []
    with (
        session.open(db_path, create=False) as app,
        output.destination(file, session.protected(db_path, *read)) as target,
    ):
        answer = answered(session, app, question)
        lots = [hit.lot.display_id for hit in answer.hits]
        pictures = {lot: app.pictures.thumbnails(lot, count=_PICTURES, side=_PICTURE_SIDE) for lot in lots}
        asked = next(filter(None, (question.text, question.code, question.like, question.image)))
        target.write(contact_sheet(asked, answer.hits, pictures))
    output.talk(f"{counted(len(lots), 'lot')} in {file}", quiet=session.quiet)
    if open_page:
        click.launch(str(file))
