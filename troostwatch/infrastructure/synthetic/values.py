"""Invented values of true shape: serials, part numbers, addresses, with check digits that check."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from stdnum import ean, luhn
from stdnum.iso7064 import mod_97_10

DIGITS = "0123456789"
HEX = "0123456789ABCDEF"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # makers leave out I and O, which look like 1 and 0
ALNUM = DIGITS + LETTERS
CONSONANTS = DIGITS + "BCDFGHJKLMNPQRSTVWXYZ"  # no vowels, so that no serial spells a word

Make = Callable[[Random], str]

_ALPHABETS = {"9": DIGITS, "A": LETTERS, "X": ALNUM, "C": CONSONANTS, "H": HEX}
_HOLE = re.compile(r"\{([9AXCH])(?::(\d+))?\}")


def shaped(*shapes: str) -> Make:
    """Return a maker that fills one of `shapes`.

    In a shape `{9}` stands for a digit, `{A}` a letter, `{X}` either, `{C}` a digit or consonant, `{H}` a
    hexadecimal digit; a number after it repeats (`{9:4}`); everything else stands for itself.
    """

    def make(rng: Random) -> str:
        def one(hole: re.Match[str]) -> str:
            return "".join(rng.choices(_ALPHABETS[hole[1]], k=int(hole[2] or 1)))

        return _HOLE.sub(one, rng.choice(shapes))

    return make


def gtin(*prefixes: str) -> Make:
    """Return a maker of thirteen-digit GTINs that begin with one of `prefixes`."""

    def make(rng: Random) -> str:
        prefix = rng.choice(prefixes)
        body = prefix + "".join(rng.choices(DIGITS, k=12 - len(prefix)))
        return body + str(ean.calc_check_digit(body))

    return make


def imei(rng: Random) -> str:
    """Return fifteen digits of the European number range, the last one a Luhn digit."""
    body = "35" + "".join(rng.choices(DIGITS, k=12))
    return body + str(luhn.calc_check_digit(body))


def eid(rng: Random) -> str:
    """Return the 32 digits of an embedded SIM: mod 97 of the whole is 1."""
    body = "89" + "".join(rng.choices(DIGITS, k=28))
    return body + str(mod_97_10.calc_check_digits(body))


def mac(*makers: str) -> Make:
    """Return a maker of addresses as twelve hexadecimal digits, from the blocks given to `makers`."""

    def make(rng: Random) -> str:
        return rng.choice(makers) + "".join(rng.choices(HEX, k=6))

    return make


def uuid(rng: Random) -> str:
    digits = "".join(rng.choices(HEX, k=32))
    return "-".join((digits[:8], digits[8:12], "11" + digits[12:14], digits[16:20], digits[20:]))


def one_of(*choices: str) -> Make:
    return lambda rng: rng.choice(choices)


def with_colons(address: str) -> str:
    return ":".join(address[i : i + 2] for i in range(0, 12, 2))


def express_code(service_tag: str) -> str:
    """Return the number that a service tag is in base 36, grouped as Dell prints it for telephone keys."""
    digits = str(int(service_tag, 36))
    return "-".join(digits[i : i + 3] for i in range(0, len(digits), 3))
