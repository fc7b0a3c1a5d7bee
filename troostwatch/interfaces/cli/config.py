"""`troostwatch config`: which settings are in force, and where each comes from."""

from __future__ import annotations

import click

from troostwatch import bootstrap
from troostwatch.interfaces.cli import errors, options, output


@click.group(epilog=errors.EPILOG)
def config() -> None:
    """Show the settings."""


@config.command()
@options.as_json
@click.pass_obj
def show(session: bootstrap.Session, /, as_json: bool) -> None:
    """Show every setting, its value, and what decided it: environment, settings file, or default.

    \b
    TROOSTWATCH_DOWNLOAD__CONCURRENCY=8 troostwatch config show
    """
    settings = list(session.configuration.explain())
    if as_json:
        for setting in settings:
            click.echo(output.json_line({"name": setting.name, "value": setting.value, "source": setting.source}))
        return
    output.table("Settings", ("name", "value", "from"), [(s.name, str(s.value), s.source) for s in settings])
