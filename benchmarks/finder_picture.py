"""The picture of the finder: codes found and codes read against what was looked at twice, and the time of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

_WIDE, _HIGH, _LEFT, _TOP, _GAP = 380, 300, 64, 60, 80
_PAPER, _INK, _GRID = "white", (35, 35, 40), (222, 222, 222)
_STEPS = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_FOUND, _READ = (22, 95, 165), (22, 135, 67)


@dataclass(frozen=True)
class Point:
    area: float  # megapixels a photograph looked at twice
    seconds: float
    found: float  # share of the codes
    recall: float


def draw(points: Sequence[Point]) -> bytes:
    """Return the picture as PNG: on the left against area, on the right against time."""
    picture = Image.new("RGB", (2 * (_LEFT + _WIDE) + _GAP, _TOP + _HIGH + 64), _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((12, 10), "Small labels in large photographs", fill=_INK, font=ImageFont.load_default(size=17))
    pen.text(
        (12, 34),
        "blue: codes found in their places   green: codes reported",
        fill=_INK,
        font=ImageFont.load_default(size=13),
    )
    _panel(pen, _LEFT, [(p.area, p) for p in points], "megapixels looked at twice, a photograph")
    _panel(pen, 2 * _LEFT + _WIDE + _GAP - 20, [(p.seconds, p) for p in points], "seconds of one core for the text")
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _panel(pen: ImageDraw.ImageDraw, left: int, points: Sequence[tuple[float, Point]], below: str) -> None:
    font = ImageFont.load_default(size=13)
    step = next(step for step in _STEPS if 4 * step >= max(x for x, _ in points))
    most = 4 * step

    def at(x: float, share: float) -> tuple[float, float]:
        return left + _WIDE * x / most, _TOP + _HIGH * (1 - share)

    for fifth in range(6):
        pen.line([at(0, fifth / 5), at(most, fifth / 5)], fill=_GRID)
        pen.text((left - 30, at(0, fifth / 5)[1] - 8), f"{fifth / 5:.1f}", fill=_INK, font=font)
    for fourth in range(5):
        x, y = at(step * fourth, 0)
        pen.text((x - 10, y + 8), f"{step * fourth:g}", fill=_INK, font=font)
    pen.rectangle([at(0, 1), at(most, 0)], outline=_INK)
    for colour, name in ((_FOUND, "found"), (_READ, "recall")):
        line = [at(x, getattr(p, name)) for x, p in points]
        pen.line(line, fill=colour, width=2)
        for x, y in line:
            pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=colour)
    pen.text((left + 60, _TOP + _HIGH + 32), below, fill=_INK, font=font)
