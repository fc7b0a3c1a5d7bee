"""Barcodes and matrix codes as black and white pictures; zxing-cpp encodes them."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image


class Symbology(StrEnum):
    """What kind of symbol; the values are the names that zxing-cpp itself uses."""

    EAN_13 = "EAN-13"
    UPC_A = "UPC-A"
    CODE_128 = "Code 128"
    CODE_39 = "Code 39"
    QR = "QR Code"
    DATA_MATRIX = "Data Matrix"

    @property
    def is_matrix(self) -> bool:
        return self in (Symbology.QR, Symbology.DATA_MATRIX)


_FORMATS = {
    Symbology.EAN_13: zxingcpp.BarcodeFormat.EAN13,
    Symbology.UPC_A: zxingcpp.BarcodeFormat.UPCA,
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
    Symbology.CODE_39: zxingcpp.BarcodeFormat.Code39,
    Symbology.QR: zxingcpp.BarcodeFormat.QRCode,
    Symbology.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
}
# The three pairs of bars of an EAN that reach down between the digits, as modules from the left.
_GUARDS = (slice(0, 3), slice(45, 50), slice(92, 95))


def modules(symbology: Symbology, payload: str) -> NDArray[np.uint8]:
    """Return one pixel a module, 0 for ink and 255 for paper; a linear symbol is one row."""
    barcode = zxingcpp.create_barcode(payload, _FORMATS[symbology])
    pixels = np.array(zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False), dtype=np.uint8)
    return pixels if symbology.is_matrix else pixels[:1]


def picture(symbology: Symbology, payload: str, *, module: int, height: int, guards: int = 0) -> Image.Image:
    """Return the symbol without quiet zones, `module` pixels a module.

    `height` is that of the bars and of no matter for a matrix code; the guard bars of an EAN go on for
    `guards` pixels below it.
    """
    cells = modules(symbology, payload)
    rows = np.repeat(cells, module if symbology.is_matrix else height, axis=0)
    if guards:
        below = np.full((guards, cells.shape[1]), 255, dtype=np.uint8)
        for guard in _GUARDS:
            below[:, guard] = cells[:, guard]
        rows = np.concatenate((rows, below))
    return Image.fromarray(np.repeat(rows, module, axis=1))
