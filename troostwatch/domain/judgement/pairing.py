"""Which printed value belongs to which caption: on the same line, to its right, or below it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from troostwatch.domain.codes import CodeType, canonical, squeeze
from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement import captions, checks, payloads
from troostwatch.domain.judgement.captions import Captioned
from troostwatch.domain.judgement.claims import Basis, Claim
from troostwatch.domain.readings import Reading, ReadingKind

# In heights of the caption's letters.
_FARTHEST_RIGHT = 14.0
_FARTHEST_BELOW = 3.5

_DIGITS = re.compile(r"\d(?:[ -]?\d){6,31}")
_HEX = re.compile(r"[0-9A-F]{2}(?:[ :.-]?[0-9A-F]{2}){5}(?![0-9A-F])")
_UUID = re.compile(r"[0-9A-F]{8}(?:[ -]?[0-9A-F]{4}){3}[ -]?[0-9A-F]{12}")
_WORD = re.compile(r"[0-9A-Z][0-9A-Z#./+-]*")
_ANNOUNCES_S = re.compile(r"\(\s*[Ss5$]?\s*\)")  # '(S)Serial Number': the bars below begin with an S
_FORMS = {
    CodeType.EAN: _DIGITS,
    CodeType.IMEI: _DIGITS,
    CodeType.EID: _DIGITS,
    CodeType.MAC_ADDRESS: _HEX,
    CodeType.UUID: _UUID,
}


@dataclass(frozen=True, slots=True)
class Orphan:
    """A caption of a code that we look for, beside which nothing could be read."""

    type: CodeType
    caption: str
    reading: int


def value_in(kind: CodeType, text: str) -> str | None:
    """Return the value of this type with which the text begins, in canonical form."""
    text = text.upper().lstrip(" :.#-()")
    match = _FORMS.get(kind, _WORD).match(text)
    if not match:
        return None
    value = match.group().rstrip("./+-")
    if kind is CodeType.MODEL_NUMBER and value.isalpha() and checks.plausible(kind, text):
        value = text  # the whole line is the designation: 'HB 124A'
    return canonical(kind, value) if checks.plausible(kind, value) else None


def claims(readings: Sequence[Reading]) -> tuple[list[Claim], list[Orphan]]:
    """Return what printed captions claim, and the captions that found no value."""
    found: list[Claim] = []
    orphans: list[Orphan] = []
    for index, reading in enumerate(readings):
        if reading.kind is not ReadingKind.TEXT:
            continue
        for captioned in captions.find(reading.text):
            claim = _on_the_line(captioned, index) or _beside(captioned, index, readings)
            if claim:
                found.append(claim)
            elif captioned.type is not CodeType.OTHER and not captioned.value:
                orphans.append(Orphan(captioned.type, captioned.caption, index))
    return found, orphans


def _on_the_line(captioned: Captioned, index: int) -> Claim | None:
    value = value_in(captioned.type, captioned.value)
    if value is None:
        return None
    why = f"printed after '{captioned.caption}'"
    return Claim(captioned.type, value, Basis.CAPTION, why, index, captioned.caption)


def _beside(captioned: Captioned, index: int, readings: Sequence[Reading]) -> Claim | None:
    if captioned.value:
        return None
    place = readings[index].quad.part(captioned.start, min(1.0, captioned.end))
    candidates = []
    for other, reading in enumerate(readings):
        distance = _distance(place, reading.quad) if other != index else None
        if distance is None or reading.kind not in (ReadingKind.SYMBOL, ReadingKind.TEXT):
            continue
        if reading.kind is ReadingKind.TEXT and captions.find(reading.text):
            continue
        if value := _value_of(captioned, reading):
            candidates.append((distance, other, value))
    if not candidates:
        return None
    (_, basis), other, value = min(candidates)
    why = f"printed {'right of' if basis is Basis.CAPTION_LEFT else 'below'} '{captioned.caption}'"
    return Claim(captioned.type, value, basis, why, other, captioned.caption)


def _value_of(captioned: Captioned, reading: Reading) -> str | None:
    """Return the value that a reading beside a caption holds: of a symbol without the identifier in front of it."""
    if reading.kind is ReadingKind.TEXT:
        return value_in(captioned.type, reading.text)
    own = payloads.claims(reading, 0)
    if own:
        return next((claim.value for claim in own if claim.type is captioned.type), None)
    payload = reading.text.strip()
    if captioned.type is CodeType.SERIAL_NUMBER and payload[:1] in "Ss" and _ANNOUNCES_S.match(captioned.caption):
        payload = payload[1:]
    return value_in(captioned.type, payload)


def _distance(caption: Quad, value: Quad) -> tuple[float, Basis] | None:
    """Return how far the value stands from the caption, in heights, and on which side; None when it does not."""
    height = max(caption.height, 1.0)
    # What is no longer than high, a single digit, does not tell its own direction.
    angle = caption.angle if caption.width > 1.2 * height else value.angle
    start, end, top, bottom = _seen_from(caption, value, angle)
    middle = (top + bottom) / 2
    if abs(middle) <= 0.8 * height and -0.5 * height <= start - caption.width / 2 <= _FARTHEST_RIGHT * height:
        return max(0.0, start - caption.width / 2) / height, Basis.CAPTION_LEFT
    gap = top - height / 2
    overlaps = start < caption.width / 2 + height and end > -caption.width / 2 - height
    if -0.5 * height <= gap <= _FARTHEST_BELOW * height and middle > 0.5 * height and overlaps:
        return gap / height + 2.0, Basis.CAPTION_ABOVE  # on the same line wins over below
    return None


def _seen_from(caption: Quad, value: Quad, angle: float) -> tuple[float, float, float, float]:
    """Return start, end, top and bottom of the value as seen from the caption by someone who reads at this angle."""
    cx, cy = caption.centre
    cos, sin = math.cos(-angle), math.sin(-angle)
    xs, ys = zip(
        *(((x - cx) * cos - (y - cy) * sin, (x - cx) * sin + (y - cy) * cos) for x, y in value.corners),
        strict=True,
    )
    return min(xs), max(xs), min(ys), max(ys)


def printed_gtins(readings: Sequence[Reading]) -> Iterator[Claim]:
    """Yield the GTINs printed under their bars, also where the printer spaced them out: '4 710886 776161'."""
    bars = [reading.quad for reading in readings if reading.kind is ReadingKind.UNDECODED]
    for index, reading in enumerate(readings):
        if reading.kind is not ReadingKind.TEXT or not _is_digits(reading):
            continue
        for digits in _runs(index, readings):
            if len(digits) in (12, 13) and checks.gtin_is_valid(digits):
                value = canonical(CodeType.EAN, digits)
                why = f"printed digits '{digits}' that check as a GTIN"
                yield Claim(CodeType.EAN, value, Basis.CHECK_DIGIT, why, index)
                if any(stands_at(reading.quad, place) for place in bars):
                    yield Claim(CodeType.EAN, value, Basis.UNDER_BARS, "under bars that cannot be decoded", index)
                break


def stands_at(text: Quad, bars: Quad) -> bool:
    """Tell whether a line of text stands on bars or right beside them; which way up bars are nobody can tell."""
    return math.dist(text.centre, bars.centre) < 0.6 * max(bars.width, bars.height) + text.height


def _runs(index: int, readings: Sequence[Reading]) -> Iterator[str]:
    """Yield the digits from one reading on, longer and longer, as they stand in a row."""
    digits = squeeze(readings[index].text)
    yield digits
    last = readings[index].quad
    for _ in range(3):
        following = [
            (reach[0], reading)
            for reading in readings
            if reading.kind is ReadingKind.TEXT
            and _is_digits(reading)
            and reading.quad is not last
            and (reach := _distance(last, reading.quad))
            and reach[1] is Basis.CAPTION_LEFT
            and reach[0] < 4.0
        ]
        if not following:
            return
        nearest = min(following, key=lambda pair: pair[0])[1]
        digits += squeeze(nearest.text)
        last = nearest.quad
        yield digits


def _is_digits(reading: Reading) -> bool:
    return reading.text.replace(" ", "").isascii() and reading.text.replace(" ", "").isdigit()
