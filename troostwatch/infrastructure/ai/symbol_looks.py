"""The looks at a picture in search of symbols: the passes over the whole of it, and the closer ones at a place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from zxingcpp import BarcodeFormat as Format
from zxingcpp import Binarizer, TextMode

from troostwatch.domain.geometry import Quad
from troostwatch.infrastructure.pixels import cutting

Grey = NDArray[np.uint8]

_MATRIX = (Format.QRCode, Format.MicroQRCode, Format.DataMatrix, Format.PDF417, Format.Aztec)
MATRIX_NAMES = frozenset(form.name for form in _MATRIX)
# Bars whose check sign is compulsory.
_CHECKED = (Format.EAN13, Format.EAN8, Format.UPCA, Format.Code128)
# Of the family of Code 39 the plain one, since `/ + $ %` before a letter may be a pair of full ASCII or two signs; of
# DataBar all but Limited, which textures spell.
_LINEAR = (
    *_CHECKED, Format.UPCE, Format.Code39Std, Format.Code32, Format.PZN, Format.Code93, Format.ITF, Format.Codabar,
    Format.DataBarOmni, Format.DataBarStk, Format.DataBarStkOmni, Format.DataBarExp, Format.DataBarExpStk,
)  # fmt: skip
# Formats that goods carry.
_FORMATS = zxingcpp.BarcodeFormats(_LINEAR + _MATRIX)
_BARS = zxingcpp.BarcodeFormats(_LINEAR)
# Light on dark: bars read inside out are found in textures, but for those that check themselves or say much.
_INVERTED = zxingcpp.BarcodeFormats((*_CHECKED, Format.Code39Std, *_MATRIX))
_CHECKED_BARS = zxingcpp.BarcodeFormats(_CHECKED)


@dataclass(frozen=True, slots=True)
class _Pass:
    scale: float
    binarizer: Binarizer
    formats: zxingcpp.BarcodeFormats = _FORMATS
    turned: bool = False  # also turned by a quarter
    inverted: bool = False  # light on dark


@dataclass(frozen=True, slots=True)
class Look:
    """A picture to decode, and how much larger than the photograph it is."""

    name: str
    picture: Grey
    scale: float
    decode: Callable[[Grey], list[zxingcpp.Barcode]]

    def symbols(self) -> list[zxingcpp.Barcode]:
        return self.decode(self.picture)


# Measured on lot photographs: fine bars need the larger scale, shaded ones a fixed threshold, blurred ones the smaller
# scale; more passes cost much and find little. The last two are for what is printed light on dark: etched plates, black
# labels.
_PASSES = (
    _Pass(0.5, Binarizer.GlobalHistogram, turned=True),
    _Pass(1.0, Binarizer.LocalAverage),
    _Pass(1.0, Binarizer.FixedThreshold),
    _Pass(1.5, Binarizer.GlobalHistogram),
    _Pass(1.5, Binarizer.FixedThreshold),
    _Pass(0.5, Binarizer.GlobalHistogram, _INVERTED, inverted=True),
    _Pass(1.0, Binarizer.LocalAverage, _INVERTED, inverted=True),
)
_SMALL = 600_000  # pixels: below it bars are hardly wider than a pixel, and a blur makes them one
# On photographs, also of cloth, grids and pages of print, the mean was never above twelve.
_MOST_PATTERNS_IN_A_ROW, _ROWS_LOOKED_AT = 40, 32
_LARGEST_SIDE = 4000  # enlarging beyond this brings nothing but time
# A symbol of retail bars is about 113 modules long with its margins. What a camera that was out of focus spreads over
# most of a module is drawn together again by sharpening over as much.
_MODULES = 120
_CLOSE_SCALES = (1.0, 2.0)
_CLOSE_BINARIZERS = (Binarizer.LocalAverage, Binarizer.GlobalHistogram, Binarizer.FixedThreshold)
_LARGEST_CLOSE_LOOK = 1400  # pixels a side
_LARGEST_REGION = 2_000_000  # pixels of an enlarged region


def looks(grey: Grey) -> Iterator[Look]:
    """Yield the looks at the whole photograph."""
    pictures: dict[float, Grey] = {1.0: grey}
    passes: tuple[_Pass, ...] = _PASSES
    if _is_a_field_of_patterns(grey):
        passes = tuple(replace(one, formats=_BARS) for one in _PASSES if not one.inverted)
    for one in passes:
        scale = min(one.scale, max(1.0, _LARGEST_SIDE / max(grey.shape)))
        if scale not in pictures:
            pictures[scale] = _scaled(grey, scale)
        picture = inverted_of(pictures[scale]) if one.inverted else pictures[scale]
        decode = partial(decoded, formats=one.formats, binarizer=one.binarizer, turned=one.turned)
        yield Look(f"{one.scale:g}", picture, scale, decode)
    if grey.size <= _SMALL:
        decode = partial(decoded, formats=_CHECKED_BARS, binarizer=Binarizer.LocalAverage)
        yield Look("even", evened(grey), 1.0, decode)
        yield Look("sharp", sharpened(grey, 2.0), 1.0, decode)


def _is_a_field_of_patterns(grey: Grey) -> bool:
    """Tell whether all of the picture looks like corners of QR codes: a decoder tries each of them with each.

    Counted are runs of dark and light in the proportion 1:1:3:1:1 along some rows.
    """
    rows = grey[:: max(1, len(grey) // _ROWS_LOOKED_AT)]
    dark = rows < cv2.blur(rows, (31, 1)).astype(np.int16) - 6
    return float(np.mean([_patterns(row) for row in dark])) > _MOST_PATTERNS_IN_A_ROW


def _patterns(row: NDArray[np.bool_]) -> int:
    runs = np.diff(np.flatnonzero(np.diff(row)))
    if len(runs) < 5:
        return 0
    five = np.lib.stride_tricks.sliding_window_view(runs, 5).astype(float)
    unit = five.sum(axis=1, keepdims=True) / 7
    fits = np.abs(five - unit * (1, 1, 3, 1, 1)) < 0.7 * unit * (1, 1, 2, 1, 1)
    return int(fits.all(axis=1).sum())


def inverted_of(picture: Grey) -> Grey:
    return np.asarray(255 - picture, np.uint8)


def _scaled(grey: Grey, scale: float) -> Grey:
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA), np.uint8)


def decoded(
    picture: Grey, formats: zxingcpp.BarcodeFormats, binarizer: Binarizer, *, turned: bool = False
) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(
        picture,
        formats=formats,
        binarizer=binarizer,
        text_mode=TextMode.Plain,
        try_rotate=turned,
        try_downscale=False,
        try_invert=False,
    )


def close_looks(grey: Grey, place: Quad) -> Iterator[tuple[Look, NDArray[np.float64]]]:
    """Yield the looks at one place, its bars upright, and for each the matrix from it to the photograph."""
    module = max(place.width, place.height) / _MODULES
    for turn in (place.angle, place.angle + math.pi / 2):  # bars may run along the box or across it
        for scale in _CLOSE_SCALES:
            piece, back = _cut(grey, place, turn, scale)
            ways = (
                (f"close {scale:g}", piece),
                (f"close and even {scale:g}", evened(piece)),
                (f"close and sharp {scale:g}", sharpened(piece, scale * max(2.0, module))),
            )
            yield from ((Look(name, picture, 1.0, _bars), back) for name, picture in ways)
        # Bars may stand light on dark, too; those with a compulsory check sign are believed.
        piece, back = _cut(grey, place, turn, 1.0)
        for name, picture in (("inverted", inverted_of(piece)), ("inverted and even", inverted_of(evened(piece)))):
            yield (
                Look(name, picture, 1.0, partial(decoded, formats=_CHECKED_BARS, binarizer=Binarizer.LocalAverage)),
                back,
            )


def region_looks(grey: Grey, region: Quad) -> Iterator[tuple[Look, NDArray[np.float64]]]:
    """Yield the looks at a region of small print, its lines level, and for each the matrix to the photograph."""
    for scale in _CLOSE_SCALES:
        if scale > 1 and region.width * region.height * scale**2 > _LARGEST_REGION:
            return
        piece = cutting.cut(grey, region, scale=scale)
        for binarizer in (Binarizer.LocalAverage, Binarizer.FixedThreshold):
            decode = partial(decoded, formats=_FORMATS, binarizer=binarizer, turned=True)
            # A region is a rectangle, so nothing is askew and two rows of the matrix say it all.
            yield Look(f"region {scale:g}", piece.pixels, 1.0, decode), piece.back[:2]


def _bars(piece: Grey) -> list[zxingcpp.Barcode]:
    return [symbol for binarizer in _CLOSE_BINARIZERS for symbol in decoded(piece, _BARS, binarizer)]


def evened(piece: Grey) -> Grey:
    return np.asarray(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4)).apply(piece), np.uint8)


def sharpened(piece: Grey, radius: float) -> Grey:
    """Return it with its edges raised, so that bars which run into each other come apart."""
    return np.asarray(cv2.addWeighted(piece, 3.0, cv2.GaussianBlur(piece, (0, 0), radius), -2.0, 0), np.uint8)


def _cut(grey: Grey, place: Quad, turn: float, scale: float) -> tuple[Grey, NDArray[np.float64]]:
    """Return a square around the place, turned upright and enlarged, and the matrix from it to the picture."""
    side = 1.5 * max(place.width, place.height) + 20
    scale = min(scale, max(1.0, _LARGEST_CLOSE_LOOK / side))
    matrix = cv2.getRotationMatrix2D(place.centre, math.degrees(turn), scale)
    matrix[:, 2] = matrix[:, 2] + side * scale / 2 - np.array(place.centre)
    size = (round(side * scale), round(side * scale))
    piece = cv2.warpAffine(grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(piece, np.uint8), np.asarray(cv2.invertAffineTransform(matrix), np.float64)
