"""Symbols: zxing-cpp on the whole picture at several scales, then a closer look where bars were found and not read."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image
from zxingcpp import BarcodeFormat as Format

from troostwatch.domain.geometry import Point, Quad
from troostwatch.domain.readings import Reading, ReadingKind
from troostwatch.infrastructure.ai import structured_append
from troostwatch.infrastructure.ai.structured_append import Part
from troostwatch.infrastructure.ai.symbol_looks import (
    MATRIX_NAMES,
    Grey,
    close_looks,
    looks,
    region_looks,
)

NAME = "barcode"

_SCALES_FOR_FULL_CONFIDENCE = 4
_MOST_CLOSE_LOOKS = 8  # a keyboard has many places that look like bars
# Seconds of this thread's own time after which no further look is begun: a photograph takes a tenth of a second, a
# picture made to be slow as many as it likes.
_ENOUGH_SECONDS = 4.0

_Key = tuple[str, str]  # symbology, text


@dataclass(slots=True)
class _Sightings:
    """What was decoded so far: where, and at which scales."""

    scales: dict[_Key, set[str]]
    quads: dict[_Key, list[Quad]]  # the same symbol may be printed in several places
    parts: dict[_Key, Part] = field(default_factory=dict)  # those that hold a message only together with others
    until: float = field(default_factory=lambda: time.thread_time() + _ENOUGH_SECONDS)

    def add(self, symbol: zxingcpp.Barcode, quad: Quad, scale: str) -> None:
        text = _text(symbol)
        if text.strip():
            key = symbol.format.name, text
            self.scales[key].add(scale)
            self._note(self.quads[key], quad)
            if part := structured_append.part(symbol):
                self.parts[key] = part

    @property
    def is_over(self) -> bool:
        return time.thread_time() > self.until

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
            (len(self.scales[key]) > 1 or key[0] in MATRIX_NAMES) and any(_same_place(place, quad) for quad in quads)
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

    def read(self, image: Image.Image, regions: Sequence[Quad] = ()) -> list[Reading]:
        """Return each symbol once, and the places of bars that could not be decoded.

        `regions` are looked at once more by themselves, level and enlarged: there small print was found.

        The confidence of a symbol tells at how many scales it was seen, in quarters: 0.25 is one, 1 four or more.
        """
        grey = np.asarray(image.convert("L"))
        seen = _Sightings(defaultdict(set), defaultdict(list))
        for look in looks(grey):
            for symbol in look.symbols():
                seen.add(symbol, _quad(symbol.position, look.scale), look.name)
            if seen.is_over:
                break
        bars = self._bars(grey)
        for place in [place for place in (*bars, *seen.places) if not seen.sure_at(place)][:_MOST_CLOSE_LOOKS]:
            _look_closely(grey, place, seen)
        for region in regions:
            _look_over(grey, region, seen)
        undecoded = [place for place in bars if not seen.any_at(place)]
        whole = [
            Reading(NAME, ReadingKind.SYMBOL, text, seen.quads[symbology, text][0], _share(scales), symbology)
            for (symbology, text), scales in seen.scales.items()
            if (symbology, text) not in seen.parts
        ]
        messages, lone = _messages(seen)
        return [*whole, *messages, *(Reading(NAME, ReadingKind.UNDECODED, "", place) for place in (*undecoded, *lone))]

    def _bars(self, grey: Grey) -> list[Quad]:
        """Return where parallel bars stand, decoded or not."""
        if min(grey.shape) < 40:
            return []  # the locator refuses what is smaller
        found, corners = self._locator.detect(grey)
        if not found or corners is None:
            return []
        return [_turned_to_read(corner.reshape(4, 2)) for corner in corners]


def _share(scales: Iterable[str]) -> float:
    return min(1.0, len(set(scales)) / _SCALES_FOR_FULL_CONFIDENCE)


def _text(symbol: zxingcpp.Barcode) -> str:
    """Return the payload; that of a Codabar without its start and stop letters, which are no part of the number."""
    text = symbol.text
    framed = symbol.format == Format.Codabar and len(text) > 2 and {text[0], text[-1]} <= set("ABCDabcd")
    return text[1:-1] if framed else text


def _messages(seen: _Sightings) -> tuple[list[Reading], list[Quad]]:
    """Return the messages whose parts are all there, and the places of parts whose others are not."""
    together: dict[tuple[int, int | None], list[_Key]] = defaultdict(list)
    for key, part in seen.parts.items():
        together[part.count, part.parity].append(key)
    messages: list[Reading] = []
    lone: list[Quad] = []
    for keys in together.values():
        keys.sort(key=lambda key: seen.parts[key].number)
        text = structured_append.joined([seen.parts[key] for key in keys])
        if text is None:
            lone += [seen.quads[key][0] for key in keys]
        else:
            scales = min((seen.scales[key] for key in keys), key=len)
            messages.append(Reading(NAME, ReadingKind.SYMBOL, text, seen.quads[keys[0]][0], _share(scales), keys[0][0]))
    return messages, lone


def _look_closely(grey: Grey, place: Quad, seen: _Sightings) -> None:
    """Look at a place enlarged, evened out, sharpened and inverted, until sure."""
    for look, back in close_looks(grey, place):
        if seen.is_over:
            return
        for symbol in look.symbols():
            seen.add(symbol, _through(back, _quad(symbol.position, 1.0)), look.name)
        if seen.sure_at(place):
            return


def _look_over(grey: Grey, region: Quad, seen: _Sightings) -> None:
    for look, back in region_looks(grey, region):
        if seen.is_over:
            return
        for symbol in look.symbols():
            seen.add(symbol, _through(back, _quad(symbol.position, 1.0)), look.name)


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
