"""`troostwatch doctor`: does this installation work here?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.interfaces.cli import errors, options, output


@click.command(epilog=errors.EPILOG)
@options.db
@options.as_json
@click.pass_obj
def doctor(session: bootstrap.Session, /, db_path: Path | None, as_json: bool) -> None:
    """Try whether this installation works here.

    Each part is tried: read a drawn label, open the database, find room for photographs.

    What is absent is not needed for the main job. Exit code 1 when something is broken. Nobody is asked anything
    over the network, and no key is shown.

    \b
    troostwatch doctor
    troostwatch doctor --json
    """
    checked = list(bootstrap.examine(session.process, session.database(db_path)))
    if as_json:
        for each in checked:
            click.echo(output.json_line(asdict(each)))
    else:
        output.table("This installation", ("what", "state", "detail"), [(c.what, c.state, c.detail) for c in checked])
    broken = any(each.state == "broken" for each in checked)
    raise SystemExit(errors.ExitCode.ERROR if broken else errors.ExitCode.OK)
