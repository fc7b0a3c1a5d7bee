"""Results for people and programs: tables, JSON lines, CSV, files that appear whole or not at all."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from troostwatch.domain.errors import TroostwatchError
from troostwatch.interfaces.visible import visible

if TYPE_CHECKING:
    from troostwatch.bootstrap import Protected

_NEVER_BROKEN = 12  # characters
# What json.dumps leaves bare and a terminal obeys: controls, line separators, directions.
_UNSEEN = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_kept: list[TextIO] = []  # a stream that nobody holds closes its file


def json_line(values: Mapping[str, object]) -> str:
    """Return one line of JSON in which nothing moves a cursor or turns a line around: such signs stand as escapes."""
    return _UNSEEN.sub(_escape, json.dumps(values, ensure_ascii=False, default=_plain))


def _escape(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


@contextmanager
def destination(path: Path | None, protected: Protected) -> Iterator[TextIO]:
    """Yield stdout, or a file that is moved into its place when the block ends well.

    Raises UsageError at once for a place that is protected.
    """
    if path is None or str(path) == "-":
        yield sys.stdout
        return
    from troostwatch import bootstrap  # not at import: what is printed on stdout needs no application

    with bootstrap.writing(bootstrap.place_for_output(path, protected)) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
        try:
            yield text
        finally:
            text.detach()  # writes what is still to be written; `file` is closed by who opened it


class ReaderGoneError(Exception):
    """Who read our stdout wants no more of it."""


class _GuardedStdout(io.TextIOWrapper):
    """Tells its faults in our words: an OSError does not say which file it is about, and click swallows some."""

    def write(self, text: str) -> int:
        with _faults_of_stdout_told():
            return super().write(text)

    def flush(self) -> None:
        with _faults_of_stdout_told():
            super().flush()


@contextmanager
def _faults_of_stdout_told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderGoneError from error
    except OSError as error:
        raise TroostwatchError(f"cannot write to stdout: {error.strerror or error}") from error


def guard_stdout() -> None:
    """Let whoever writes to stdout meet ReaderGoneError or TroostwatchError where that is not possible."""
    plain = sys.stdout
    assert isinstance(plain, io.TextIOWrapper)
    sys.stdout = _GuardedStdout(
        plain.buffer,
        encoding=plain.encoding,
        errors="backslashreplace",  # a terminal that has no sign for a letter shows its number
        line_buffering=plain.line_buffering,
        write_through=plain.write_through,
    )
    _kept.append(plain)


def drop_stdout() -> None:
    """Let what is still to be written go nowhere, so that the end of the program does not stumble over it."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())


def stand_in_for_closed_streams() -> None:
    """Fill the places of streams that the caller closed (`>&-`), where Python has None.

    Else the next file to be opened, perhaps the database, would take the number of stdout. What stands in for
    stdout cannot be written: a result that nobody can get is an error.
    """
    for name, flags, mode in (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.open(os.devnull, flags), mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table on stdout, as wide as the terminal, or as wide as it needs in a pipe.

    A column named '#…' holds numbers. Short cells (ids, numbers, states) are never broken; long ones give way.
    """
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 160, highlight=False)
    rows = [tuple(row) for row in rows]
    cells = [[_cell(value) for value in row] for row in rows]
    longest = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    tight = sum(longest) + 2 * (len(columns) - 1) > console.width
    grid = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    grid.collapse_padding = tight
    for index, column in enumerate(columns):
        grid.add_column(
            column.removeprefix("#"),
            overflow="fold",
            justify="right" if column.startswith("#") else "left",
            # A moment in a narrow terminal stands on two lines, the day above the hour.
            width=10 if tight and any(isinstance(row[index], datetime) for row in rows) else None,
            no_wrap=longest[index] <= _NEVER_BROKEN and not column.startswith("#"),
            min_width=max((len(line[index]) for line in cells), default=0) if column.startswith("#") else None,
        )
    for line in cells:
        grid.add_row(*map(escape, line))
    console.print(grid)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    return visible(str(value))


def say(text: str) -> None:
    """Print one line that may hold words from a stranger on stdout."""
    click.echo(visible(text))


def talk(text: str, *, quiet: bool) -> None:
    """Say one line, which may hold words from a stranger, to the operator on stderr."""
    if not quiet:
        click.echo(visible(text), err=True)
