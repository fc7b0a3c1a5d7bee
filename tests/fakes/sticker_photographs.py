"""A drawn sticker, photographed straight or turned, with the truth of what stands where."""

from __future__ import annotations

import io
from functools import cache
from random import Random

from PIL import Image

from troostwatch.domain.geometry import Quad
from troostwatch.infrastructure.synthetic import layouts, stickers
from troostwatch.infrastructure.synthetic.photographs import Conditions, photograph
from troostwatch.infrastructure.synthetic.truth import Truth


@cache
def taken(quarter_turns: int = 0) -> tuple[bytes, Truth]:
    """Return the JPEG of a laptop's sticker, turned clockwise, and its truth; drawn once a test run."""
    flat = stickers.print_sticker(layouts.fill(layouts.LENOVO, Random(2)).sticker)
    picture = photograph(flat, Conditions(quarter_turns=quarter_turns), seed=1)
    return picture.body, picture.truth


def opened(quarter_turns: int = 0) -> tuple[Image.Image, Truth]:
    body, truth = taken(quarter_turns)
    return Image.open(io.BytesIO(body)).convert("RGB"), truth


def far_apart(one: Quad, other: Quad) -> float:
    """Return how far the corners lie apart at most, each compared with its own: order counts."""
    return max(max(abs(ax - bx), abs(ay - by)) for (ax, ay), (bx, by) in zip(one.corners, other.corners, strict=True))
