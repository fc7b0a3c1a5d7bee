"""`troostwatch lots`: which lots there are, and what a lot really is."""

from __future__ import annotations

import click

from troostwatch.interfaces.cli import errors
from troostwatch.interfaces.cli.lots.listing import list_lots
from troostwatch.interfaces.cli.lots.show import show


@click.group(epilog=errors.EPILOG)
def lots() -> None:
    """List lots, and show what a lot really is."""


lots.add_command(list_lots)
lots.add_command(show)
