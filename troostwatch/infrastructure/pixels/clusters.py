"""What glows on the heat map of a text detector, grouped as the print of one label stands together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.geometry import Quad

Corners = NDArray[np.float32]  # 4 x 2
Map = NDArray[np.float32]

_GLOWS = 0.12  # from this heat on something may be print; boxes begin at 0.3
_JOINED = 9  # pixels of the heat map over which a glow reaches for what belongs to it
_REACH = 0.7  # heights of a line over which it does


@dataclass(frozen=True, slots=True)
class Cluster:
    """Boxes and glow that stand together, as print of one label does."""

    quad: Quad  # its first side runs along its longest line
    boxes: tuple[int, ...]  # indices of the boxes in it
    unboxed: float  # pixels of the picture that glow outside any box


def clusters(
    heat: Map, boxes: Sequence[Corners], scale: tuple[float, float], *, alone: Collection[int] = ()
) -> list[Cluster]:
    """Return what glows on the heat map of a picture, grouped; `scale` is pixels of the map for one of the picture.

    Boxes whose indices are in `alone` stay by themselves.
    """
    glow = (heat > _GLOWS).astype(np.uint8)
    boxed, reach = np.zeros_like(glow), np.zeros_like(glow)
    on_map = [corners * np.asarray(scale, np.float32) for corners in boxes]
    for index, corners in enumerate(on_map):
        cv2.fillConvexPoly(boxed, np.round(corners).astype(np.int32), 1)
        if index in alone:
            continue
        middle, (width, height), angle = cv2.minAreaRect(corners)
        more = 2 * _REACH * min(width, height)
        around = cv2.boxPoints((middle, (width + more, height + more), angle))
        cv2.fillConvexPoly(reach, np.round(np.asarray(around)).astype(np.int32), 1)
    own = np.zeros_like(glow)
    for index in alone:
        cv2.fillConvexPoly(own, np.round(on_map[index]).astype(np.int32), 1)
    wider = cv2.dilate(cv2.bitwise_or(glow, boxed), np.ones((_JOINED, _JOINED), np.uint8))
    everything = cv2.bitwise_and(cv2.bitwise_or(reach, wider), 1 - own)
    count, found_labels = cv2.connectedComponents(everything, connectivity=4)
    labels = np.asarray(found_labels, np.int32)
    outside = np.asarray(cv2.morphologyEx(glow & (1 - boxed), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)))
    unboxed = np.bincount(labels[outside > 0], minlength=count)
    of_box = [_label_at(labels, corners.mean(axis=0)) for corners in on_map]
    found = [Cluster(aligned(boxes[i], _direction([boxes[i]])), (i,), 0.0) for i in alone]
    for number in range(1, count):
        mine = tuple(i for i, label in enumerate(of_box) if label == number and i not in alone)
        # What it covers without having been widened.
        covered = cv2.findNonZero(((labels == number) & (glow | boxed > 0)).astype(np.uint8))
        if covered is not None:
            points = np.asarray(np.asarray(covered).reshape(-1, 2) / np.asarray(scale), np.float32)
            quad = aligned(points, _direction([boxes[i] for i in mine]))
            found.append(Cluster(quad, mine, float(unboxed[number]) / (scale[0] * scale[1])))
    return found


def _label_at(labels: NDArray[np.int32], point: NDArray[np.float32]) -> int:
    x, y = (int(np.clip(value, 0, side - 1)) for value, side in zip(point, labels.shape[::-1], strict=True))
    return int(labels[y, x])


def _direction(boxes: Sequence[Corners]) -> float | None:
    """Return the angle of the longest box; nothing where none is long enough to have one."""
    longest = 0.0
    angle = None
    for corners in boxes:
        sides = corners[1] - corners[0], corners[2] - corners[1]
        along, across = sorted(sides, key=lambda side: float(np.hypot(*side)), reverse=True)
        length = float(np.hypot(*along))
        if length > longest and length > 2 * float(np.hypot(*across)):
            longest, angle = length, float(np.arctan2(along[1], along[0]))
    return angle


def aligned(points: Corners, angle: float | None) -> Quad:
    """Return the smallest rectangle around the points in this direction, or of all where there is none."""
    if angle is None:
        box = cv2.boxPoints(cv2.minAreaRect(points))
        angle = float(np.arctan2(*(box[1] - box[0])[::-1]))
    # Within half a right angle of upright: which of its sides is the top is found by reading.
    angle = (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = points @ turn
    (x0, y0), (x1, y1) = turned.min(axis=0), turned.max(axis=0) + 1
    a, b, c, d = ((float(x), float(y)) for x, y in np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) @ turn.T)
    return Quad((a, b, c, d))
