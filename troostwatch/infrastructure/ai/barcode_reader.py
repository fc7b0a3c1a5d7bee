"""Symbols: zxing-cpp on the whole picture at several scales, then a closer look where bars were found and not read."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image
from zxingcpp import BarcodeFormat as Format
from zxingcpp import Binarizer, TextMode

from troostwatch.domain.geometry import Point, Quad
from troostwatch.domain.readings import Reading, ReadingKind

NAME = "barcode"

_MATRIX = (Format.QRCode, Format.MicroQRCode, Format.DataMatrix, Format.PDF417, Format.Aztec)
_MATRIX_NAMES = frozenset(form.name for form in _MATRIX)
_LINEAR = (
    Format.EAN13, Format.EAN8, Format.UPCA, Format.UPCE, Format.Code128, Format.Code39, Format.Code93, Format.ITF,
    Format.Codabar,
)  # fmt: skip
# Formats that goods carry.
_FORMATS = zxingcpp.BarcodeFormats(_LINEAR + _MATRIX)
_BARS = zxingcpp.BarcodeFormats(_LINEAR)
# (scale, binarizer, also turned by a quarter). Measured on lot photographs: fine bars need the larger scale,
# shaded ones a fixed threshold, blurred ones the smaller scale; more passes cost much and find little.
_PASSES = (
    (0.5, Binarizer.GlobalHistogram, True),
    (1.0, Binarizer.LocalAverage, False),
    (1.0, Binarizer.FixedThreshold, False),
    (1.5, Binarizer.GlobalHistogram, False),
    (1.5, Binarizer.FixedThreshold, False),
)
_SCALES_FOR_FULL_CONFIDENCE = 4
_LARGEST_SIDE = 4000  # enlarging beyond this brings nothing but time
_CLOSE_SCALES = (1.0, 2.0)
_CLOSE_BINARIZERS = (Binarizer.LocalAverage, Binarizer.GlobalHistogram, Binarizer.FixedThreshold)
_MOST_CLOSE_LOOKS = 8  # a keyboard has many places that look like bars
_LARGEST_CLOSE_LOOK = 1400  # pixels a side

_Grey = NDArray[np.uint8]
_Key = tuple[str, str]  # symbology, text


@dataclass(slots=True)
class _Sightings:
    """What was decoded so far: where, and at which scales."""

    scales: dict[_Key, set[str]]
    quads: dict[_Key, list[Quad]]  # the same symbol may be printed in several places

    def add(self, symbology: str, text: str, quad: Quad, scale: str) -> None:
        if text.strip():
            self.scales[symbology, text].add(scale)
            self._note(self.quads[symbology, text], quad)

    @staticmethod
    def _note(places: list[Quad], quad: Quad) -> None:
        for index, place in enumerate(places):
            if _same_place(quad, place):
                places[index] = max(place, quad, key=lambda q: q.height)  # a pass may see but some of the bars' height
                return
        places.append(quad)

    def sure_at(self, place: Quad) -> bool:
        """Tell whether a symbol seen at two scales, or one that corrects its own errors, stands in this place."""
        return any(
            (len(self.scales[key]) > 1 or key[0] in _MATRIX_NAMES) and any(_same_place(place, quad) for quad in quads)
            for key, quads in self.quads.items()
        )

    def any_at(self, place: Quad) -> bool:
        return any(_same_place(place, quad) for quad in self.places)

    @property
    def places(self) -> list[Quad]:
        return [quad for quads in self.quads.values() for quad in quads]


class BarcodeReader:
    """Finds one- and two-dimensional symbols."""

    name = NAME

    def __init__(self) -> None:
        self._locator = cv2.barcode.BarcodeDetector()

    @property
    def version(self) -> str:
        return version("zxing-cpp")

    def read(self, image: Image.Image) -> list[Reading]:
        """Return each symbol once, and the places of bars that could not be decoded.

        The confidence of a symbol tells at how many scales it was seen, in quarters: 0.25 is one, 1 four or more.
        """
        grey = np.asarray(image.convert("L"))
        seen = _Sightings(defaultdict(set), defaultdict(list))
        for scale, picture, binarizer, turned in _looks(grey):
            for symbol in _decoded(picture, _FORMATS, binarizer, turned=turned):
                seen.add(symbol.format.name, symbol.text, _quad(symbol.position, scale), f"{scale:g}")
        bars = self._bars(grey)
        for place in [place for place in (*bars, *seen.places) if not seen.sure_at(place)][:_MOST_CLOSE_LOOKS]:
            _look_closely(grey, place, seen)
        undecoded = [place for place in bars if not seen.any_at(place)]
        return [
            *(
                Reading(NAME, ReadingKind.SYMBOL, text, seen.quads[symbology, text][0], _share(scales), symbology)
                for (symbology, text), scales in seen.scales.items()
            ),
            *(Reading(NAME, ReadingKind.UNDECODED, "", place) for place in undecoded),
        ]

    def _bars(self, grey: _Grey) -> list[Quad]:
        """Return where parallel bars stand, decoded or not."""
        if min(grey.shape) < 40:
            return []  # the locator refuses what is smaller
        found, corners = self._locator.detect(grey)
        if not found or corners is None:
            return []
        return [_turned_to_read(corner.reshape(4, 2)) for corner in corners]


def _share(scales: Iterable[str]) -> float:
    return min(1.0, len(set(scales)) / _SCALES_FOR_FULL_CONFIDENCE)


def _looks(grey: _Grey) -> Iterator[tuple[float, _Grey, Binarizer, bool]]:
    pictures: dict[float, _Grey] = {1.0: grey}
    for wanted, binarizer, turned in _PASSES:
        scale = min(wanted, max(1.0, _LARGEST_SIDE / max(grey.shape)))
        if scale not in pictures:
            pictures[scale] = _scaled(grey, scale)
        yield scale, pictures[scale], binarizer, turned


def _scaled(grey: _Grey, scale: float) -> _Grey:
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA), np.uint8)


def _decoded(
    picture: _Grey, formats: zxingcpp.BarcodeFormats, binarizer: Binarizer, *, turned: bool
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


def _look_closely(grey: _Grey, place: Quad, seen: _Sightings) -> None:
    """Cut the place out, its bars upright, and decode it enlarged and with its contrast evened out, until sure."""
    for name, piece, back in _close_looks(grey, place):
        for binarizer in _CLOSE_BINARIZERS:
            for symbol in _decoded(piece, _BARS, binarizer, turned=False):
                seen.add(symbol.format.name, symbol.text, _through(back, _quad(symbol.position, 1.0)), name)
        if seen.sure_at(place):
            return


def _close_looks(grey: _Grey, place: Quad) -> Iterator[tuple[str, _Grey, NDArray[np.float64]]]:
    for turn in (place.angle, place.angle + math.pi / 2):  # bars may run along the box or across it
        for scale in _CLOSE_SCALES:
            piece, back = _cut(grey, place, turn, scale)
            yield f"close {scale:g}", piece, back
            yield f"close and even {scale:g}", _evened(piece), back


def _evened(piece: _Grey) -> _Grey:
    return np.asarray(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4)).apply(piece), np.uint8)


def _cut(grey: _Grey, place: Quad, turn: float, scale: float) -> tuple[_Grey, NDArray[np.float64]]:
    """Return a square around the place, turned upright and enlarged, and the matrix from it to the picture."""
    side = 1.5 * max(place.width, place.height) + 20
    scale = min(scale, max(1.0, _LARGEST_CLOSE_LOOK / side))
    matrix = cv2.getRotationMatrix2D(place.centre, math.degrees(turn), scale)
    matrix[:, 2] = matrix[:, 2] + side * scale / 2 - np.array(place.centre)
    size = (round(side * scale), round(side * scale))
    piece = cv2.warpAffine(grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(piece, np.uint8), np.asarray(cv2.invertAffineTransform(matrix), np.float64)


def _through(matrix: NDArray[np.float64], quad: Quad) -> Quad:
    a, b, c, d = ((float(matrix[0] @ (x, y, 1.0)), float(matrix[1] @ (x, y, 1.0))) for x, y in quad.corners)
    return Quad((a, b, c, d))


def _same_place(one: Quad, other: Quad) -> bool:
    """Tell whether the middle of one lies on the other; the quads of bars may be as thin as a line."""
    reach = max(one.width, one.height, other.width, other.height) / 2
    return math.dist(one.centre, other.centre) < reach


def _quad(position: zxingcpp.Position, scale: float) -> Quad:
    a, b, c, d = (
        (point.x / scale, point.y / scale)
        for point in (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    )
    return _unmirrored(a, b, c, d)


def _turned_to_read(corners: NDArray[np.float32]) -> Quad:
    """Return the corners so that the longer side is the line of reading, as far as anyone can tell from bars."""
    (cx, cy), (width, height), degrees = cv2.minAreaRect(corners.astype(np.float32))
    turn = math.radians(degrees if width >= height else degrees + 90)
    x, y = max(width, height) / 2, min(width, height) / 2
    cos, sin = math.cos(turn), math.sin(turn)
    a, b, c, d = ((cx + u * cos - v * sin, cy + u * sin + v * cos) for u, v in ((-x, -y), (x, -y), (x, y), (-x, y)))
    return _unmirrored(a, b, c, d)


def _unmirrored(a: Point, b: Point, c: Point, d: Point) -> Quad:
    # A linear symbol read from its far end comes with its upper and lower edge swapped, as if in a mirror.
    mirrored = (b[0] - a[0]) * (d[1] - a[1]) < (b[1] - a[1]) * (d[0] - a[0])
    return Quad((d, c, b, a)) if mirrored else Quad((a, b, c, d))
