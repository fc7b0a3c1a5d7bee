"""Readings as plain values: how they travel between the label service and its client."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Point, Quad
from troostwatch.domain.readings import Look, LookReason, Reading, ReadingKind, RunnerUp, WitnessClass
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
        **sight_values(reading),
    }


def sight_values(reading: Reading) -> dict[str, object]:
    """Return what a reading says of its own worth: class of witness, how sure of each character, where it was seen."""
    return {
        "witness": str(reading.witness),
        "characters": list(reading.characters),
        "runners_up": [[r.at, r.sign, r.probability] for r in reading.runners_up],
        **({"look": _look_values(reading.look)} if reading.look else {}),
    }


def _look_values(look: Look) -> dict[str, object]:
    return {"reason": str(look.reason), "quad": [list(corner) for corner in look.quad.corners], "scale": look.scale}


def reading_from(values: Mapping[str, Any]) -> Reading:
    """Raises KeyError, TypeError or ValueError for what is no reading."""
    kind = ReadingKind(values["kind"])
    symbology, says, confidence, again = (values.get(k) for k in ("symbology", "says", "confidence", "again"))
    if (kind is ReadingKind.OPINION) != bool(says) or (kind is ReadingKind.SYMBOL and not symbology):
        raise ValueError(f"a reading of kind {kind} does not hold together")
    a, b, c, d = map(_point, values["quad"])
    reading = Reading(
        reader=storable(values["reader"]),
        kind=kind,
        text=storable(values["text"]),
        quad=Quad((a, b, c, d)),
        confidence=None if confidence is None else _share(confidence),
        symbology=storable(symbology) if symbology and kind is not ReadingKind.TEXT else None,
        again=None if again is None else storable(again),
        says=CodeType(says) if says else None,
    )
    return with_sight(reading, values)


def with_sight(reading: Reading, values: Mapping[str, Any]) -> Reading:
    """Return the reading with what `sight_values` said of it; older ones say nothing. Raises as `reading_from`."""
    characters = tuple(map(_share, values.get("characters") or ()))
    if len(characters) not in (0, len(reading.text)):
        raise ValueError(f"{len(characters)} confidences for {len(reading.text)} characters")
    runners_up = tuple(
        RunnerUp(int(at), storable(str(sign)), _share(share)) for at, sign, share in values.get("runners_up") or ()
    )
    if any(not 0 <= r.at < len(reading.text) for r in runners_up):
        raise ValueError("a second choice for a character that is not there")
    witness = WitnessClass(values.get("witness") or WitnessClass.DIRECT)
    look = _look(values["look"]) if values.get("look") else None
    return replace(reading, witness=witness, characters=characters, runners_up=runners_up, look=look)


def _look(values: Mapping[str, Any]) -> Look:
    a, b, c, d = map(_point, values["quad"])
    scale = float(values["scale"])
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"{scale!r} is no scale")
    return Look(LookReason(values["reason"]), Quad((a, b, c, d)), scale)


def _share(value: Any) -> float:  # noqa: ANN401 (from a stranger's JSON)
    share = float(value)
    if not 0 <= share <= 1:
        raise ValueError(f"{value!r} is no probability")
    return share


def _point(value: Any) -> Point:  # noqa: ANN401 (from a stranger's JSON)
    x, y = (float(number) for number in value)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(f"{value!r} is no place")
    return x, y
