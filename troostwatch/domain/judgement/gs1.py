"""GS1 element strings and GS1 Digital Link: application identifiers and what they hold.

Source: GS1 General Specifications, section 3 (application identifiers); GS1 Digital Link URI syntax. FNC1 arrives as
the group separator, which ends every element whose length is not fixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from troostwatch.domain.judgement import checks

SEPARATOR = "\x1d"

# Application identifier -> length of what follows; of a fixed length when positive, else at most so long.
_LENGTHS: dict[str, int] = {
    "00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2,
    "10": -20, "21": -20, "22": -20, "30": -8, "37": -8, "90": -30, **{str(ai): -90 for ai in range(91, 100)},
    "235": -28, "240": -30, "241": -30, "242": -6, "243": -20, "250": -30, "251": -30, "254": -20,
    "400": -30, "401": -30, "410": 13, "411": 13, "412": 13, "413": 13, "414": 13, "415": 13, "416": 13, "417": 13,
    "420": -20, "422": 3, "8003": -30, "8004": -30, "8006": 18, "8017": 18, "8018": 18, "8020": -25,
}  # fmt: skip
_MEASURES = re.compile(r"3[1-6]\d\d")  # weights and sizes: four digits of identifier, six of value
_LINK = re.compile(r"/(?P<ai>0?1|gtin)/(?P<gtin>\d{8,14})(?P<rest>(?:/[0-9a-z]+/[^/]+)*)/?$", re.IGNORECASE)


def elements(text: str) -> list[tuple[str, str]]:
    """Return (identifier, value) of each element, or nothing when the text is no GS1 string as a whole.

    A string has to hold a GTIN, a serial shipping container code or a separator: digits alone fit many grammars.
    """
    found: list[tuple[str, str]] = []
    rest = text.lstrip(SEPARATOR)
    while rest:
        element = _first(rest)
        if element is None:
            return []
        identifier, value, rest = element
        found.append((identifier, value))
    certain = SEPARATOR in text or (len(found) > 1 and found[0][0] in ("00", "01", "02"))
    whole = all(checks.gtin_is_valid(value) for identifier, value in found if identifier in ("01", "02"))
    return found if certain and whole else []


def _first(text: str) -> tuple[str, str, str] | None:
    for digits in (2, 3, 4):
        identifier = text[:digits]
        length = 6 if digits == 4 and _MEASURES.fullmatch(identifier) else _LENGTHS.get(identifier)
        if length is None:
            continue
        body = text[digits:]
        if length > 0:
            value, rest = body[:length], body[length:]
            return (identifier, value, rest.lstrip(SEPARATOR)) if len(value) == length and value.isdigit() else None
        value, _, rest = body.partition(SEPARATOR)
        return (identifier, value, rest) if 0 < len(value) <= -length else None
    return None


def link(url: str) -> Iterator[tuple[str, str]]:
    """Yield (identifier, value) of a GS1 Digital Link, as 'https://id.gs1.org/01/09506000134352/21/ABC123'."""
    match = _LINK.search(urlsplit(url).path)
    if not match or not checks.gtin_is_valid(match["gtin"]):
        return
    yield "01", match["gtin"]
    parts = match["rest"].strip("/").split("/") if match["rest"] else []
    for identifier, value in zip(parts[::2], parts[1::2], strict=True):
        yield identifier, unquote(value)
