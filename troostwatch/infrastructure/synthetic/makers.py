"""Invented makers: each with a name and with forms of its own for serials, models and part numbers.

The forms are drawn, not listed: segments of digits, letters or both, fixed beginnings, dashes, dots, slashes and blanks
between. Nothing here is taken from the judgement's profiles of real makers.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_ALPHABETS = (
    ("0123456789", 5),
    ("0123456789", 5),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 2),
    ("ABCDEFGHJKLMNPQRSTUVWXYZ", 2),
    ("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", 3),
    ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1),
    ("0123456789ABCDEF", 1),
)
_SYLLABLES = (
    "ba", "bel", "cor", "da", "dor", "el", "fen", "gar", "hal", "in", "jo", "kel", "lun", "mar", "nor", "ost", "pra",
    "quo", "ric", "sal", "tec", "tron", "ul", "vex", "wer", "xan", "yor", "zet",
)  # fmt: skip
_ENDINGS = ("", "", " GmbH", " B.V.", " Ltd.", " S.p.A.", " AB", " Inc.", " Electronics", " Motors", " Systems")


@dataclass(frozen=True, slots=True)
class Segment:
    alphabet: str
    length: int
    fixed: str = ""

    def fill(self, rng: Random) -> str:
        return self.fixed or "".join(rng.choices(self.alphabet, k=self.length))


@dataclass(frozen=True, slots=True)
class Form:
    """How a maker writes one kind of number."""

    segments: tuple[Segment, ...]
    separators: tuple[str, ...]  # one fewer than segments

    def fill(self, rng: Random) -> str:
        value = self.segments[0].fill(rng)
        for separator, segment in zip(self.separators, self.segments[1:], strict=True):
            value += separator + segment.fill(rng)
        return value


@dataclass(frozen=True, slots=True)
class Maker:
    name: str
    serial: Form
    model: Form
    part: Form


def invent(rng: Random) -> Maker:
    """Return a maker that nobody knows."""
    name = "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 3))).capitalize()
    return Maker(
        name=(name.upper() if rng.random() < 0.5 else name) + rng.choice(_ENDINGS),
        serial=_form(rng, total=(6, 16), segments=(1, 2), blanks=0.04),
        model=_model(rng),
        part=_form(rng, total=(5, 13), segments=(1, 4), blanks=0.12),
    )


def _model(rng: Random) -> Form:
    """Return letters and a number, in one piece or several: 'XR-500', 'TTK 70 S', 'KD55X2'."""
    letters = Segment("", 0, "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXZ", k=rng.randint(1, 4))))
    number = Segment("123456789", 1), Segment("0123456789", rng.randint(1, 3))
    separator = rng.choice(("-", "-", "", "", " "))
    if rng.random() < 0.5:
        return Form((letters, *number), (separator, ""))
    tail = Segment("ABCDEFGHJKLMNPQRSTUVWXZ", rng.randint(1, 2))
    return Form((letters, *number, tail), (separator, "", rng.choice(("", "", "-", "/"))))


def _form(rng: Random, *, total: tuple[int, int], segments: tuple[int, int], blanks: float) -> Form:
    count = rng.randint(*segments)
    length = rng.randint(*total)
    sizes = [max(2, length // count + rng.randint(-1, 1)) for _ in range(count)]
    separator = " " if rng.random() < blanks else rng.choice(("-", "-", ".", "/", ""))
    made = tuple(_segment(rng, size, first=i == 0) for i, size in enumerate(sizes))
    if not any(c.isdigit() for s in made for c in s.alphabet):
        made = (*made[:-1], Segment("0123456789", made[-1].length))
    return Form(made, (separator,) * (count - 1))


def _segment(rng: Random, length: int, *, first: bool) -> Segment:
    alphabets, weights = zip(*_ALPHABETS, strict=True)
    alphabet = rng.choices(alphabets, weights)[0]
    if first and length > 4 and rng.random() < 0.3:
        return Segment("0123456789", length)
    return Segment(alphabet, length)
