"""Readings written down as they stand on a sticker: lines of text and symbols, each 30 pixels high."""

from __future__ import annotations

from dataclasses import replace

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement.fusion import Judgement, judge
from troostwatch.domain.readings import CLASSIFIER, Reading, ReadingKind, WitnessClass

WIDTH, HEIGHT = 1600, 1200
CLASSES = {"tesseract": WitnessClass.COARSE, CLASSIFIER: WitnessClass.DERIVED}


def _class_of(reader: str) -> WitnessClass:
    return CLASSES.get(reader, WitnessClass.DIRECT)


def text(
    line: str,
    x: float = 100,
    y: float = 100,
    *,
    reader: str = "rapidocr",
    again: str | None = None,
    sure: float = 0.999,
) -> Reading:
    """Return a line whose engine is as `sure` of each of its characters, where it says so at all."""
    place = Quad.upright(x, y, x + 15 * len(line), y + 30)
    witness = _class_of(reader)
    characters = (sure,) * len(line) if witness is WitnessClass.DIRECT else ()
    return Reading(reader, ReadingKind.TEXT, line, place, 0.99, again=again, witness=witness, characters=characters)


def opinion(kind: str, value: str, x: float = 100, y: float = 500, *, reader: str = "openai") -> Reading:
    place = Quad.upright(x, y, x + 15 * len(value), y + 30)
    return Reading(reader, ReadingKind.OPINION, value, place, 0.8, says=CodeType(kind), witness=_class_of(reader))


def symbol(payload: str, symbology: str = "Code128", x: float = 100, y: float = 300, *, passes: float = 1.0) -> Reading:
    return Reading("barcode", ReadingKind.SYMBOL, payload, Quad.upright(x, y, x + 400, y + 40), passes, symbology)


def undecoded(x: float = 100, y: float = 300) -> Reading:
    return Reading("barcode", ReadingKind.UNDECODED, "", Quad.upright(x, y, x + 300, y + 40))


def turned(reading: Reading, times: int) -> Reading:
    """Return the reading as it stands when the photograph is turned by `times` quarters clockwise."""
    corners = reading.quad.corners
    for _ in range(times):
        corners = tuple((HEIGHT - y, x) for x, y in corners)  # type: ignore[assignment]
    return replace(reading, quad=Quad(corners))


def concluded(*readings: Reading) -> dict[tuple[str, str], float]:
    """Return (type, value) -> confidence."""
    return {(c.type.value, c.value): c.confidence for c in judged(*readings).codes}


def judged(*readings: Reading) -> Judgement:
    return judge(readings, width=WIDTH, height=HEIGHT)
