"""Small versions of photographs."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from troostwatch.infrastructure.pixels.opening import load_upright


def thumbnail(source: bytes, *, side: int, max_pixels: int) -> bytes:
    """Return a JPEG of a photograph, neither side longer than `side`. Raises ImageError."""
    picture = load_upright(source, max_pixels=max_pixels, least_side=side)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    file = BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()
