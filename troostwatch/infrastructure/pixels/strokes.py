"""Thin strokes of ink at native size: how densely a place is printed, without reading it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.geometry import Box

Grey = NDArray[np.uint8]
Corners = NDArray[np.float32]  # 4 x 2
Map = NDArray[np.float32]

_STROKE = 9  # pixels; strokes of letters up to 40 pixels high are thinner
_LEAST_CONTRAST = 20  # grey levels between a stroke and what is beside it
_CELL = 8  # pixels a side
_WINDOW = 5  # cells; over so many density is taken, and so many may lie between two lines
_DENSE = 0.07  # changes for a pixel, on average, from which on a place is printed
_LEAST_CELLS = 3
_CHANGES_A_LINE = 2.6  # times that ink begins or ends, along both axes, for a pixel of each line of print


@dataclass(frozen=True, slots=True)
class Strokes:
    """Of each cell of the picture, how often thin ink begins or ends there, for a pixel."""

    changes: Map

    @classmethod
    def of(cls, grey: Grey) -> Strokes:
        kernel = np.ones((_STROKE, _STROKE), np.uint8)
        seen = [_changes(cv2.morphologyEx(grey, way, kernel)) for way in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)]
        return cls(np.maximum(*seen))

    def lines_within(self, corners: Corners) -> float:
        """Return about how many lines of small print are stacked in a place; letters above 40 pixels are none."""
        height = min(cv2.minAreaRect(corners)[1])
        return self._mean(corners) * height / _CHANGES_A_LINE

    def places(self, within: Box) -> list[tuple[Corners, float]]:
        """Return the corners of each place in a box of the picture that is printed densely, and how densely."""
        x0, y0, x1, y1 = (side // _CELL for side in within.as_list())
        x0, y0 = max(0, x0), max(0, y0)
        density = cv2.blur(self.changes[y0:y1, x0:x1], (_WINDOW, _WINDOW)) if x1 > x0 and y1 > y0 else None
        if density is None:
            return []
        dense = cv2.morphologyEx(
            np.asarray(density > _DENSE, np.uint8), cv2.MORPH_OPEN, np.ones((_LEAST_CELLS, _LEAST_CELLS), np.uint8)
        )
        joined = cv2.morphologyEx(dense, cv2.MORPH_CLOSE, np.ones((_WINDOW, _WINDOW), np.uint8))
        count, labels = cv2.connectedComponents(joined, connectivity=4)
        found = []
        for number in range(1, count):
            mine = np.asarray(labels == number, np.uint8)
            cells = np.asarray(cv2.findNonZero(mine)).reshape(-1, 2)
            corners = cv2.boxPoints(cv2.minAreaRect((cells + 0.5 + (x0, y0)).astype(np.float32) * _CELL))
            found.append((np.asarray(corners, np.float32), float(cv2.mean(density, mine)[0])))
        return found

    def _mean(self, corners: Corners) -> float:
        x, y, wide, high = cv2.boundingRect(np.round(corners / _CELL).astype(np.int32))
        rows, columns = self.changes.shape
        x0, y0, x1, y1 = max(0, x), max(0, y), min(columns, x + wide), min(rows, y + high)
        if x0 >= x1 or y0 >= y1:
            return 0.0
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillConvexPoly(mask, np.round(corners / _CELL - (x0, y0)).astype(np.int32), 255)
        return float(cv2.mean(self.changes[y0:y1, x0:x1], mask)[0])


def _changes(strokes: NDArray[np.uint8] | cv2.typing.MatLike) -> Map:
    _, ink = cv2.threshold(strokes, _LEAST_CONTRAST, 255, cv2.THRESH_BINARY)
    across, down = np.zeros_like(ink), np.zeros_like(ink)
    cv2.absdiff(ink[:, 1:], ink[:, :-1], across[:, 1:])
    cv2.absdiff(ink[1:], ink[:-1], down[1:])
    return _cells(across) + _cells(down)


def _cells(levels: NDArray[np.uint8] | cv2.typing.MatLike) -> Map:
    """Return the mean of each cell, 0 to 1; what is left over at the right and lower edge counts to no cell."""
    rows, columns = (side // _CELL for side in levels.shape[:2])
    if not rows or not columns:
        return np.zeros((1, 1), np.float32)
    whole = levels[: rows * _CELL, : columns * _CELL]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)
