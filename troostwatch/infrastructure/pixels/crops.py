"""A piece of a photograph for a person's eye."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from troostwatch.domain.geometry import Box
from troostwatch.infrastructure.pixels.opening import load_upright

_SMALLEST_SIDE = 480


def cut(source: bytes, box: Box, target: Path, *, max_pixels: int) -> Path:
    """Write the surroundings of a box as PNG, enlarged where it is small, and return `target`. Raises ImageError."""
    image = load_upright(source, max_pixels=max_pixels)
    margin = max(40, (box.y1 - box.y0) * 2)
    crop = image.crop(
        (
            max(0, box.x0 - margin),
            max(0, box.y0 - margin),
            min(image.width, box.x1 + margin),
            min(image.height, box.y1 + margin),
        )
    )
    scale = max(1, round(_SMALLEST_SIDE / max(1, min(crop.size))))
    if scale > 1:
        crop = crop.resize((crop.width * scale, crop.height * scale), Image.Resampling.BICUBIC)
    target.parent.mkdir(parents=True, exist_ok=True)
    crop.save(target)
    return target
