"""`troostwatch search duplicates`: what lots share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.duplicates import MOST_BITS, NEARLY_SAME_BITS, bids
from troostwatch.interfaces.cli import compare, errors, options, output, progress
from troostwatch.services.duplicates import Duplicates


@click.command()
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
        service = app.finding.duplicates(progress=moving)
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
