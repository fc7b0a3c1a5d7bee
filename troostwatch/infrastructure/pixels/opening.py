"""Opening a picture that a stranger sent: known formats, a limit of pixels, decoded to the last byte."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO

from PIL import ExifTags, Image, UnidentifiedImageError

from troostwatch.domain.errors import ImageError
from troostwatch.domain.images import SUFFIXES


def _readable() -> tuple[str, ...]:
    """Return those that this build of Pillow reads: AVIF, for one, is not in all of them."""
    Image.init()
    return tuple(kind for kind in SUFFIXES if kind in Image.OPEN)


FORMATS = _readable()

_TURNS = {  # what has to be done to a picture of each EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_QUIET = threading.Lock()
_quieted: list[warnings.catch_warnings[None]] = []  # while any picture is open: the filters as they were before
_open_pictures = 0


class UnknownKindError(ImageError):
    """No photograph of a kind that we take."""


class TooManyPixelsError(ImageError):
    """A picture larger than we take, by its own word."""


class DamagedError(ImageError):
    """A picture by its beginning, and not to its end. Where it came from there may be a whole one."""


@contextmanager
def opened(source: bytes | IO[bytes], *, max_pixels: int, least_side: int | None = None) -> Iterator[Image.Image]:
    """Yield the first frame of a picture, decoded. The size is looked at before the pixels are.

    With `least_side` a JPEG may come smaller, with both sides at least so long: decoding then costs a fraction.
    Raises ImageError (permanent): of an unknown kind, or with too many pixels or none. Raises
    DamagedError, also an ImageError, when it is truncated or does not decode.
    """
    with _hostile(max_pixels):
        image = Image.open(BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS)
        try:
            _check_size(image, max_pixels)
            if least_side:
                image.draft(None, (least_side, least_side))
            image.load()
        except BaseException:
            image.close()
            raise
    with image:
        yield image


def load_upright(source: bytes, *, max_pixels: int, least_side: int | None = None) -> Image.Image:
    """Return the decoded picture in RGB, turned upright by its EXIF orientation. Raises ImageError.

    `least_side` as in `opened`.
    """
    with opened(source, max_pixels=max_pixels, least_side=least_side) as image, _hostile(max_pixels):
        turn = _turn(image)
        picture = _without_alpha(image).convert("RGB")
        return picture if turn is None else picture.transpose(turn)


@contextmanager
def _hostile(max_pixels: int) -> Iterator[None]:
    """Say in our words what Pillow makes of bytes from a stranger while the block runs."""
    try:
        with _without_warnings():
            yield
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise UnknownKindError("no photograph of a kind we take", permanent=True) from error
    except Image.DecompressionBombError as error:
        raise TooManyPixelsError(f"more than {max_pixels:,} pixels", permanent=True) from error
    # Decoders of hostile bytes raise whatever they stumble over; no list of it has ever been complete.
    except Exception as error:
        raise DamagedError(f"the photograph does not decode: {error}", permanent=True) from error


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Let Pillow not warn of oddities (large, bad EXIF, odd palettes); what matters of them is checked here.

    The filters belong to the whole process: the first of several threads sets them aside, the last restores them.
    """
    global _open_pictures  # noqa: PLW0603 (as global as the filters are)
    with _QUIET:
        if not _open_pictures:
            _quieted.append(warnings.catch_warnings())
            _quieted[0].__enter__()
            warnings.simplefilter("ignore")
        _open_pictures += 1
    try:
        yield
    finally:
        with _QUIET:
            _open_pictures -= 1
            if not _open_pictures:
                _quieted.pop().__exit__(None, None, None)


def _check_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError("the photograph has no pixels", permanent=True)
    if width * height > max_pixels:
        raise TooManyPixelsError(f"{width} x {height} pixels are more than {max_pixels:,}", permanent=True)


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    # The pixels are whole; EXIF that leads nowhere turns nothing.
    except Exception:  # noqa: BLE001 (a parser of hostile bytes, as above)
        return None


def _without_alpha(image: Image.Image) -> Image.Image:
    """Lay a transparent picture on white, as a browser shows it."""
    if not image.has_transparency_data:
        return image
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image.convert("RGBA"))
