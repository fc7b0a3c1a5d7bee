"""The reliability picture: what was said against what was true, a point a bin, with its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from troostwatch.domain.calibration import Bin
from troostwatch.domain.counting import counted

_SIDE = 420
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 72, 150, 60
_PAPER, _INK, _GRID, _POINT = "white", (35, 35, 40), (222, 222, 222), (22, 95, 165)


def draw_reliability(bins: Sequence[Bin], *, title: str) -> bytes:
    """Return the picture as PNG; points on the diagonal mean that probabilities keep their word."""
    picture = Image.new("RGB", (_LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BOTTOM), _PAPER)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=14)
    pen.text((12, 12), title, fill=_INK, font=ImageFont.load_default(size=17))
    for tenth in range(0, 11, 2):
        share = tenth / 10
        pen.line([_at(share, 0), _at(share, 1)], fill=_GRID)
        pen.line([_at(0, share), _at(1, share)], fill=_GRID)
        x, y = _at(share, 0)
        pen.text((x - 10, y + 8), f"{share:.1f}", fill=_INK, font=font)
        pen.text((_LEFT - 34, _at(0, share)[1] - 8), f"{share:.1f}", fill=_INK, font=font)
    pen.rectangle([_at(0, 1), _at(1, 0)], outline=_INK)
    pen.line([_at(0, 0), _at(1, 1)], fill=_INK)
    for each in bins:
        low, high = each.interval
        pen.line([_at(each.said, low), _at(each.said, high)], fill=_POINT, width=2)
        x, y = _at(each.said, each.share)
        pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill=_POINT)
    for line, each in enumerate(reversed(bins)):
        text = f"{each.low:.2f}-{each.high:.2f}: {each.right}/{each.total}"
        pen.text((_LEFT + _SIDE + 12, _TOP + 22 * line), text, fill=_INK, font=font)
    x, y = _at(0.5, 0)
    pen.text((x - 75, y + 30), "probability reported", fill=_INK, font=font)
    pen.text((8, _TOP - 22), "share that was right", fill=_INK, font=font)
    total = counted(sum(each.total for each in bins), "code")
    pen.text((_LEFT + _SIDE + 12, _TOP + 22 * len(bins) + 8), f"{total} in all", fill=_INK, font=font)
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _at(x: float, y: float) -> tuple[float, float]:
    return _LEFT + x * _SIDE, _TOP + (1 - y) * _SIDE
