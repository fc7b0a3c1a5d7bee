"""Lines of CSV (RFC 4180) that a spreadsheet can open and none can run."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_line(values: Sequence[object]) -> str:
    """Return one line of RFC 4180, lists of words joined by '; ', lists of numbers by a blank."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(map(_csv_cell, values))  # quotes what is in the terminator
    return target.getvalue().removesuffix("\r\n")


def _csv_cell(value: object) -> object:
    if isinstance(value, (list, tuple)):
        value = ("; " if any(isinstance(item, str) for item in value) else " ").join(map(str, value))
    # Sellers write titles and stickers: a spreadsheet would run what begins like this.
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
