"""Lines of text of a photograph: first over the whole of it, then again where print is too small for that."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.readings import Look, LookReason
from troostwatch.infrastructure.ai.ppocr import DETECTION_SIDE, Corners, Line, Pixels, PpOcr
from troostwatch.infrastructure.pixels import cutting, label_finder
from troostwatch.infrastructure.pixels.label_finder import Overview

_CLEAR = 0.93  # score of a line that no second look improves
_SAME_PLACE = 0.65  # share of the larger of two boxes that both cover
_SAME_PRINT = 0.5  # and of the smaller one, where one holds the print of the other
_AS_GOOD = 0.95  # how much as much as before a second look has to say to be believed instead
_MOST_LINES = 40  # read in regions of one photograph; boards and keyboards have hundreds
_WIDER = 0.4  # shares of its sides by which a region grows on every side that cut a line
_AT_EDGE = 3.0  # pixels of the picture
# A picture so much longer than wide is read in pieces of the other shape, which share this much of their length.
_LONG, _PIECE, _SHARED = 3.0, 1.6, 0.15
_ENOUGH_SECONDS = 30.0  # after which no further region is looked at; only a picture made to be slow takes so long


class Sight:
    """Reads a picture; one object serves one process."""

    def __init__(self, engine: PpOcr, *, most_area: float = label_finder.MOST_AREA) -> None:
        """`most_area` is how many pixels of a picture are looked at twice."""
        self._engine = engine
        self._most_area = most_area

    def lines(self, picture: Pixels) -> list[Line]:
        """Return the lines of text of an upright picture. Raises ImageError."""
        pieces = _pieces(picture.shape[1], picture.shape[0])
        if len(pieces) == 1:
            return self._lines(picture, self._most_area)
        lines: list[Line] = []
        for x0, y0, x1, y1 in pieces:
            piece = np.ascontiguousarray(picture[y0:y1, x0:x1])
            look = Look(LookReason.LONG, Quad.upright(x0, y0, x1, y1), _overview_scale(x1 - x0, y1 - y0))
            mine = [_moved(line, x0, y0, look) for line in self._lines(piece, self._most_area / len(pieces))]
            lines = _merged(lines, [line for line in mine if not _cut_by_seam(line, look.quad.box, picture)])
        return lines

    def looks(self, picture: Pixels) -> list[Look]:
        """Return the regions that `lines` looks at twice, without doing so."""
        return self._overview(picture, self._most_area)[1]

    def _lines(self, picture: Pixels, most_area: float) -> list[Line]:
        lines, looks = self._overview(picture, most_area)
        until = time.monotonic() + _ENOUGH_SECONDS
        room = _MOST_LINES
        for look in looks:
            if room > 0 and time.monotonic() < until:
                closer = self._closer(picture, look, lines, room)
                room -= sum(line.look is not None for line in closer)
                lines = _merged(lines, closer)
        return lines

    def _overview(self, picture: Pixels, most_area: float) -> tuple[list[Line], list[Look]]:
        found = self._engine.detect(picture)
        lines = [self._engine.line(picture, corners) for corners in found.boxes]
        clear = [line.score >= _CLEAR for line in lines]
        overview = Overview(found.heat, found.boxes, clear, found.scale)
        return lines, label_finder.regions(picture, overview, most_area=most_area)

    def _closer(self, picture: Pixels, look: Look, known: Sequence[Line], room: int) -> list[Line]:
        """Return the lines of one region, `room` of them; those that were clear before are taken over as they are.

        Where the edge of the region cuts a line, a wider one is looked at. What that cuts as well is left out: a part
        of a value is no value.
        """
        whole, cut = self._within(picture, look)
        if cut:
            look = replace(look, quad=label_finder.widened(look.quad, _WIDER))
            whole, _ = self._within(picture, look)
        lines = []
        for there in whole[:room]:
            same = next((line for line in known if line.score >= _CLEAR and _stands_there(line, there)), None)
            lines.append(same or replace(self._engine.line(picture, there), look=look))
        return lines

    def _within(self, picture: Pixels, look: Look) -> tuple[list[Corners], int]:
        """Return where whole lines stand in a region of the picture, and how many its edge cuts."""
        piece = cutting.cut(picture, look.quad, scale=look.scale)
        whole, cut = [], 0
        for corners in self._engine.detect(piece.pixels, most_side=max(piece.pixels.shape)).boxes:
            there = _from_upper_left(piece.in_picture(corners))
            if piece.touches_edge(corners) and not _reaches_edge(picture, there):
                cut += 1
            else:
                whole.append(there)
        return whole, cut


def _reaches_edge(picture: Pixels, corners: Corners) -> bool:
    height, width = picture.shape[:2]
    return bool((corners < _AT_EDGE).any() or (corners > np.array([width, height], np.float32) - _AT_EDGE).any())


def _pieces(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Return the boxes in which a picture is read: itself, or overlapping pieces of one that is very long."""
    long, short = max(width, height), min(width, height)
    if long <= DETECTION_SIDE or long < _LONG * short:
        return [(0, 0, width, height)]
    length = max(DETECTION_SIDE, round(_PIECE * short))
    many = max(1, -(-long // round(length * (1 - _SHARED))))
    starts = [round(i * (long - length) / (many - 1)) for i in range(many)] if many > 1 else [0]
    boxes = [(start, 0, min(long, start + length), short) for start in starts]
    return boxes if width >= height else [(y0, x0, y1, x1) for x0, y0, x1, y1 in boxes]


def _overview_scale(width: int, height: int) -> float:
    return round(min(1.0, DETECTION_SIDE / max(width, height)), 2)


def _moved(line: Line, x: int, y: int, look: Look) -> Line:
    mine = replace(line.look, quad=line.look.quad.moved(x, y)) if line.look else look
    return replace(line, quad=line.quad.moved(x, y), look=mine)


def _cut_by_seam(line: Line, piece: Box, picture: Pixels) -> bool:
    """Tell whether a line reaches an edge of its piece that is none of the picture."""
    box, (height, width) = line.quad.box, picture.shape[:2]
    return (
        (piece.x0 > 0 and box.x0 < piece.x0 + _AT_EDGE)
        or (piece.y0 > 0 and box.y0 < piece.y0 + _AT_EDGE)
        or (piece.x1 < width and box.x1 > piece.x1 - _AT_EDGE)
        or (piece.y1 < height and box.y1 > piece.y1 - _AT_EDGE)
    )


def _from_upper_left(corners: Corners) -> Corners:
    """Return the corners clockwise from the upper left one, as the detector gives them."""
    return np.roll(corners, -int(np.argmin(corners.sum(axis=1))), axis=0)


def _corners(line: Line) -> Corners:
    return np.array(line.quad.corners, np.float32)


def _shared(one: Corners, other: Corners) -> float:
    return float(cv2.intersectConvexConvex(one, other)[0])


def _stands_there(line: Line, corners: Corners) -> bool:
    mine = _corners(line)
    return _shared(mine, corners) > _SAME_PLACE * max(cv2.contourArea(mine), cv2.contourArea(corners))


def _hold_the_same(one: Line, other: Line) -> bool:
    mine, its = _corners(one), _corners(other)
    return _shared(mine, its) > _SAME_PRINT * min(cv2.contourArea(mine), cv2.contourArea(its))


def _merged(before: Iterable[Line], closer: Sequence[Line]) -> list[Line]:
    """Return what was seen before and closer; where both saw the same print, what says more and is surer of it."""
    kept: list[Line] = []
    dropped: set[int] = set()
    for line in before:
        if any(line is other for other in closer):
            continue
        inside = [i for i, other in enumerate(closer) if _hold_the_same(line, other)]
        if not inside or sum(_worth(closer[i]) for i in inside) < _AS_GOOD * _worth(line):
            kept.append(line)
            dropped.update(inside)
    return kept + [line for i, line in enumerate(closer) if i not in dropped]


def _worth(line: Line) -> float:
    return len(line.text.replace(" ", "")) * line.score**2
