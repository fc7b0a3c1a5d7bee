"""`troostwatch serve`: the desk, in a browser."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from troostwatch import bootstrap
from troostwatch.domain.errors import TroostwatchError, UsageError
from troostwatch.interfaces.cli import errors, options, output

_SECONDS_TO_GO = 10  # for what is under way when the desk is told to stop


@click.command(epilog=errors.EPILOG)
@options.db
@click.option("--host", help="The address to listen on; else as configured (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one; else as configured (8321).")
@click.option("--open", "open_page", is_flag=True, help="Open the desk in the browser.")
@click.pass_obj
def serve(
    session: bootstrap.Session, /, db_path: Path | None, host: str | None, port: int | None, open_page: bool
) -> None:
    """Serve the desk: review, lots and search in a browser.

    It listens on this machine alone. On any other address it needs a token (TROOSTWATCH_WEB__TOKEN, or 'web.token'
    in the settings), which everyone who comes has to know. Prints its address as the first line.

    \b
    troostwatch serve --open
    TROOSTWATCH_WEB__TOKEN=… troostwatch serve --host 192.168.1.5
    """
    import uvicorn

    from troostwatch.interfaces.web.app import create_app
    from troostwatch.interfaces.web.desk import LOOPBACK, Desk

    own = session.settings.web
    host, port = host or own.host, own.port if port is None else port
    desk = Desk.of(session.process, session.database(db_path), host=host)
    if host.lower() not in LOOPBACK and desk.token is None:
        raise UsageError(
            f"on {host} others can reach the desk, so it needs a token",
            hint="export TROOSTWATCH_WEB__TOKEN=…, of at least 12 characters",
        )
    with desk.workspace():  # an error about the database is told here, and not to the first browser
        pass
    listening = _bound(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}"
    click.echo(address)
    if host.lower() not in LOOPBACK:
        output.talk("whoever knows the token can decide here; traffic is not encrypted", quiet=session.quiet)
    if open_page:
        click.launch(address)
    settings = uvicorn.Config(
        create_app(desk),
        log_level="warning",
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_SECONDS_TO_GO,
        limit_concurrency=200,
    )
    uvicorn.Server(settings).run(sockets=[listening])


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, else asyncio leaves Nagle's algorithm on, and every answer waits 40 ms for an acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # who comes before the desk is ready waits, and is not refused
    except OSError as error:
        listening.close()
        raise TroostwatchError(
            f"cannot listen on {host} port {port}: {error.strerror or error}", hint="name another one with --port"
        ) from error
    return listening
