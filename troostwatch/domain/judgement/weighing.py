"""How much each kind of evidence is worth, and the probability that follows from all of it.

A code is right when its type and its value are right. For each of the two the weights of the evidence are
added up as log-odds, from even odds on; the confidence is the product of the two probabilities. The weights stand
in `weights.toml`, which `scripts/fit_weights.py` writes from photographs whose codes are known.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from troostwatch.domain.judgement.claims import Basis


class Witness(StrEnum):
    """What speaks for or against the *characters* of a code."""

    SYMBOL = "symbol"  # bars, decoded in several passes over the picture
    SYMBOL_ONCE = "symbol_once"  # in one pass, and something else speaks for it
    SYMBOL_ONCE_ALONE = "symbol_once_alone"
    SYMBOL_WEAK = "symbol_weak"  # bars without a compulsory check digit: a part of them reads as well
    MATRIX = "matrix"  # QR code, DataMatrix …: corrects its own errors
    TEXT = "text"  # a line of text shows them
    TEXT_SURE = "text_sure"  # and its engine was sure of every single one
    TEXT_POOR = "text_poor"  # a line of which its engine was not sure
    TEXT_COARSE = "text_coarse"  # only engines that often mistake a sign show them
    SECOND_TEXT = "second_text"  # another line shows them too
    THIRD_TEXT = "third_text"
    AGAIN = "again"  # a closer look at the line read the same
    AGAIN_OTHERWISE = "again_otherwise"
    MENDED = "mended"  # the line shows them but for a letter that the maker never uses
    IN_SYMBOL = "in_symbol"  # a symbol on the photograph begins with them
    CHECK_DIGIT = "check_digit"  # read as text, and the check digit is right
    CUT_OFF = "cut_off"  # the line runs into the edge of the picture
    LOOK_ALIKES = "look_alikes"  # read as text alone, with signs that are easily taken for others
    MORE_FOLLOWS = "more_follows"  # the line goes on behind it as codes do: a blank may have cut it in two
    GROUPED = "grouped"  # read as text alone, in groups: a blank may part it from something else
    RIVAL = "rival"  # another reading, one look-alike apart, says otherwise
    RIVAL_BARS = "rival_bars"  # the same bars, or the digits printed under them, were also read as another value
    OPINION = "opinion"  # a second reader names it


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds (natural logarithm) of every basis of a type and every witness of a value."""

    type: dict[Basis, float]
    value: dict[Witness, float]

    def of_type(self, bases: Iterable[Basis]) -> float:
        return sum(self.type[basis] for basis in bases)

    def of_value(self, witnesses: Iterable[Witness]) -> float:
        return sum(self.value[witness] for witness in witnesses)


@cache
def weights() -> Weights:
    """Return the fitted weights that came with the program."""
    return _column("weight")


def prior() -> Weights:
    """Return the weights that were set by hand, from which the fitted ones depart as far as cases make them."""
    return _column("prior")


def _column(name: str) -> Weights:
    table = tomllib.loads((files("troostwatch.domain.judgement") / "weights.toml").read_text(encoding="utf-8"))
    return Weights(
        type={basis: float(table["type"][basis][name]) for basis in Basis},
        value={witness: float(table["value"][witness][name]) for witness in Witness},
    )


def probability(log_odds: float) -> float:
    """Return the logistic function of `log_odds`."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, log_odds))))


def confidence(
    by: Weights, bases: Iterable[Basis], others: Iterable[Iterable[Basis]], witnesses: Iterable[Witness]
) -> float:
    """Return P(type) x P(value); `others` are the bases on which the same characters are claimed for other types."""
    rivals = sum(math.exp(min(60.0, by.of_type(other))) for other in others)
    return probability(by.of_type(bases) - math.log1p(rivals)) * probability(by.of_value(witnesses))
