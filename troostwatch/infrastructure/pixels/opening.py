"""Opening a picture that a stranger sent: known formats, a limit of pixels, decoded to the last byte."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO

import numpy as np
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

# Neither the locator of bars nor the decoder of symbols takes a longer side.
_LONGEST_SIDE = 32_766
# A JPEG with more pixels than we take comes smaller by the first of these that makes it fit; its decoder then spends
# neither the memory nor most of the time. Telephones take fifty megapixels and more.
_FRACTIONS = (2, 4)
_MOST_TIMES_TOO_LARGE = 5
_MOST_FRAMES = 12
_BLANK_SPREAD = 12  # of 255: between the darkest and the brightest of a frame that shows nothing

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
    """Yield the first frame of a picture that shows something, decoded. The size is looked at before the pixels are.

    With `least_side` a JPEG may come smaller, with both sides at least so long: decoding then costs a fraction. One
    with more than `max_pixels` comes smaller so that it has fewer, if it is not larger beyond measure.
    Raises ImageError (permanent): of an unknown kind, or with too many pixels or none. Raises
    DamagedError, also an ImageError, when it is truncated or does not decode.
    """
    with _hostile(max_pixels):
        image = Image.open(BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS)
        try:
            _make_fit(image, max_pixels, least_side)
            image.load()
            _show_something(image)
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
        picture = _without_alpha(_in_eight_bits(image)).convert("RGB")
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


def _make_fit(image: Image.Image, max_pixels: int, least_side: int | None) -> None:
    """Let a JPEG be decoded smaller where it may be or has to be; refuse what is too large as it then is."""
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError("the photograph has no pixels", permanent=True)
    wanted = [(least_side, least_side)] if least_side else []
    # One that is written in several runs is kept whole while it is decoded, however small it comes out.
    scales = max_pixels < width * height <= _MOST_TIMES_TOO_LARGE * max_pixels and not image.info.get("progressive")
    fitting = (part for part in _FRACTIONS if (width // part + 1) * (height // part + 1) <= max_pixels)
    if scales and (part := next(fitting, None)):
        wanted.append((width // part, height // part))
    if wanted:
        image.draft(None, min(wanted))
    if image.width * image.height > max_pixels:
        raise TooManyPixelsError(f"{width} x {height} pixels are more than {max_pixels:,}", permanent=True)
    if max(image.size) > _LONGEST_SIDE:
        raise TooManyPixelsError(f"{width} x {height} pixels: a side is longer than {_LONGEST_SIDE:,}", permanent=True)


def _show_something(image: Image.Image) -> None:
    """Go on to the first frame that is not blank; where all of them are, stay at the first."""
    frames = min(getattr(image, "n_frames", 1), _MOST_FRAMES)
    if frames < 2 or not _is_blank(image):
        return
    for frame in range(1, frames):
        image.seek(frame)
        image.load()
        if not _is_blank(image):
            return
    image.seek(0)
    image.load()


def _is_blank(image: Image.Image) -> bool:
    darkest, brightest = image.convert("L").getextrema()
    return float(brightest) - float(darkest) < _BLANK_SPREAD  # type: ignore[arg-type]


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture of sixteen bits with its range scaled to eight: cameras and scanners fill twelve, or all.

    Pillow's own conversion cuts off whatever is brighter than 255.
    """
    if not image.mode.startswith(("I", "F")):
        return image
    deep = np.asarray(image).astype(np.float32)
    brightest = float(deep.max())
    if brightest > 255:
        deep *= 255 / brightest
    return Image.fromarray(np.clip(deep, 0, 255).astype(np.uint8))


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
