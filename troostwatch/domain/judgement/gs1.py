"""GS1 element strings and GS1 Digital Links: application identifiers and what they hold.

The identifiers and the forms of what they hold are GS1's own list (ref.gs1.org/ai) as python-stdnum carries it. FNC1
arrives as the group separator, which ends every element whose length is not fixed; other sources: GS1 General
Specifications, section 3 and 7.8; GS1 Digital Link URI syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from stdnum import numdb

from troostwatch.domain.judgement import checks

SEPARATOR = "\x1d"
# Their check digits are computed by whoever reads the bars, and so prove nothing about the reading.
DATABAR = "DataBar"

_GTINS = frozenset({"01", "02", "03"})
# Those with which a string without any separator begins: digits alone fit many grammars.
_BEGINNINGS = _GTINS | {"00", "8006", "8026"}
_DATES = frozenset({"11", "12", "13", "15", "16", "17"})
_DATE = re.compile(r"\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])")
# What printers put behind a serial or a batch.
_LONGEST_RUN_ON = 120  # signs; a symbol that a stranger made may hold thousands
_MAY_FOLLOW = _DATES | {"10", "21", "22", "30", "37", "240", "241", "250"}
_PRINTED = re.compile(r"\((\d{2,4})\)\s*")
_CLASSES = {"N": r"\d", "X": r"[!-\"%-?A-Z_a-z]", "Y": r"[#/0-9A-Z-]", "Z": r"[0-9A-Za-z_=-]"}
_PART = re.compile(r"(\[?)\+?(?:([NXYZ])(\.\.)?(\d+)(?:\.\.[NXYZ](\d+))?|(-)|\[-)\]?")


@dataclass(frozen=True, slots=True)
class Element:
    """One application identifier and its value."""

    identifier: str
    value: str
    # What it may be, too: the printer may have left out the separator behind it. Where it must be, `value` is empty.
    shorter: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what it is, in the words of GS1."""
        return str(_table_of(self.identifier)[0]["description"])


def elements(text: str, *, surely: bool = False) -> list[Element]:
    """Return the elements of a GS1 string, or nothing when the text is none.

    An element that is unknown or damaged is passed over, up to the next separator. Where not `surely` GS1's, a string
    has to begin with what is known and to hold a number of an article, of a parcel, or a separator.
    """
    text = text.lstrip(SEPARATOR + "\x1e")
    found, first_known = _in_order(text), _first(text)
    numbers = [e.value for e in found if e.identifier in _GTINS]
    if not found or not all(map(checks.gtin_is_valid, numbers)):
        return []
    begins = first_known is not None and first_known[0].identifier in _BEGINNINGS and len(found) > 1
    return found if surely or begins or (SEPARATOR in text and first_known is not None) else []


def printed_elements(text: str) -> list[Element]:
    """Return the elements of a text in which the identifiers stand in brackets: '(01)09506000134352(21)ABC123'."""
    marks = [m for m in _PRINTED.finditer(text) if _table_of(m[1])]
    if not marks or marks[0].start():
        return []
    stops = [*(mark.start() for mark in marks[1:]), len(text)]
    values = [(mark[1], text[mark.end() : stop].strip()) for mark, stop in zip(marks, stops, strict=True)]
    found = [Element(ai, value) for ai, value in values if _form(ai).fullmatch(value)]
    numbers = [e.value for e in found if e.identifier in _GTINS]
    return found if len(found) > (not numbers) and all(map(checks.gtin_is_valid, numbers)) else []


