"""Does a probability keep its word? Of codes reported at 0.9, about nine in ten should be right."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
# Two standard errors: the true share lies within in 19 of 20 cases.
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Bin:
    """Codes whose confidence lies from `low` up to `high` (the last bin includes it)."""

    low: float
    high: float
    right: int
    total: int
    said: float  # mean confidence

    @property
    def share(self) -> float:
        return self.right / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """Return Wilson's score interval of the share, 95 % (Wilson 1927)."""
        n, p = self.total, self.share
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        reach = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        return max(0.0, middle - reach), min(1.0, middle + reach)


def reliability(judged: Iterable[tuple[float, bool]]) -> list[Bin]:
    """Return the bins that hold anything, from pairs of a confidence and whether the code was right."""
    pairs = list(judged)
    bins = []
    for low, high in pairwise(EDGES):
        inside = [(p, right) for p, right in pairs if low <= p < high or (p == high == EDGES[-1])]
        if inside:
            right = sum(right for _, right in inside)
            bins.append(Bin(low, high, right, len(inside), mean(p for p, _ in inside)))
    return bins
