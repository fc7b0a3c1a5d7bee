"""Where on a photograph small print could be that the whole picture is too small to show: regions, best first.

Two witnesses, none of which reads: the text detector's heat map of the whole picture, which glows where print is too
small to be told apart, and thin strokes at native size. What is looked at again is bounded by its area, so that the
same picture always comes out the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.readings import Look, LookReason
from troostwatch.infrastructure.pixels.clusters import Cluster, aligned, clusters
from troostwatch.infrastructure.pixels.strokes import Strokes

# Print reaches beyond what glows of it: a region is so much wider on every side, in shares of its sides and pixels.
_WIDER, _WIDER_AT_LEAST = 0.12, 14.0
# Pixels looked at a second time in one photograph, and the share of its own that a large one adds to them.
MOST_AREA = 1_000_000
_MORE_OF_LARGE = 0.03

_SMALL = 26.0  # pixels; lines that high or lower are small print
_STACKED = 3.2  # lines of print within one box from which on it is no line
_UNBOXED = 150.0  # pixels that glow outside boxes, from which on there may be print
_LEAST_LENGTH, _LEAST_HEIGHT = 48.0, 12.0  # pixels of a region; on less there is no code
_LARGE = 1_600_000  # pixels of a region in which a small label would be lost
_FARTHEST = 0.19  # scale of the whole picture below which print of 9 pixels does not even glow
_LARGEST_LOOK = 800_000  # pixels of one look: about as many as the whole picture has, so that memory stays the same
_AREA_OF_ANY = 50_000  # what a region costs however small it is
_LEAST_GAIN = 1.8  # times larger than in the whole picture; less shows nothing new
_ENLARGED_BELOW, _ENLARGED = 100_000, 1.6  # pixels of regions so small that enlarging them costs little

Corners = NDArray[np.float32]  # 4 x 2


@dataclass(frozen=True, slots=True)
class Overview:
    """What the detector made of the whole picture, and which of its lines read clearly."""

    heat: NDArray[np.float32]
    boxes: Sequence[Corners]  # in pixels of the picture
    clear: Sequence[bool]  # of each box
    scale: tuple[float, float]  # pixels of the heat map for one of the picture, across and down


@dataclass(frozen=True, slots=True)
class _Wish:
    """A region that deserves a second look, and how much speaks for it among those with the same reason."""

    quad: Quad
    reason: LookReason
    promise: float

    @property
    def area(self) -> float:
        return self.quad.width * self.quad.height


def regions(picture: NDArray[np.uint8], overview: Overview, *, most_area: float = MOST_AREA) -> list[Look]:
    """Return what of a picture (blue green red) is worth a second look, the most promising first."""
    left = most_area + (_MORE_OF_LARGE * picture.shape[0] * picture.shape[1] if most_area else 0)
    looks = []
    for wish in _wishes(picture, overview):
        scale = _scale(wish.area, left)
        if scale >= _LEAST_GAIN * overview.scale[0]:
            left -= max(_AREA_OF_ANY, wish.area * scale**2)
            looks.append(Look(wish.reason, wish.quad, round(scale, 2)))
    return looks


def widened(quad: Quad, share: float) -> Quad:
    """Return a region with a share of its sides more on every side."""
    return quad.wider(max(_WIDER_AT_LEAST, share * quad.width), max(_WIDER_AT_LEAST, share * quad.height))


def _scale(area: float, left: float) -> float:
    """Return at which scale a region is looked at: native, more where it is small, less where little area is left."""
    most = _ENLARGED if area < _ENLARGED_BELOW else 1.0
    return min(most, math.sqrt(max(0.0, min(left, _LARGEST_LOOK)) / area))


def _wishes(picture: NDArray[np.uint8], overview: Overview) -> list[_Wish]:
    """Return the regions with a reason to look again: of all reasons the strongest, then of all promises."""
    strokes = Strokes.of(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8))
    stacked = _stacked(overview, strokes)
    found = clusters(overview.heat, overview.boxes, overview.scale, alone=stacked)
    wishes = [wish for cluster in found if (wish := _wish(cluster, overview, stacked))]
    large = [wish.quad.box for wish in wishes if wish.area > _LARGE]
    wishes = [wish for wish in wishes if wish.area <= _LARGE]
    if overview.scale[0] < _FARTHEST:
        large = [Box(0, 0, picture.shape[1], picture.shape[0])]
    wishes += [wish for box in large for wish in _dense(strokes, box)]
    order = list(LookReason)
    return sorted(wishes, key=lambda wish: (order.index(wish.reason), -wish.promise))


def _dense(strokes: Strokes, within: Box) -> list[_Wish]:
    """Return what is printed densely where too much glows, or the whole picture is too small, to tell a label."""
    quads = ((aligned(corners, None), density) for corners, density in strokes.places(within))
    wishes = [_Wish(widened(quad, _WIDER), LookReason.DENSE, density) for quad, density in quads]
    return [w for w in wishes if w.area <= _LARGE and max(w.quad.width, w.quad.height) >= _LEAST_LENGTH]


def _stacked(overview: Overview, strokes: Strokes) -> dict[int, float]:
    """Return the boxes that hold several lines and so read as nothing, with the number of their lines."""
    tall = {
        index: strokes.lines_within(corners)
        for index, (corners, clear) in enumerate(zip(overview.boxes, overview.clear, strict=True))
        if not clear and _height(corners) > 2 * _SMALL
    }
    return {index: lines for index, lines in tall.items() if lines > _STACKED}


def _wish(cluster: Cluster, overview: Overview, stacked: dict[int, float]) -> _Wish | None:
    quad = widened(cluster.quad, _WIDER)
    if max(cluster.quad.width, cluster.quad.height) < _LEAST_LENGTH:
        return None
    if min(cluster.quad.width, cluster.quad.height) < _LEAST_HEIGHT:
        return None
    if cluster.boxes and cluster.boxes[0] in stacked:
        return _Wish(quad, LookReason.PACKED, stacked[cluster.boxes[0]])
    if cluster.unboxed >= _UNBOXED:
        return _Wish(quad, LookReason.GLOW, cluster.unboxed)
    small = sum(not overview.clear[i] and _height(overview.boxes[i]) <= _SMALL for i in cluster.boxes)
    return _Wish(quad, LookReason.SMALL, small) if small else None


def _height(corners: Corners) -> float:
    return float(min(cv2.minAreaRect(corners)[1]))
