"""Opening a picture that a stranger sent: known formats, a limit of pixels, decoded to the last byte."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from troostwatch.domain.errors import ImageError


def _readable() -> set[str]:
    """Return what this build of Pillow reads: AVIF, for one, is not in all of them."""
    Image.init()
    return set(Image.OPEN)


# What sites serve as photographs. Pillow reads fifty formats more, each a door that nobody needs open.
FORMATS = tuple(name for name in ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "AVIF") if name in _readable())


@contextmanager
def opened(source: Path | bytes, *, max_pixels: int) -> Iterator[Image.Image]:
    """Yield the picture, its header read and its size accepted, its pixels not yet decoded.

    Raises ImageError (permanent) for anything else, also while the block decodes: unknown format, too many
    pixels, truncated or damaged data.
    """
    try:
        # Pillow warns of oddities (bombs, bad EXIF, odd palettes); what matters of them is checked here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as image:
                _check_size(image, max_pixels)
                yield image
    except UnidentifiedImageError as error:
        raise ImageError("this is no picture in a known format", permanent=True) from error
    # Pillow's decoders raise any of these on damaged data; FileNotFoundError is among the OSErrors.
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise ImageError(f"the picture cannot be decoded: {error}", permanent=True) from error


def load_upright(source: Path | bytes, *, max_pixels: int) -> Image.Image:
    """Return the decoded picture in RGB, turned upright by its EXIF orientation. Raises ImageError."""
    with opened(source, max_pixels=max_pixels) as image:
        image.load()
        return ImageOps.exif_transpose(_without_alpha(image)).convert("RGB")


def _check_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError("the picture has no pixels", permanent=True)
    if width * height > max_pixels:
        raise ImageError(f"the picture has {width} x {height} pixels, more than {max_pixels} allowed", permanent=True)


def _without_alpha(image: Image.Image) -> Image.Image:
    """Lay a transparent picture on white, as a browser shows it."""
    if not image.has_transparency_data:
        return image
    paper = Image.new("RGBA", image.size, "white")
    flat = Image.alpha_composite(paper, image.convert("RGBA"))
    flat.info = image.info  # the orientation stays with it
    return flat
