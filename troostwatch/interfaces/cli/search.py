"""`troostwatch search`: find lots by words, by a code or a part of one, and by pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from troostwatch import bootstrap
from troostwatch.domain.counting import counted
from troostwatch.domain.duplicates import MOST_BITS, NEARLY_SAME_BITS, bids
from troostwatch.domain.search import Filters, Hit, Question, SearchAnswer
from troostwatch.interfaces.cli import compare, errors, options, output, progress
from troostwatch.interfaces.cli.contact_sheet import contact_sheet
from troostwatch.interfaces.cli.lots import bid
from troostwatch.services.duplicates import Duplicates

_FIND = "find"
_PICTURES = 6  # of a lot on a page
_PICTURE_SIDE = 220


class _FindByDefault(click.Group):
    """A group whose command `find` needs not be named: 'search thinkpad' is 'search find thinkpad'."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [_FIND, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_FindByDefault, epilog=errors.EPILOG)
def search() -> None:
    """Find lots by words, by a code or a part of it, by a picture, by likeness.

    The word 'find' may be left out.

    \b
    troostwatch search "thinkpad x1 fold"
    troostwatch search --code 0195042177480
    troostwatch search --like A1-39499-11 --auction A1-39499
    """


def _question(command: Callable[..., None]) -> Callable[..., None]:
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


@search.command(_FIND)
@click.option("--explain", is_flag=True, help="Say for each lot why it was found: which space, which score.")
@click.option("--open", "open_page", is_flag=True, help="Open the page of the best lot in the browser.")
@options.as_json
@_question
def find(
    session: bootstrap.Session,
    /,
    question: Question,
    db_path: Path | None,
    explain: bool,
    open_page: bool,
    as_json: bool,
) -> None:
    """Find lots, the best first.

    Words are looked for in title, description, attributes, the text of labels and codes; a word finds all that begins
    with it, and one with a digit also codes that hold it. What stands near in several ways comes first.

    \b
    troostwatch search thinkpad x1 fold --explain
    troostwatch search --code 42177 --json
    troostwatch search laptop --closing-within 24h --max-price 200
    """
    with session.open(db_path, create=False) as app:
        answer = _answer(session, app, question)
    if as_json:
        for hit in answer.hits:
            click.echo(output.json_line(_plain(hit)))
    else:
        _print(answer, explain=explain)
    if open_page and answer.hits and answer.hits[0].lot.url:
        click.launch(answer.hits[0].lot.url)


def _answer(session: bootstrap.Session, app: bootstrap.Workspace, question: Question) -> SearchAnswer:
    app.reports().require(auction=question.filters.auction)
    with progress.bar("index", quiet=session.quiet) as moving:
        answer = app.search(progress=moving).find(question)
    for note in answer.notes:
        output.talk(f"  {note}", quiet=session.quiet)
    return answer


def _plain(hit: Hit) -> dict[str, object]:
    return {**asdict(hit.lot), "score": round(hit.score, 6), "reasons": [asdict(reason) for reason in hit.reasons]}


def _print(answer: SearchAnswer, *, explain: bool) -> None:
    if not answer.hits:
        click.echo("no lot found")
        return
    columns = ("lot", "title", "closes", "bid", "found by")
    rows = [(hit.lot.display_id, hit.lot.title, hit.lot.closes_at, bid(hit.lot), _why(hit)) for hit in answer.hits]
    output.table(counted(len(rows), "lot"), columns, rows)
    if not explain:
        return
    for hit in answer.hits:
        click.echo("")
        output.say(f"{hit.lot.display_id}  {hit.lot.title or '-'}  ({hit.score:.4f})")
        for reason in hit.reasons:
            output.say(f"  {reason.space} {reason.score:.3f}, place {reason.rank}: {reason.because}")


def _why(hit: Hit) -> str:
    return hit.reasons[0].because if len(hit.reasons) == 1 else ", ".join(reason.space for reason in hit.reasons)


@search.command()
@click.option("--open", "open_page", is_flag=True, help="Open the file in the browser.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_question
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
        answer = _answer(session, app, question)
        lots = [hit.lot.display_id for hit in answer.hits]
        pictures = {lot: app.thumbnails(lot, count=_PICTURES, side=_PICTURE_SIDE) for lot in lots}
        asked = next(filter(None, (question.text, question.code, question.like, question.image)))
        target.write(contact_sheet(asked, answer.hits, pictures))
    output.talk(f"{counted(len(lots), 'lot')} in {file}", quiet=session.quiet)
    if open_page:
        click.launch(str(file))


@search.command()
@options.db
@options.lots
@click.option(
    "--bits",
    type=click.IntRange(0, MOST_BITS),
    default=NEARLY_SAME_BITS,
    show_default=True,
    help="Photographs whose perceptual hashes differ in at most so many of 64 bits look the same.",
)
@options.as_json
@click.pass_obj
def duplicates(
    session: bootstrap.Session, /, db_path: Path | None, lots: tuple[str, ...], bits: int, as_json: bool
) -> None:
    """List what lots share: the same photograph, nearly the same one, the same code.

    A photograph that several lots show says nothing about the unit of one of them. A code that several lots have
    tells what such a thing brought before: its bid is the last one that a listing told.

    \b
    troostwatch search duplicates
    troostwatch search duplicates --lot A1-39499-12
    """
    with session.open(db_path, create=False) as app, progress.bar("compare", quiet=session.quiet) as moving:
        app.reports().require(lots=lots)
        service = app.duplicates(progress=moving)
        report = compare.hash_missing(app, service, quiet=session.quiet)
        found = service.find(lots=lots, most_bits=bits)
    for failure in report.failures:
        output.talk(f"  {failure}", quiet=session.quiet)
    if as_json:
        for row in _shared_rows(found):
            click.echo(output.json_line(row))
    else:
        _print_shared(found)
    raise SystemExit(errors.of_outcome(report.outcome))


def _shared_rows(found: Duplicates) -> Iterator[dict[str, object]]:
    for group in found.photographs:
        yield {"kind": "photograph", **asdict(group)}
    for code in found.codes:
        yield {"kind": "code", **asdict(code), "by_shared_photographs": code.by_shared_photographs}


def _print_shared(found: Duplicates) -> None:
    if not (found.photographs or found.codes):
        click.echo("lots share neither photographs nor codes")
        return
    if found.photographs:
        rows = [
            (group.sameness, ", ".join(f"{p.lot} photograph {p.position}" for p in group.places), group.because)
            for group in found.photographs
        ]
        output.table("Photographs", ("are", "where", "because"), rows)
    if found.codes:
        codes = [
            (
                code.type,
                code.value,
                ", ".join(place.lot for place in code.places),
                sum(place.over for place in code.places),
                bids(code.places),
                "the same photograph" if code.by_shared_photographs else None,
            )
            for code in found.codes
        ]
        click.echo("")
        output.table("Codes", ("type", "value", "lots", "#over", "last bids", "note"), codes)
