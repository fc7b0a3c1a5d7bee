"""`troostwatch images`: the way of a photograph, from the site to a code one can act on."""

from __future__ import annotations

import click

from troostwatch.interfaces.cli import errors
from troostwatch.interfaces.cli.images.analyze import analyze
from troostwatch.interfaces.cli.images.download import download
from troostwatch.interfaces.cli.images.embed import embed
from troostwatch.interfaces.cli.images.export_codes import export_codes
from troostwatch.interfaces.cli.images.export_tokens import export_tokens
from troostwatch.interfaces.cli.images.import_labels import import_labels
from troostwatch.interfaces.cli.images.read import read
from troostwatch.interfaces.cli.images.reprocess_failed import reprocess_failed
from troostwatch.interfaces.cli.images.retrain import retrain
from troostwatch.interfaces.cli.images.review import review
from troostwatch.interfaces.cli.images.stats import stats


@click.group(epilog=errors.EPILOG)
def images() -> None:
    """Download photographs, read the codes on them, review, export."""


for _command in (
    read,
    review,
    download,
    analyze,
    embed,
    reprocess_failed,
    export_codes,
    export_tokens,
    import_labels,
    retrain,
    stats,
):
    images.add_command(_command)
