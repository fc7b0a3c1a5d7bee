"""Options that several commands share, each written once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import click

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST_DAYS = 3650


class Span(click.ParamType[timedelta]):
    """A length of time: 90m, 24h, 2d."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = _SPAN.fullmatch(str(value).strip().lower())
        if not match:
            self.fail(f"{value!r} is no length of time; write 90m, 24h or 2d", param, ctx)
        try:
            span = float(match[1]) * _UNITS[match[2]]
        except OverflowError:
            span = timedelta.max
        if span > timedelta(days=_LONGEST_DAYS):
            self.fail(f"{value!r} is longer than {_LONGEST_DAYS}d", param, ctx)
        return span


Typed = TypeVar("Typed", str | None, tuple[str, ...])


def upper(_ctx: click.Context, _param: click.Parameter, value: Typed) -> Typed:
    """Return display ids as the site writes them, however they were typed."""
    if isinstance(value, tuple):
        return tuple(map(str.upper, value))
    return value and value.upper()


db = click.option(
    "--db",
    "db_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The database; else as configured.",
)
limit = click.option("--limit", type=click.IntRange(min=1), help="At most so many; all by default.")
lots = click.option(
    "--lot",
    "lots",
    multiple=True,
    metavar="DISPLAY_ID",
    callback=upper,
    help="Only this lot; may be repeated.",
)
closing_within = click.option("--closing-within", type=Span(), help="Only lots that close within 24h, 2d, 90m.")
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout.")
output = click.option(
    "--output", "-o", "output_path", type=click.Path(dir_okay=False, path_type=Path), help="A file; else stdout."
)
auction = click.option("--auction", metavar="DISPLAY_ID", callback=upper, help="Only lots of this auction.")
