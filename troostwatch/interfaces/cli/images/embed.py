"""`troostwatch images embed`: vectors of photographs and texts."""

from __future__ import annotations

from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.runs import Stage
from troostwatch.interfaces.cli import options, output, progress
from troostwatch.interfaces.cli.telling import finish
from troostwatch.services.requests import Selection


@click.command()
@options.db
@click.option("--batch-size", type=click.IntRange(1, 4096), help="Photographs at once; else as configured.")
@options.limit
@options.lots
@options.auction
@click.option("--model", metavar="NAME", help="Of open_clip, or a .json of its kind; else as configured.")
@click.option("--pretrained", metavar="TAG", help="Weights by their name on the hub; else as configured.")
@click.option(
    "--weights", type=click.Path(dir_okay=False, path_type=Path), help="A file of weights instead; needs no network."
)
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where the model runs; else as configured.")
@click.option("--verbose", is_flag=True, help="A line for each batch.")
@click.pass_obj
def embed(
    session: bootstrap.Session,
    /,
    db_path: Path | None,
    batch_size: int | None,
    limit: int | None,
    lots: tuple[str, ...],
    auction: str | None,
    model: str | None,
    pretrained: str | None,
    weights: Path | None,
    device: str | None,
    verbose: bool,
) -> None:
    """Give photographs, and texts of lots, vectors by which 'search' finds what looks or means alike.

    Each content is embedded once; vectors of another model are made again. What is finished is kept, batch by batch.
    Needs the extra 'clip' (exit code 3 without it).

    \b
    troostwatch images embed
    troostwatch images embed --batch-size 100 --verbose
    troostwatch images embed --weights ViT-B-32.safetensors
    """
    chosen = bootstrap.requests.model(
        session.settings, name=model, pretrained=pretrained, weights=weights, device=device
    )
    with session.open(db_path, create=False) as app, progress.bar("embed", quiet=session.quiet) as moving:
        app.reports().require(lots=lots)
        if auction:
            lots += tuple(lot.display_id for lot in app.reports().lots(auction=auction))
        bootstrap.needs.require_embedding()
        stop, shown = bootstrap.listening(), progress.told if verbose and not session.quiet else moving
        size = batch_size or app.settings.embedding.batch_size
        report = app.stages.run(
            Stage.EMBED,
            lambda: app.finding.embed(chosen, Selection(limit, lots), stop, batch_size=size, progress=shown),
        )
    for failure in report.failures:
        output.talk(f"  {failure}", quiet=session.quiet)
    finish(session, report)
