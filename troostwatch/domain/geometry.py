"""Where something stands on a photograph: boxes and tilted quadrilaterals, in pixels of the upright picture."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle, `x0 <= x1` and `y0 <= y1`, y downwards."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def area(self) -> int:
        return max(0, self.x1 - self.x0) * max(0, self.y1 - self.y0)

    def overlap(self, other: Box) -> int:
        """Return the area that both cover."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(0, width) * max(0, height)

    def share_inside(self, other: Box) -> float:
        """Return how much of this box lies inside `other`, 0 to 1."""
        return self.overlap(other) / self.area if self.area else 0.0

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Self:
        """Return the smallest box that holds all of these; there has to be one."""
        lefts, tops, rights, bottoms = zip(*((b.x0, b.y0, b.x1, b.y1) for b in boxes), strict=True)
        return cls(min(lefts), min(tops), max(rights), max(bottoms))

    def as_list(self) -> list[int]:
        return [self.x0, self.y0, self.x1, self.y1]


@dataclass(frozen=True, slots=True)
class Extent:
    """From where to where something reaches along a direction of reading and, downwards, across it."""

    start: float
    end: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Quad:
    """Four corners in reading order: start of the first line, its end, then below the end, below the start.

    The order carries the direction of reading, so a word printed upside down has its first corner at the
    lower right of the picture.
    """

    corners: tuple[Point, Point, Point, Point]

    @classmethod
    def upright(cls, x0: float, y0: float, x1: float, y1: float) -> Self:
        return cls(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))

    @property
    def box(self) -> Box:
        xs, ys = zip(*self.corners, strict=True)
        return Box(round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys)))

    @property
    def centre(self) -> Point:
        xs, ys = zip(*self.corners, strict=True)
        return sum(xs) / 4, sum(ys) / 4

    @property
    def angle(self) -> float:
        """Return the direction of reading in radians; 0 is left to right, positive turns clockwise."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.corners
        return math.atan2((by + cy) - (ay + dy), (bx + cx) - (ax + dx))

    @property
    def width(self) -> float:
        """Return the length along the direction of reading."""
        a, b, c, d = self.corners
        return (math.dist(a, b) + math.dist(d, c)) / 2

    @property
    def height(self) -> float:
        """Return the extent across the direction of reading: the height of the letters."""
        a, b, c, d = self.corners
        return (math.dist(a, d) + math.dist(b, c)) / 2

    def seen_from(self, other: Quad, angle: float) -> Extent:
        """Return where this stands for someone who reads `other` at this angle and sits in its middle."""
        cx, cy = other.centre
        cos, sin = math.cos(-angle), math.sin(-angle)
        xs, ys = zip(
            *(((x - cx) * cos - (y - cy) * sin, (x - cx) * sin + (y - cy) * cos) for x, y in self.corners),
            strict=True,
        )
        return Extent(min(xs), max(xs), min(ys), max(ys))

    def moved(self, right: float, down: float) -> Quad:
        a, b, c, d = ((x + right, y + down) for x, y in self.corners)
        return Quad((a, b, c, d))

    def wider(self, along: float, across: float) -> Quad:
        """Return the quad with so much more at either end along the direction of reading, and above and below."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)

        def out(corner: Point, u: float, v: float) -> Point:
            return corner[0] + u * cos - v * sin, corner[1] + u * sin + v * cos

        a, b, c, d = self.corners
        return Quad((out(a, -along, -across), out(b, along, -across), out(c, along, across), out(d, -along, across)))

    def part(self, start: float, end: float) -> Quad:
        """Return the slice between two fractions (0 to 1) of the way along the reading direction."""
        a, b, c, d = self.corners
        return Quad((_between(a, b, start), _between(a, b, end), _between(d, c, end), _between(d, c, start)))


def _between(p: Point, q: Point, share: float) -> Point:
    return p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share
