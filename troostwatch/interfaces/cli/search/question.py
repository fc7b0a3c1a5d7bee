"""The options that make a question, and the answer to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from troostwatch import bootstrap
from troostwatch.domain.search import Filters, Question, SearchAnswer
from troostwatch.interfaces.cli import options, output, progress
from troostwatch.interfaces.cli.remedies import worded


def with_question(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that make a question, and hand it over as one."""

    @click.pass_context
    def asked(
        ctx: click.Context,
        /,
        *,
        words: tuple[str, ...],
        code: str | None,
        limit: int,
        auction: str | None,
        category: str | None,
        status: str | None,
        image: str | None,
        like: str | None,
        words_only: bool,
        closing_within: timedelta | None,
        min_price: float | None,
        max_price: float | None,
        **rest: Any,  # noqa: ANN401 (the options of the command itself)
    ) -> None:
        filters = Filters(
            auction=auction,
            category=category,
            status=status,
            closing_before=None if closing_within is None else bootstrap.clock.now() + closing_within,
            least_cents=_cents(min_price),
            most_cents=_cents(max_price),
        )
        text = " ".join(words) or None
        question = Question(text, code, image, like, filters=filters, limit=limit, words_only=words_only)
        ctx.invoke(command, ctx.obj, question=question, **rest)

    asked.__doc__ = command.__doc__
    asked.__name__ = command.__name__
    for option in reversed(_QUESTION):
        asked = option(asked)
    return asked


_QUESTION = (
    options.db,
    click.argument("words", nargs=-1),
    click.option("--code", metavar="CODE", help="A code, or at least three letters or digits of one."),
    click.option("--image", metavar="FILE_OR_URL", help="A picture: lots whose photographs look like it."),
    click.option("--like", metavar="DISPLAY_ID", callback=options.upper, help="Lots that are like this one."),
    click.option("--words-only", is_flag=True, help="Load no model for the words: the quick answer."),
    click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="At most so many lots."),
    options.auction,
    click.option("--category", metavar="TEXT", help="Only lots with this in the path of their category."),
    click.option("--status", metavar="TEXT", help="Only lots with this in their bidding status."),
    options.closing_within,
    click.option("--min-price", type=click.FloatRange(min=0), help="Only lots whose bid is at least so high."),
    click.option("--max-price", type=click.FloatRange(min=0), help="Only lots whose bid is at most so high."),
)


def _cents(price: float | None) -> int | None:
    return None if price is None else round(price * 100)


def answered(session: bootstrap.Session, app: bootstrap.Workspace, question: Question) -> SearchAnswer:
    app.reports().require(auction=question.filters.auction)
    with progress.bar("index", quiet=session.quiet) as moving:
        answer = app.search(progress=moving).find(question)
    for note in answer.notes:
        hint = f" ({worded(note.hint)})" if note.hint else ""
        output.talk(f"  {note.text}{hint}", quiet=session.quiet)
    return answer
