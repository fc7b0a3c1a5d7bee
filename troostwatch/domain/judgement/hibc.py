"""Labels of the health industry (HIBC): product, and serial number behind it.

Source: ANSI/HIBC 2.6, supplier labelling standard. '+', a letter and three signs for the maker, the product, a digit
for the unit, then '/' and the second part; or the second part in bars of its own. The last sign checks all others
modulo 43.
"""

from __future__ import annotations

import re

from troostwatch.domain.codes import CodeType

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_PRIMARY = re.compile(r"\+[A-Z][0-9A-Z]{3}(?P<product>[0-9A-Z]{1,18})[0-9]")
# Length of the date behind the digit that announces it; a date of four digits has its month in front.
_DATES = {"2": 7, "3": 7, "4": 9, "5": 6, "6": 8, "7": 1}
_QUANTITY = re.compile(r"8\d\d|9\d{5}")


def codes(text: str) -> list[tuple[CodeType, str]]:
    """Return what a payload holds, or nothing when it is none of these."""
    if len(text) < 6 or text[0] != "+":
        return []
    if text[1] == "$":
        return _of_second_part(text[1:-2])  # before the check sign stands the one that links it to the first part
    first, *rest = text[:-1].split("/")
    match = _PRIMARY.fullmatch(first)
    if not match:
        return []
    return [(CodeType.PART_NUMBER, match["product"]), *(code for part in rest for code in _of_second_part(part))]


def is_checked(text: str) -> bool:
    """Tell whether the last sign checks the others."""
    body = [_ALPHABET.find(sign) for sign in text[:-1]]
    return -1 not in body and _ALPHABET[sum(body) % 43] == text[-1]


def _of_second_part(part: str) -> list[tuple[CodeType, str]]:
    """Return the serial that the second part holds: '$+', '$$+' with a date before it, or 'S'."""
    serial = ""
    if part.startswith("$$+"):
        serial = _QUANTITY.sub("", part[3:], count=1) if part[3:4] in ("8", "9") else part[3:]
        serial = serial[_DATES.get(serial[:1], 4) :]
    elif part.startswith("$+"):
        serial = part[2:]
    elif part.startswith("S"):
        serial = part[1:]
    return [(CodeType.SERIAL_NUMBER, serial)] if serial else []
