"""`troostwatch search [find]`: lots, the best first."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.counting import counted
from troostwatch.domain.search import Hit, Question, SearchAnswer
from troostwatch.interfaces.cli import options, output
from troostwatch.interfaces.cli.bids import bid
from troostwatch.interfaces.cli.search.question import answered, with_question


@click.command()
@click.option("--explain", is_flag=True, help="Say for each lot why it was found: which space, which score.")
@click.option("--open", "open_page", is_flag=True, help="Open the page of the best lot in the browser.")
@options.as_json
@with_question
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
        answer = answered(session, app, question)
    if as_json:
        for hit in answer.hits:
            click.echo(output.json_line(_plain(hit)))
    else:
        _print(answer, explain=explain)
    if open_page and answer.hits and answer.hits[0].lot.url:
        click.launch(answer.hits[0].lot.url)


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
