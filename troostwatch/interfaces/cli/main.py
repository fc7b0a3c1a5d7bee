"""The command `troostwatch`: settings, talk, and the table of its subcommands."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from troostwatch import __version__
from troostwatch.domain.errors import TroostwatchError
from troostwatch.interfaces.cli import errors, output
from troostwatch.interfaces.cli.errors import ExitCode

# The first line of each command's help. A command lives in the module of its name and is imported when it is used:
# --help and completion answer at once, and read no settings.
_COMMANDS = {
    "sync": "Read auctions and lots into the database.",
    "images": "Download photographs, read the codes on them, review, export.",
    "lots": "List lots, and show what a lot really is.",
    "search": "Find lots by words, by a code or a part of it, by a picture, by likeness.",
    "serve": "Serve the desk: review, lots and search in a browser.",
    "batch": "Sync the configured sources, download, analyze; for cron.",
    "label-service": "Serve the label service: photographs in, codes out, over HTTP.",
    "db": "Migrate, inspect, verify and back up the database.",
    "config": "Show the settings.",
    "doctor": "Try whether this installation works here.",
    "demo": "Draw a small auction, serve it on this machine, and take it the whole way.",
    "completion": "Print the completion script of a shell.",
}


class LazyGroup(click.Group):
    """A group that imports its subcommands by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (signature of click)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"troostwatch.interfaces.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return [CompletionItem(name, help=line) for name, line in _COMMANDS.items() if name.startswith(incomplete)]


@click.group(cls=LazyGroup, epilog=errors.EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="troostwatch")
@click.option("--config", "config_file", type=click.Path(dir_okay=False, path_type=Path), help="Settings file.")
@click.option("--quiet", "-q", is_flag=True, help="No talk on stderr but errors; for cron.")
@click.option("--verbose", "-v", count=True, help="More talk; -vv for all of it.")
@click.pass_context
def cli(ctx: click.Context, config_file: Path | None, quiet: bool, verbose: int) -> None:
    """Know what an auction lot really is.

    Collects the photographs of auction lots, reads the codes on their stickers, asks you where it is unsure,
    and finds lots by what it read.
    """
    from troostwatch import bootstrap, config

    ctx.obj = bootstrap.session(config.load(config_file), verbosity=verbose, quiet=quiet)


def run(args: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; no traceback for anything a user can cause."""
    try:
        result = cli.main(args, prog_name="troostwatch", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except output.ReaderGoneError:
        return ExitCode.OK  # `| head` has seen enough
    except TroostwatchError as error:
        errors.tell(error)
        return errors.exit_code(error)
    except (KeyboardInterrupt, click.exceptions.Abort):  # click makes the one of the other
        click.echo("troostwatch: interrupted; what was finished is kept", err=True)
        return ExitCode.INTERRUPTED
    except SystemExit as stop:
        return int(stop.code or 0)
    return int(result or 0)


def main() -> None:
    """Entry point of the console script."""
    output.stand_in_for_closed_streams()
    output.guard_stdout()
    code = run()
    try:
        sys.stdout.flush()
    except output.ReaderGoneError:
        output.drop_stdout()
    except TroostwatchError as error:
        if code != ExitCode.ERROR:  # else run() told of it: what could not be written then cannot be now
            errors.tell(error)
        code = ExitCode.ERROR
        output.drop_stdout()
    sys.exit(code)
