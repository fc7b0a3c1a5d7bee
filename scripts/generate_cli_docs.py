#!/usr/bin/env python3
"""Write docs/cli.md from the commands themselves. `--check` only compares."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from troostwatch.interfaces.cli import errors
from troostwatch.interfaces.cli.main import cli

TARGET = Path(__file__).parents[1] / "docs" / "cli.md"

HEAD = f"""# Commands

Generated from the commands by `scripts/generate_cli_docs.py`; a test compares. Any command says the same
with `--help`.

Results go to stdout, talk to stderr. Settings come from a flag, else from the environment, else from
`config.json`, else from the defaults: see [operations.md](operations.md#settings).

{errors.EPILOG}
"""


def document() -> str:
    with click.Context(cli, info_name="troostwatch", **cli.context_settings) as context:
        sections = list(_sections(cli, context))
    return "\n".join([HEAD, *sections])


def _sections(command: click.Command, context: click.Context) -> Iterator[str]:
    yield _section(command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            with click.Context(child, parent=context, info_name=name) as inner:
                yield from _sections(child, inner)


def _section(command: click.Command, context: click.Context) -> str:
    path = context.command_path
    lines = [f"{'#' * min(4, 1 + len(path.split()))} {path}", ""]
    lines += [f"`{path} {' '.join(command.collect_usage_pieces(context))}`", ""]
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            lines += ["```sh", inspect.cleandoc(paragraph.removeprefix("\b\n")), "```", ""]
        else:
            lines += [" ".join(paragraph.split()), ""]
    if isinstance(command, click.Group):
        lines += ["| command | |", "|---|---|"]
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            lines.append(f"| [{name}](#{f'{path}-{name}'.replace(' ', '-')}) | {child.get_short_help_str(limit=200)} |")
        lines.append("")
    if rows := list(_options(command, context)):
        lines += ["| option | |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        # Every command has --help; saying so once is enough.
        if record and not (context.parent and "--help" in parameter.opts):
            yield "| `{}` | {} |".format(*(text.replace("|", "\\|") for text in record))


def main() -> int:
    text = document()
    if "--check" in sys.argv[1:]:
        if TARGET.read_text(encoding="utf-8") == text:
            return 0
        print(f"{TARGET} is not what the commands say: run scripts/generate_cli_docs.py", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"wrote {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