def link(path: str, query: Iterable[tuple[str, str]]) -> Iterator[Element]:
    """Yield the elements of a GS1 Digital Link, as '/01/09506000134352/21/ABC123' and '?17=271231'."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    at = next((i for i, part in enumerate(parts) if part in ("01", "1", "gtin")), len(parts))
    gtin = parts[at + 1] if at + 1 < len(parts) else ""
    if not checks.gtin_is_valid(gtin) or not gtin.isdigit():
        return
    yield Element("01", gtin)
    for identifier, value in (*zip(parts[at + 2 :: 2], parts[at + 3 :: 2], strict=False), *query):
        if _table_of(identifier) and _form(identifier).fullmatch(value):
            yield Element(identifier, value)


def _in_order(text: str) -> list[Element]:
    found: list[Element] = []
    rest = text
    while rest:
        taken = _first(rest)
        if taken is None:
            if SEPARATOR not in text and found and (ends := tuple(_ends(rest))):
                found.append(Element(*ends[0][:1], "", tuple(value for _, value in ends)))
            rest = rest.partition(SEPARATOR)[2].lstrip(SEPARATOR)
            continue
        element, following = taken
        if not following and SEPARATOR not in text:
            element = Element(element.identifier, element.value, tuple(value for _, value in _ends(rest)))
        found.append(element)
        rest = following
    return found


def _first(text: str) -> tuple[Element, str] | None:
    """Return the element with which the text begins, and what follows it."""
    identifier = _beginning(text)
    if identifier is None:
        return None
    body = text[len(identifier) :]
    length = _fixed_length(identifier)
    if length is None:
        value, _, rest = body.partition(SEPARATOR)
    else:
        # What has one length ends by itself, also where the printer should have set a separator.
        value, rest = body[:length], body[length:]
    whole = _form(identifier).fullmatch(value) is not None
    return (Element(identifier, value), rest.lstrip(SEPARATOR)) if whole else None


def _beginning(text: str) -> str | None:
    """Return the identifier with which the text begins."""
    return next((text[:digits] for digits in (2, 3, 4) if _table_of(text[:digits])), None)


def _ends(text: str) -> Iterator[tuple[str, str]]:
    """Yield the identifier of an element and each value that remains where its end reads as further elements."""
    identifier = _beginning(text)
    if identifier is None or _fixed_length(identifier) is not None:
        return
    value = text[len(identifier) :]
    for stop in range(1, len(value) - 2):
        if _form(identifier).fullmatch(value[:stop]) and _is_run_on(value[stop:]):
            yield identifier, value[:stop]


def _is_run_on(text: str) -> bool:
    """Tell whether a text without separators reads as elements that printers put behind a serial."""
    taken = _first(text) if len(text) <= _LONGEST_RUN_ON else None
    if taken is None or taken[0].identifier not in _MAY_FOLLOW:
        return False
    element, rest = taken
    if element.identifier in _DATES and not _DATE.fullmatch(element.value):
        return False
    return not rest or _is_run_on(rest)


@cache
def _table_of(identifier: str) -> tuple[dict[str, str], ...]:
    """Return what the list says of an identifier, in a tuple of one; of an unknown one nothing."""
    if not (identifier.isascii() and identifier.isdigit()):
        return ()
    found = numdb.get("gs1_ai").info(identifier)
    return (found[0][1],) if len(found) == 1 and found[0][1] else ()


@cache
def _form(identifier: str) -> re.Pattern[str]:
    """Return the form of its value as a pattern: 'N13[+X..17]' is thirteen digits and up to seventeen signs."""
    return re.compile("".join(map(_piece, _PART.finditer(_table_of(identifier)[0]["format"]))))


def _piece(match: re.Match[str]) -> str:
    optional, signs, most, count, upper, _ = match.groups()
    if not signs:
        return "-?"
    least = 1 if most else int(count)
    return f"(?:{_CLASSES[signs]}{{{least},{upper or count}}}){'?' if optional else ''}"


@cache
def _fixed_length(identifier: str) -> int | None:
    """Return how long its value always is, or nothing where it varies."""
    known = _table_of(identifier)[0]["format"]
    lengths = re.fullmatch(r"[NX](\d+)(?:\+[NX](\d+))*", known)
    return sum(map(int, re.findall(r"\d+", known))) if lengths else None
