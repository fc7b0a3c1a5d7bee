"""A perceptual hash of a photograph: near for pictures that look the same, though their bytes differ.

The arithmetic is that of ImageHash: signs of the low frequencies of a cosine transform against their median (pHash).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import imagehash
from PIL import Image, ImageStat

from troostwatch.domain.errors import ImageError, unforeseen
from troostwatch.domain.images import OpenPhotograph, Stored
from troostwatch.infrastructure.pixels.opening import load_upright

VERSION = 1  # raise it when other bits come out

_log = logging.getLogger(__name__)

_SIDE = 256  # pixels; the transform looks at 32 x 32 of them
_LEAST_CONTRAST = 4.0  # standard deviation of grey values, of 255; below it the signs are those of noise


def perceptual_hash(source: bytes, *, max_pixels: int) -> bytes | None:
    """Return 64 bits, or None where there is next to nothing to see. Raises ImageError."""
    grey = load_upright(source, max_pixels=max_pixels, least_side=_SIDE).convert("L")
    grey.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    if ImageStat.Stat(grey).stddev[0] < _LEAST_CONTRAST:
        return None
    return bytes.fromhex(str(imagehash.phash(grey)))


class PhotographHasher:
    """Hashes photographs in a few threads: decoding lets other threads run."""

    version = VERSION

    def __init__(self, open_photograph: OpenPhotograph, *, max_pixels: int, threads: int) -> None:
        self._open = open_photograph
        self._max_pixels = max_pixels
        self._threads = threads

    def hash_all(self, photographs: Sequence[Stored]) -> Iterator[bytes | ImageError | None]:
        """Yield hash, None, or what is wrong with the file, in their order."""
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(self._hash, photographs)

    def _hash(self, photograph: Stored) -> bytes | ImageError | None:
        try:
            return perceptual_hash(self._open(photograph), max_pixels=self._max_pixels)
        except ImageError as error:
            return error
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("%s: unforeseen error", photograph.path)
            return ImageError(unforeseen(error))
