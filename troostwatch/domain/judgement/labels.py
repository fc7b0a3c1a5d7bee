"""Labels: which readings of a photograph stand on one piece of paper or plate.

There are no edges to see here, only print: lines belong together that stand close, run in one direction and are about
as high. A caption takes no value from another label.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement import things
from troostwatch.domain.readings import Reading, ReadingKind

# In heights of the lower of two lines.
_FARTHEST_IN_ROW = 14.0
_FARTHEST_IN_COLUMN = 4.0
_ROW_IS_STRAIGHT = 0.8
_MOST_TURNED = math.radians(10)
_LONG_ENOUGH = 3.0  # heights; what is shorter does not tell its direction
_MOST_ENLARGED = 4.0  # a headline above its label


@dataclass(frozen=True, slots=True)
class Label:
    """Indices of the readings on one label, and whether it is the form that stands on machines."""

    readings: frozenset[int]
    nameplate: bool = False


def labels(readings: Sequence[Reading]) -> list[Label]:
    """Return the labels of a photograph, each reading on one of them."""
    groups = _connected([reading.quad for reading in readings])
    return [Label(frozenset(group), _is_plate(readings, group)) for group in groups]


def _is_plate(readings: Sequence[Reading], group: set[int]) -> bool:
    return things.is_nameplate(readings[i].text for i in group if readings[i].kind is ReadingKind.TEXT)


def _connected(quads: Sequence[Quad]) -> list[set[int]]:
    """Return the connected components of quads that stand together."""
    groups = [{i} for i in range(len(quads))]
    of = dict(enumerate(groups))
    for i, j in combinations(range(len(quads)), 2):
        if of[i] is not of[j] and _together(quads[i], quads[j]):
            joined, left = (of[i], of[j]) if len(of[i]) >= len(of[j]) else (of[j], of[i])
            joined |= left
            of |= dict.fromkeys(left, joined)
            left.clear()
    return [group for group in groups if group]


def _together(one: Quad, other: Quad) -> bool:
    low, high = sorted((one, other), key=lambda quad: quad.height)
    height = max(low.height, 1.0)
    if high.height > _MOST_ENLARGED * height and high.height < high.width:
        return False
    if _turned(one, other):
        return False
    angle = max(one, other, key=lambda quad: quad.width / max(1.0, quad.height)).angle
    there = one.seen_from(other, angle)
    across = max(0.0, abs(there.middle) - (one.height + other.height) / 2)
    along = max(there.start - other.width / 2, -other.width / 2 - there.end, 0.0)
    in_row = abs(there.middle) <= _ROW_IS_STRAIGHT * height and along <= _FARTHEST_IN_ROW * height
    return in_row or (across <= _FARTHEST_IN_COLUMN * height and along <= _FARTHEST_IN_COLUMN * height)


def _turned(one: Quad, other: Quad) -> bool:
    """Tell whether two lines that are long enough to tell run in different directions; bars may stand on their head."""
    if any(quad.width < _LONG_ENOUGH * quad.height for quad in (one, other)):
        return False
    turn = abs(one.angle - other.angle) % math.pi
    return min(turn, math.pi - turn) > _MOST_TURNED
