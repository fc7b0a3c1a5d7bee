"""`troostwatch lots show`: what a lot really is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.codes import shown_probability
from troostwatch.domain.duplicates import Sameness, elsewhere
from troostwatch.domain.images import LotImage
from troostwatch.interfaces.cli import compare, options, output
from troostwatch.interfaces.cli.bids import bid
from troostwatch.services.duplicates import Duplicates
from troostwatch.services.reports import LotView


@click.command()
@options.db
@options.as_json
@click.argument("display_id", callback=options.upper)
@click.pass_obj
def show(session: bootstrap.Session, /, db_path: Path | None, as_json: bool, display_id: str) -> None:
    """Show what a lot is: its codes, how sure they are, and which photograph says so.

    A serial, MAC or IMEI on a photograph that other lots show too is marked: it says nothing about this unit.

    \b
    troostwatch lots show A1-39499-11
    """
    with session.open(db_path, create=False) as app:
        view = app.reports().lot(display_id)
        duplicates = app.finding.duplicates()
        compare.hash_missing(app, duplicates, quiet=session.quiet, lots=[display_id])
        shared = duplicates.find(lots=[display_id])
        if as_json:
            click.echo(output.json_line(asdict(view) | {"shared": asdict(shared)}))
        else:
            _print(app, view)
            _print_shared(view, shared)


def _print(app: bootstrap.Workspace, view: LotView) -> None:
    lot = view.summary
    output.say(f"{lot.display_id}  {lot.title or '-'}")
    if view.contradiction:
        output.say(f"  WARNING    {view.contradiction}")
    closes = f"{lot.closes_at.astimezone():%Y-%m-%d %H:%M}" if lot.closes_at else "unknown"
    label = view.on_label
    for name, value in (
        ("on label", f"{label.name.text} (photograph {label.position})" if label else None),
        ("category", lot.category),
        ("status", lot.bidding_status),
        ("closes", closes),
        ("bid", bid(lot)),
        ("city", lot.city),
        ("page", lot.url),
        *((a.name, f"{a.value} {a.unit or ''}".strip()) for a in lot.attributes),
    ):
        if value:
            output.say(f"  {name:<10} {value}")
    click.echo("")
    if view.codes:
        rows = [
            (
                c.type,
                c.value,
                shown_probability(c.confidence),
                c.status,
                ", ".join(map(str, c.positions)),
                "; ".join([*(["shared photograph: may be another unit"] if c.about_another_unit else []), *c.evidence]),
            )
            for c in view.codes
        ]
        output.table("Codes", ("type", "value", "#sure", "status", "photos", "because"), rows)
    else:
        click.echo("no codes were read on its photographs")
    click.echo("")
    output.table(
        "Photographs",
        ("#position", "photo", "download", "analysis", "file", "note"),
        [
            (
                i.position,
                i.id,
                i.download_status,
                i.analysis_status,
                app.pictures.place(i.local_path),
                _note(i),
            )
            for i in view.photographs
        ],
    )


def _print_shared(view: LotView, shared: Duplicates) -> None:
    """Say what other lots have of this one: its photographs, and its codes with what was bid for them."""
    lot = view.summary.display_id
    lines = []
    for group in shared.photographs:
        own = [place for place in group.places if place.lot == lot]
        nearly = group.sameness is Sameness.NEARLY  # who shows the very same file is told of that
        known = {place.content for place in own if nearly}
        others = [
            f"{place.lot} photograph {place.position}"
            for place in group.places
            if place.lot != lot and place.content not in known
        ]
        if own and others:
            positions = ", ".join(str(place.position) for place in own)
            same = f"{'nearly ' if nearly else ''}the same as {', '.join(others)}"
            lines.append(f"photograph {positions} is {same}: {group.because}")
    lines += [elsewhere(code, lot) for code in shared.codes]
    if lines:
        click.echo("\nElsewhere")
    for line in lines:
        output.say(f"  {line}")


def _note(photograph: LotImage) -> str | None:
    said = ["no longer on the page" if photograph.vanished_at else None]
    said.append(photograph.review_reason or photograph.error_message)
    return "; ".join(filter(None, said)) or None
