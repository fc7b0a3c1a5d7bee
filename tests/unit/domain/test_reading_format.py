"""Readings that travel as plain values come back as they were."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from troostwatch.domain.geometry import Quad
from troostwatch.domain.reading_format import reading_from, reading_values
from troostwatch.domain.readings import Look, LookReason, Reading, ReadingKind

READING = Reading("rapidocr", ReadingKind.TEXT, "S/N 4711", Quad.upright(1.5, 2, 30, 9), 0.9)
LOOK = Look(LookReason.GLOW, Quad.upright(0, 0, 200, 100), 1.6)


@pytest.mark.parametrize("look", [None, LOOK])
def test_where_a_line_was_seen_travels_with_it(look: Look | None) -> None:
    reading = replace(READING, look=look)

    assert reading_from(json.loads(json.dumps(reading_values(reading)))) == reading


@pytest.mark.parametrize("wrong", [{"scale": 0}, {"scale": float("nan")}, {"reason": "because"}, {"quad": [[1, 2]]}])
def test_a_look_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    values = reading_values(replace(READING, look=LOOK))
    values["look"] = {**values["look"], **wrong}  # type: ignore[dict-item]

    with pytest.raises(ValueError):
        reading_from(values)
