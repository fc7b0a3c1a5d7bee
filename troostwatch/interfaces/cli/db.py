"""`troostwatch db`: the database itself: its schema, its health, a copy of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.interfaces.cli import errors, options, output
from troostwatch.interfaces.cli.errors import ExitCode


@click.group(epilog=errors.EPILOG)
def db() -> None:
    """Migrate, inspect, verify and back up the database."""


@db.command()
@options.db
@click.pass_obj
def migrate(session: bootstrap.Session, /, db_path: Path | None) -> None:
    """Bring the database to the schema of this program; create it where there is none.

    Every other command does this by itself. A database of a newer program is refused, untouched.
    """
    with session.open(db_path) as app:
        click.echo(f"{app.database} has schema version {app.schema_version}")


@db.command()
@options.db
@options.as_json
@click.pass_obj
def status(session: bootstrap.Session, /, db_path: Path | None, as_json: bool) -> None:
    """Tell the schema version and which migrations it would need; changes nothing."""
    found = bootstrap.schema_status(session.database(db_path))
    if as_json:
        click.echo(output.json_line(found))
        return
    for name, value in found.items():
        click.echo(f"{name:<10} {value}")


@db.command()
@options.db
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def backup(session: bootstrap.Session, /, db_path: Path | None, target: Path | None) -> None:
    """Copy the database to TARGET, a file or (a new name without suffix) a folder, while others may be writing to it.

    The copy is checked before it is moved into its place. Photographs are files: copy their folder as well.

    \b
    troostwatch db backup backups/
    """
    with session.open(db_path, create=False) as app:
        place = bootstrap.place_for_output(_named(app.database, target), session.protected(db_path), backup=True)
        bootstrap.backup(app.connection, place)
    click.echo(str(place.named), err=place.straight)  # stdout may be the copy


def _named(database: Path, target: Path | None) -> Path:
    name = f"{database.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{database.suffix}"
    if target is None:
        return database.parent / "backups" / name
    return target / name if target.is_dir() or not (target.suffix or target.exists()) else target


@db.command()
@options.db
@click.pass_obj
def verify(session: bootstrap.Session, /, db_path: Path | None) -> None:
    """Check the database and every file: missing, changed by SHA-256, orphans, rows that break a promise.

    Exit code 4 when it finds any. Changes nothing.
    """
    with session.open(db_path, create=False) as app:
        report = app.care().verify()
    for problem in report.problems:
        click.echo(problem)
    output.talk(report.summary(), quiet=session.quiet)
    raise SystemExit(ExitCode.SOME_FAILED if report.problems else ExitCode.OK)
