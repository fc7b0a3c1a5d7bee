"""QR codes that are parts of one message: recognising a part, and putting together what is complete.

A part carries twenty bits in front of its data (ISO/IEC 18004, 8): the mode 0011, its number, how many there are, and a
parity over the whole message. zxing-cpp reads on behind them and does not say so to Python, but it gives the modules
that it sampled, and those bits stand in their lower right corner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import cast

import numpy as np
import zxingcpp
from numpy.typing import NDArray

_MODE = 0b0011
# Blocks over which the codewords of each version are dealt out, by level of correction (ISO/IEC 18004, table 9).
_BLOCKS = {
    "L": (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8),
    "M": (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16),
    "Q": (1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20),
    "H": (1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25),
}
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _: row % 2 == 0,
    lambda _, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One of several symbols that hold a message together."""

    number: int  # from 0
    count: int
    parity: int | None  # of the bytes of the whole message, its upper four bits; None where it cannot be reached
    data: bytes


def part(symbol: zxingcpp.Barcode) -> Part | None:
    """Return which part of a message a QR code is, or nothing where it is whole."""
    if symbol.format is not zxingcpp.BarcodeFormat.QRCode or not symbol.extra:
        return None
    modules = np.asarray(symbol.to_image(scale=1, add_hrt=False, add_quiet_zones=False)) < 128
    said = cast("dict[str, str]", symbol.extra)
    mask, level = int(said["DataMask"]), said["ECLevel"]
    bits = _last_columns(modules, _MASKS[mask])
    if _number(bits[:4]) != _MODE:
        return None
    version = (len(modules) - 17) // 4
    blocks = _BLOCKS[level][version - 1] if level in _BLOCKS and version <= len(_BLOCKS[level]) else len(bits)
    second = bits[8 * blocks : 8 * blocks + 8]
    if len(second) < 8:
        return Part(_number(bits[4:8]), 16, None, symbol.bytes)
    return Part(_number(bits[4:8]), _number(second[:4]) + 1, _number(second[4:]), symbol.bytes)


def joined(parts: Sequence[Part]) -> str | None:
    """Return the message of which these are all parts, or nothing where one is missing or they belong to others."""
    by_number = {one.number: one for one in parts}
    counts = {one.count for one in parts}
    if len(counts) != 1 or sorted(by_number) != list(range(counts.pop())) or len(by_number) != len(parts):
        return None
    data = b"".join(by_number[number].data for number in sorted(by_number))
    if any(one.parity is not None and one.parity != reduce(xor, data, 0) >> 4 for one in parts):
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _last_columns(modules: NDArray[np.bool_], mask: Callable[[int, int], bool]) -> list[int]:
    """Return the bits of the two columns at the right, upwards: there the codewords begin, the first of each block."""
    last = len(modules) - 1
    rows = range(last, 8, -1)  # above them stands a finder pattern
    places = [(row, column) for row in rows for column in (last, last - 1)]
    return [int(modules[row, column] != mask(row, column)) for row, column in places]


def _number(bits: Sequence[int]) -> int:
    return reduce(lambda number, bit: 2 * number + bit, bits, 0)
