"""How code-like a string is, by its characters alone: how digits, consonants, vowels and signs follow each other.

The table stands in `likeness.toml`, which `scripts/fit_code_likeness.py` writes from codes of invented makers and from
the words of many languages.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from itertools import pairwise

# From this log-odds on nine in ten strings that were not fitted to were codes.
SURE = 2.2


def code_likeness(text: str) -> float:
    """Return the log-odds that this string is a code and not words."""
    return sum(_table().get(pair, 0.0) for pair in pairs(text))


def pairs(text: str) -> list[str]:
    """Return the classes of the characters, each with that of the next, from the start to the end."""
    classes = f"^{''.join(map(_class_of, text.upper()))}$"
    return [a + b for a, b in pairwise(classes)]


def _class_of(sign: str) -> str:
    if sign.isdigit():
        return "9"
    if sign.isalpha():
        return "A" if sign in "AEIOUYÄÖÜÁÉÍÓÚ" else "B"
    return " " if sign == " " else "-"


@cache
def _table() -> dict[str, float]:
    text = (files("troostwatch.domain.judgement") / "likeness.toml").read_text(encoding="utf-8")
    return {pair: float(value) for pair, value in tomllib.loads(text)["pairs"].items()}
