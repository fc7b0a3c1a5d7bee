"""What a plain Code 39 may mean beside its signs: with its last sign as a check, or with pairs of signs as full ASCII.

Source: ISO/IEC 16388. Nothing in the bars tells which of these its printer meant, so print has to say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_SHORTEST = 5
_PAIR = re.compile(r"([$%/+])([A-Z])")


def other_readings(text: str) -> Iterator[str]:
    """Yield what the bars may hold otherwise than sign by sign."""
    if len(text) > _SHORTEST and is_checked(text):
        yield text[:-1]
    if _PAIR.search(text):
        yield _PAIR.sub(_full_ascii, text)


def is_checked(text: str) -> bool:
    """Tell whether the last sign checks the others modulo 43; one payload in 43 does so by chance."""
    values = [_ALPHABET.find(sign) for sign in text]
    return -1 not in values and sum(values[:-1]) % 43 == values[-1]


def _full_ascii(match: re.Match[str]) -> str:
    shift, letter = match.groups()
    place = ord(letter) - ord("A")
    match shift:
        case "+":
            return chr(ord("a") + place)
        case "$":
            return chr(1 + place)
        case "/":
            return ":" if letter == "Z" else chr(33 + place)
        case _:
            return _PERCENT[place]


_PERCENT = "\x1b\x1c\x1d\x1e\x1f;<=>?[\\]^_{|}~\x7f\0@`" + "\x7f" * 3
