"""Lines of CSV (RFC 4180) that a spreadsheet can open and none can run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

# A sign with which a spreadsheet begins a formula, at the start or where some of them begin a cell: behind a ';', a
# tab or a line end. Blanks and signs that nobody sees may stand before it, and wide forms do what plain ones do.
_FORMULA = re.compile("(^|[;\\t\\r\\n])([\\s\\u200b-\\u200f\\ufeff\\u00ad]*)(?=[=+@\\-\uff1d\uff0b\uff20\uff0d\\t\\r])")


def csv_line(values: Sequence[object]) -> str:
    """Return one line of RFC 4180, lists of words joined by '; ', lists of numbers by a blank."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(map(_csv_cell, values))  # quotes what is in the terminator
    return target.getvalue().removesuffix("\r\n")


def _csv_cell(value: object) -> object:
    if isinstance(value, (list, tuple)):
        value = ("; " if any(isinstance(item, str) for item in value) else " ").join(map(str, value))
    # Sellers write titles and stickers: a spreadsheet would run what begins like this.
    return _FORMULA.sub(r"\1'\2", value) if isinstance(value, str) else value
