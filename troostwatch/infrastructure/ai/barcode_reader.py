"""Symbols: zxing-cpp on the whole picture, several times over, each time seen a little differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version

import zxingcpp
from PIL import Image
from zxingcpp import BarcodeFormat as Format
from zxingcpp import Binarizer, TextMode

from troostwatch.domain.geometry import Quad
from troostwatch.domain.readings import Reading, ReadingKind

NAME = "barcode"

_FORMATS = zxingcpp.BarcodeFormats((  # formats that goods carry
    Format.EAN13, Format.EAN8, Format.UPCA, Format.UPCE, Format.Code128, Format.Code39, Format.Code93, Format.ITF,
    Format.Codabar, Format.QRCode, Format.MicroQRCode, Format.DataMatrix, Format.PDF417, Format.Aztec,
))  # fmt: skip
# (scale, binarizer). Measured on lot photographs: fine bars need the double size, shaded ones a fixed threshold.
_PASSES = (
    (1.0, Binarizer.LocalAverage),
    (1.0, Binarizer.FixedThreshold),
    (2.0, Binarizer.LocalAverage),
    (2.0, Binarizer.GlobalHistogram),
)
_LARGEST_SIDE = 4000  # enlarging beyond this brings nothing but time


class BarcodeReader:
    """Finds one- and two-dimensional symbols."""

    name = NAME

    @property
    def version(self) -> str:
        return version("zxing-cpp")

    def read(self, image: Image.Image) -> list[Reading]:
        """Return each symbol once; its confidence is the share of the passes that saw it."""
        seen: dict[tuple[str, str], list[Quad]] = defaultdict(list)
        for scale, picture, binarizer in _looks(image.convert("L")):
            here = {}
            for symbol in zxingcpp.read_barcodes(
                picture, formats=_FORMATS, binarizer=binarizer, text_mode=TextMode.Plain
            ):
                here[symbol.format.name, symbol.text] = _quad(symbol.position, scale)
            for key, quad in here.items():
                seen[key].append(quad)
        return [
            Reading(NAME, ReadingKind.SYMBOL, text, quads[0], round(len(quads) / len(_PASSES), 4), symbology)
            for (symbology, text), quads in seen.items()
            if text.strip()
        ]


def _looks(grey: Image.Image) -> Iterator[tuple[float, Image.Image, Binarizer]]:
    larger: dict[float, Image.Image] = {1.0: grey}
    for wanted, binarizer in _PASSES:
        scale = min(wanted, max(1.0, _LARGEST_SIDE / max(grey.size)))
        if scale not in larger:
            size = (round(grey.width * scale), round(grey.height * scale))
            larger[scale] = grey.resize(size, Image.Resampling.BICUBIC)
        yield scale, larger[scale], binarizer


def _quad(position: zxingcpp.Position, scale: float) -> Quad:
    a, b, c, d = (
        (point.x / scale, point.y / scale)
        for point in (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    )
    # A linear symbol read from its far end comes with its upper and lower edge swapped, as if in a mirror.
    mirrored = (b[0] - a[0]) * (d[1] - a[1]) < (b[1] - a[1]) * (d[0] - a[0])
    return Quad((d, c, b, a)) if mirrored else Quad((a, b, c, d))
