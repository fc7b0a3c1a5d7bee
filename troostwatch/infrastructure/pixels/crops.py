"""A piece of a photograph for a person's eye."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from troostwatch.domain.geometry import Box
from troostwatch.infrastructure.pixels.opening import load_upright

_SMALLEST_SIDE = 480
_MARK = "#ff9e1b"
_GAP = 3  # between the code and the line around it, in pixels of the photograph


def crop(source: bytes, box: Box, *, max_pixels: int, turns: int = 0) -> bytes:
    """Return the surroundings of a box, which is marked, as PNG: enlarged where it is small, turned left by quarters.

    Raises ImageError.
    """
    image = load_upright(source, max_pixels=max_pixels)
    margin = max(40, (box.y1 - box.y0) * 2)
    piece = image.crop(
        (
            max(0, box.x0 - margin),
            max(0, box.y0 - margin),
            min(image.width, box.x1 + margin),
            min(image.height, box.y1 + margin),
        )
    )
    scale = max(1, round(_SMALLEST_SIDE / max(1, min(piece.size))))
    if scale > 1:
        piece = piece.resize((piece.width * scale, piece.height * scale), Image.Resampling.BICUBIC)
    marked = ImageDraw.Draw(piece)
    left, top = max(0, box.x0 - margin), max(0, box.y0 - margin)
    corners = [(at - start) * scale for at, start in zip(box.as_list(), (left, top, left, top), strict=True)]
    gap = _GAP * scale
    marked.rectangle(
        (corners[0] - gap, corners[1] - gap, corners[2] + gap, corners[3] + gap), outline=_MARK, width=max(3, 2 * scale)
    )
    piece = piece.rotate(90 * turns, expand=True)
    file = BytesIO()
    piece.save(file, "PNG")
    return file.getvalue()
