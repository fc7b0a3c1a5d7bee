"""Readings as plain values: how they travel between the label service and its client."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Point, Quad
from troostwatch.domain.readings import Reading, ReadingKind
from troostwatch.domain.token_format import storable


def reading_values(reading: Reading) -> dict[str, object]:
    return {
        "reader": reading.reader,
        "kind": str(reading.kind),
        "text": reading.text,
        "quad": [list(corner) for corner in reading.quad.corners],
        "confidence": reading.confidence,
        "symbology": reading.symbology,
        "again": reading.again,
        "says": str(reading.says) if reading.says else None,
    }


def reading_from(values: Mapping[str, Any]) -> Reading:
    """Raises KeyError, TypeError or ValueError for what is no reading."""
    kind = ReadingKind(values["kind"])
    symbology, says, confidence, again = (values.get(k) for k in ("symbology", "says", "confidence", "again"))
    if confidence is not None and not 0 <= float(confidence) <= 1:
        raise ValueError(f"confidence {confidence!r} is not between 0 and 1")
    if (kind is ReadingKind.OPINION) != bool(says) or (kind is ReadingKind.SYMBOL and not symbology):
        raise ValueError(f"a reading of kind {kind} does not hold together")
    a, b, c, d = map(_point, values["quad"])
    return Reading(
        reader=storable(values["reader"]),
        kind=kind,
        text=storable(values["text"]),
        quad=Quad((a, b, c, d)),
        confidence=None if confidence is None else float(confidence),
        symbology=storable(symbology) if symbology and kind is not ReadingKind.TEXT else None,
        again=None if again is None else storable(again),
        says=CodeType(says) if says else None,
    )


def _point(value: Any) -> Point:  # noqa: ANN401 (from a stranger's JSON)
    x, y = (float(number) for number in value)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(f"{value!r} is no place")
    return x, y
