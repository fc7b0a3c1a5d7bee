"""The grammar of captions: which words name which code, in every language of `languages/`, also as OCR damages them.

A caption is a concept (serial, model, part …), mostly together with a word for "number", before or behind it, glued
to it or apart. One file a language holds the words; here they become phrases. Phrases are compared by `spelled`:
without case, accents, blanks and points, and with the look-alikes of I and O made one; what still differs is measured
by an edit distance in which signs that are often mistaken for each other lie close.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.codes import CodeType

_VAGUE = "vague_"
_IDENTIFIERS = "identifiers"  # a table of another kind, which `captions` reads
_SHORT = 3
# Shorter captions have neighbours by chance, so damage is looked for in longer ones.
_SHORTEST_DAMAGED = 6
_DAMAGE_PER_SIGN = 1 / 6
_LIKENESSES = ("ceo", "uvyn", "nhrm", "tfi", "ao", "sz5", "gq9", "b86h", "dao", "wv", "kx")
_PLAIN = str.maketrans({
    "l": "i", "1": "i", "|": "i", "!": "i", "0": "o", "º": "o", "°": "o", "ł": "i", "ø": "o", "đ": "d", "ß": "ss",
    "æ": "ae", "œ": "oe", "\N{LATIN SMALL LETTER DOTLESS I}": "i",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a caption names. A vague one may name several things and needs a second witness."""

    type: CodeType
    vague: bool = False
    numbered: bool = False  # it says "number", so it is a caption also in the midst of a line
    slashed: bool = False  # so short that it is one only with its stroke: 'M/T', 'R/N'


class Grammar:
    """All phrases of some languages, by their spelling."""

    def __init__(self, phrases: dict[str, Meaning], qualifiers: frozenset[str]) -> None:
        self.phrases = phrases
        self.qualifiers = qualifiers  # words that make the caption behind them that of another thing
        self._damaged = _Neighbours(phrases)

    def meaning(self, spelling: str) -> Meaning | None:
        """Return what is meant by a spelling as `spelled` gives it, damaged or not."""
        return self.phrases.get(spelling) or self._damaged.nearest(spelling)


def spelled(text: str) -> str:
    """Return the letters and digits of the text as they are compared."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in decomposed.translate(_PLAIN) if c.isalnum())


@cache
def grammar(without: str | None = None) -> Grammar:
    """Return the grammar of all languages, or of all but one, to measure what it is worth without."""
    phrases: dict[str, Meaning] = {}
    qualifiers: set[str] = set()
    tables = {name: table for name, table in languages().items() if name != without}
    common = tables["common"]["numbers"]
    for table in tables.values():
        for spelling, meaning in _phrases(table, common):
            phrases[spelling] = _agreed(phrases.get(spelling, meaning), meaning)
        qualifiers |= set(map(spelled, table["qualifiers"]))
    return Grammar(phrases, frozenset(qualifiers))


@cache
def vocabulary() -> frozenset[str]:
    """Return the spelling of every word that stands in captions of any language."""
    words: set[str] = set()
    for table in languages().values():
        for row in table.values():
            phrases = [p for found in row.values() for p in found] if isinstance(row, dict) else row
            words |= {spelled(word) for phrase in phrases for word in phrase.split()}
    return frozenset(words)


@cache
def languages() -> dict[str, dict[str, Any]]:
    """Return the file of each language by its name."""
    folder = files("troostwatch.domain.judgement") / "languages"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8")) for file in found}


def _phrases(table: dict[str, Any], common: Iterable[str]) -> Iterator[tuple[str, Meaning]]:
    numbers = {spelled(word) for word in (*table["numbers"], *common)}
    links = ["", *map(spelled, table["links"])]
    for name, words in table.items():
        if not isinstance(words, dict) or name == _IDENTIFIERS:
            continue
        kind, vague = CodeType(name.removeprefix(_VAGUE)), name.startswith(_VAGUE)
        for phrase in words.get("whole", ()):
            stroke = "/" in phrase
            yield spelled(phrase), Meaning(kind, vague, numbered=stroke, slashed=stroke and len(phrase) <= _SHORT)
        for stem, number in product(map(spelled, words.get("stems", ())), numbers):
            yield stem + number, Meaning(kind, vague, numbered=True)
            for link in links:
                yield number + link + stem, Meaning(kind, vague, numbered=True)


def _agreed(one: Meaning, other: Meaning) -> Meaning:
    """Return what a phrase means that two files know: a code rather than another thing, the sure before the vague."""
    best = min(one, other, key=lambda meaning: (meaning.type is CodeType.OTHER, meaning.vague, meaning.slashed))
    return replace(best, numbered=one.numbered or other.numbered) if one.type is other.type else best


class _Neighbours:
    """Finds the phrase from which a spelling differs by no more than damage."""

    def __init__(self, phrases: dict[str, Meaning]) -> None:
        self._meanings = phrases
        self._by_length: dict[int, list[str]] = {}
        for phrase in phrases:
            if len(phrase) >= _SHORTEST_DAMAGED:
                self._by_length.setdefault(len(phrase), []).append(phrase)
        self._counts = {n: np.array([_letters(p) for p in found]) for n, found in self._by_length.items()}
        self.nearest = lru_cache(maxsize=8192)(self._nearest)

    def _nearest(self, spelling: str) -> Meaning | None:
        if len(spelling) < _SHORTEST_DAMAGED or any(c.isdigit() for c in spelling):
            return None
        most = len(spelling) * _DAMAGE_PER_SIGN
        found = sorted((damage(spelling, phrase, most), phrase) for phrase in self._alike(spelling, most))
        if not found or found[0][0] > most:
            return None
        meanings = {self._meanings[phrase] for cost, phrase in found if cost == found[0][0]}
        # As near to captions of different things: it is neither.
        return min(meanings, key=lambda m: m.vague) if len({m.type for m in meanings}) == 1 else None

    def _alike(self, spelling: str, most: float) -> Iterator[str]:
        """Yield phrases of about this length with about these letters: a change takes one away and brings another."""
        letters, reach = _letters(spelling), int(most)
        for length in range(len(spelling) - reach, len(spelling) + reach + 1):
            if length in self._counts:
                changed = np.abs(self._counts[length] - letters).sum(axis=1)
                yield from (self._by_length[length][i] for i in np.flatnonzero(changed <= 4 * most))


def _letters(spelling: str) -> NDArray[np.int16]:
    codes = np.fromiter(map(ord, spelling), np.int64, len(spelling))
    return np.bincount(codes % 32, minlength=32).astype(np.int16)


def damage(read: str, meant: str, most: float) -> float:
    """Return the weighted edit distance of two spellings; infinite where it must be more than `most`."""
    if abs(len(read) - len(meant)) > most:
        return float("inf")
    above = [float(i) for i in range(len(meant) + 1)]
    for row, sign in enumerate(read, 1):
        here = [float(row)]
        for column, other in enumerate(meant, 1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + _exchange(sign, other)))
        if min(here) > most:
            return float("inf")
        above = here
    return above[-1]


@cache
def _exchange(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return 0.5 if any(one in alike and other in alike for alike in _LIKENESSES) else 1.0
