"""A progress bar on stderr, where a person watches; nothing in cron and in pipes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from troostwatch.interfaces.cli import output
from troostwatch.interfaces.visible import visible
from troostwatch.services.ports import Progress


@contextmanager
def bar(title: str, *, quiet: bool) -> Iterator[Progress | None]:
    """Yield what moves the bar, or None where nobody watches; the bar is gone when the block ends."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}"),
    )
    with Bars(*columns, console=Console(file=sys.stderr), transient=True) as bars:
        task = bars.add_task(title, total=None, what="")

        def move(done: int, total: int | None, what: str) -> None:
            bars.update(task, completed=done, total=total, what=escape(visible(what)))

        yield move


def told(done: int, total: int | None, what: str) -> None:
    """Be the progress that writes a line, for whoever reads it later."""
    output.talk(f"  {done} of {total} {what}", quiet=False)
