"""What printed captions claim: the value behind them on their line, or the one that the label gives them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from troostwatch.domain.codes import CodeType, canonical, squeeze
from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement import captions, checks, payloads
from troostwatch.domain.judgement.captions import Captioned
from troostwatch.domain.judgement.claims import Basis, Claim
from troostwatch.domain.judgement.labels import Label
from troostwatch.domain.judgement.matching import Caption, Match, Piece, Side, matched
from troostwatch.domain.judgement.values import value_in
from troostwatch.domain.readings import Reading, ReadingKind

_ANNOUNCES_S = re.compile(r"\(\s*[Ss5$]?\s*\)")  # '(S)Serial Number': the bars below begin with an S
_STANDS = {Side.RIGHT: (Basis.CAPTION_LEFT, "right of"), Side.BELOW: (Basis.CAPTION_ABOVE, "below"),
           Side.ABOVE: (Basis.CAPTION_BELOW, "above")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Orphan:
    """A caption of a code that we look for, beside which nothing could be read."""

    type: CodeType
    caption: str
    reading: int


@dataclass(frozen=True, slots=True)
class _Told:
    """A caption and the line that it stands in."""

    captioned: Captioned
    reading: int


def claims(readings: Sequence[Reading], on: Sequence[Label]) -> tuple[list[Claim], list[Orphan]]:
    """Return what printed captions claim, and the captions that found no value."""
    found: list[Claim] = []
    orphans: list[Orphan] = []
    for label in on:
        here, lost = _on_label(label, readings)
        found += here
        orphans += lost
    return found, orphans


def _on_label(label: Label, readings: Sequence[Reading]) -> tuple[list[Claim], list[Orphan]]:
    lines = [i for i in sorted(label.readings) if readings[i].kind is ReadingKind.TEXT]
    told = [_Told(captioned, i) for i in lines for captioned in captions.find(readings[i].text)]
    found = [(t, claim) for t in told for claim in _on_the_line(t, label)]
    alone = [t for t in told if len(squeeze(t.captioned.value)) < 2]
    matches = _beside(alone, {t.reading for t in told if not t.captioned.faint}, label, readings)
    found = [pair for t, claim in found for pair in _unless_a_value(t, claim, alone, matches)]
    for number, match, piece in matches:
        found += [(alone[number], claim) for claim in _claimed(alone[number], match, readings[piece], piece, label)]
    matched_ones = {number for number, _, _ in matches}
    orphans = [
        Orphan(t.captioned.type, t.captioned.caption, t.reading)
        for number, t in enumerate(alone)
        if number not in matched_ones and t.captioned.type is not CodeType.OTHER and not t.captioned.vague
    ]
    return _without_vague_doubles(found), orphans


def _unless_a_value(
    told: _Told, claim: Claim, alone: Sequence[_Told], matches: Sequence[tuple[int, Match, int]]
) -> Iterator[tuple[_Told, Claim]]:
    """Yield what a line claims by its own caption, unless it is the value of another: 'MN 406K' below 'Model'."""
    over = [alone[number].captioned for number, _, piece in matches if piece == told.reading]
    if not told.captioned.faint or all(captioned.vague for captioned in over):
        yield told, claim
        if told.captioned.faint and over:
            yield told, replace(claim, basis=Basis.CONTESTED, why=f"it may belong to '{over[0].caption}'")


def _on_the_line(told: _Told, label: Label) -> Iterator[Claim]:
    captioned = told.captioned
    if value := value_in(captioned.type, captioned.value):
        why = f"printed after '{captioned.caption}'"
        yield from _with_form(
            Claim(captioned.type, value, Basis.CAPTION, why, told.reading, captioned.caption), told, label
        )


def _beside(
    alone: Sequence[_Told], with_captions: set[int], label: Label, readings: Sequence[Reading]
) -> list[tuple[int, Match, int]]:
    """Return for each caption without a value on its line the match and the reading that holds the value."""
    places = [Caption(t.reading, readings[t.reading].quad.part(t.captioned.start, t.captioned.stop)) for t in alone]
    kinds = (ReadingKind.SYMBOL, ReadingKind.TEXT)
    pieces = [Piece(i, readings[i].quad) for i in sorted(label.readings) if readings[i].kind in kinds]

    def value_of(number: int, piece: int) -> str | None:
        index = pieces[piece].reading
        if index in with_captions:
            return None
        captioned, reading = alone[number].captioned, readings[index]
        # What is no code of ours may be anything: '230 V', '2019-04'.
        value = reading.text if captioned.type is CodeType.OTHER else _value_of(captioned, reading)
        return value and squeeze(value)

    found = matched(places, pieces, value_of)
    return [(match.caption, match, pieces[match.piece].reading) for match in found]


def _claimed(told: _Told, match: Match, reading: Reading, index: int, label: Label) -> Iterator[Claim]:
    basis, where = _STANDS[match.side]
    captioned = told.captioned
    value = _value_of(captioned, reading)
    if value is None:
        return
    why = f"printed {where} '{captioned.caption}'"
    claim = Claim(captioned.type, value, basis, why, index, captioned.caption)
    yield from _with_form(claim, told, label)
    if match.contested:
        why = f"'{captioned.caption}' may belong to another value"
        yield Claim(captioned.type, value, Basis.CONTESTED, why, index, captioned.caption)


def _with_form(claim: Claim, told: _Told, label: Label) -> Iterator[Claim]:
    """Yield the claim of a caption, and what the form says that it stands on where the caption alone is vague.

    A bare "No." names the serial on the plate of a machine, and anything elsewhere.
    """
    if not told.captioned.vague:
        yield claim
        return
    bare = claim.type is CodeType.SERIAL_NUMBER and not told.captioned.caption.startswith("(")
    if bare and not label.nameplate:
        return
    yield Claim(claim.type, claim.value, Basis.VAGUE_CAPTION, claim.why, claim.reading, claim.caption)
    if label.nameplate and claim.type is not CodeType.PART_NUMBER:
        why = "on the plate of a machine"
        yield Claim(claim.type, claim.value, Basis.NAMEPLATE, why, claim.reading, claim.caption)


def _without_vague_doubles(found: Sequence[tuple[_Told, Claim]]) -> list[Claim]:
    """Leave out what vague captions claim where a plain one names the same on the label: 'Type' beside 'Model'."""
    named = {claim.type for told, claim in found if not told.captioned.vague}
    return [claim for told, claim in found if not told.captioned.vague or claim.type not in named]


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


def _right_of(line: Quad, other: Quad) -> float | None:
    """Return how far the other stands to the right in the same row, in heights of the line."""
    height = max(line.height, 1.0)
    angle = line.angle if line.width > 1.2 * height else other.angle
    there = other.seen_from(line, angle)
    gap = there.start - line.width / 2
    return max(0.0, gap) / height if abs(there.middle) <= 0.8 * height and gap >= -0.5 * height else None


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
            (reach, reading)
            for reading in readings
            if reading.kind is ReadingKind.TEXT
            and _is_digits(reading)
            and reading.quad is not last
            and (reach := _right_of(last, reading.quad)) is not None
            and reach < 4.0
        ]
        if not following:
            return
        nearest = min(following, key=lambda pair: pair[0])[1]
        digits += squeeze(nearest.text)
        last = nearest.quad
        yield digits


def _is_digits(reading: Reading) -> bool:
    return reading.text.replace(" ", "").isascii() and reading.text.replace(" ", "").isdigit()
