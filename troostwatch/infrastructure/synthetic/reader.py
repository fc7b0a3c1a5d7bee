"""A reader of invented labels that needs no pixels: what it reads is what is printed, with the mistakes of OCR.

Letters are taken for others that look like them, accents and points get lost, blanks come and go; the reader is
mostly, not always, less sure of what it got wrong, and a closer look repeats every other mistake.
"""

from __future__ import annotations

import unicodedata
from random import Random

from troostwatch.domain.readings import Reading, ReadingKind
from troostwatch.infrastructure.synthetic.invented import InventedLabel, Print

NAME = "noisy"
_TAKEN_FOR = {
    "O": "0", "0": "O", "I": "1", "1": "I", "l": "I", "S": "5", "5": "S", "B": "8", "8": "B", "Z": "2", "2": "Z",
    "G": "6", "Q": "O", "D": "0", "U": "V", "e": "c", "c": "e", "i": "l", "t": "f", "n": "h", "a": "o", "u": "v",
}  # fmt: skip
_SURE, _UNSURE = (0.97, 0.9999), (0.4, 0.99)
_REPEATED = 0.5  # share of the mistakes that a closer look makes again


def read(label: InventedLabel, seed: int, *, noise: float = 0.02) -> list[Reading]:
    """Return what is read on the label; of each sign `noise` is the chance to be taken for another."""
    rng = Random(f"{seed}/{label.maker.name}/{label.language}")  # noqa: S311 (it has to repeat itself)
    return [_symbol(p) if p.bars else _line(p, rng, noise) for p in label.prints]


def _symbol(bars: Print) -> Reading:
    return Reading("barcode", ReadingKind.SYMBOL, bars.text, bars.quad, 0.75, "Code128")


def _line(print_: Print, rng: Random, noise: float) -> Reading:
    signs = [_seen(sign, rng, noise) for sign in print_.text]
    kept = [(sign, sure, was) for (sign, sure), was in zip(signs, print_.text, strict=True) if sign]
    text = "".join(sign for sign, _, _ in kept).strip()
    kept = kept[: len(text)]
    again = "".join(sign if sign != was and rng.random() < _REPEATED else was for sign, _, was in kept)
    sure = tuple(round(sure, 4) for _, sure, _ in kept)
    mean = sum(sure) / max(1, len(sure))
    return Reading(NAME, ReadingKind.TEXT, text, print_.quad, round(mean, 4), again=again, characters=sure)


def _seen(sign: str, rng: Random, noise: float) -> tuple[str, float]:
    """Return a sign as it is read, '' where it is overlooked, and how sure the reader is of it."""
    plain = unicodedata.normalize("NFKD", sign)[0] if not sign.isascii() else sign
    if plain != sign and rng.random() < 0.3:
        return plain, rng.uniform(*_SURE)
    if sign in ".:" and rng.random() < noise:
        return "", 0.0
    if sign in _TAKEN_FOR and rng.random() < noise:
        return _TAKEN_FOR[sign], rng.uniform(*_UNSURE)
    return sign, rng.uniform(*_SURE) if rng.random() < 0.04 else rng.uniform(0.995, 0.9999)
