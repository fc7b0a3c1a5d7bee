"""A piece of a photograph for a person's eye."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from troostwatch.domain.geometry import Box
from troostwatch.infrastructure.pixels.opening import load_upright

_SMALLEST_SIDE = 480


def crop(source: bytes, box: Box, *, max_pixels: int) -> bytes:
    """Return the surroundings of a box as PNG, enlarged where it is small. Raises ImageError."""
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
    file = BytesIO()
    piece.save(file, "PNG")
    return file.getvalue()
