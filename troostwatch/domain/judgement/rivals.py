"""What contradicts a candidate, or goes on where it ends: other candidates, other readings of the same bars."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from troostwatch.domain.codes import CodeType, canonical, squeeze, without_look_alikes
from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement import checks, payloads
from troostwatch.domain.judgement.candidates import Candidate
from troostwatch.domain.judgement.claims import CAPTIONED, Basis
from troostwatch.domain.judgement.pairing import stands_at
from troostwatch.domain.readings import Reading, ReadingKind, is_matrix

# Bars of which a part reads as well, or whose check sign nobody has to print (ISO/IEC 16390, 16388, EN 798).
_WEAK = ("ITF", "Code39", "Codabar", "Code32", "PZN")
_SHORTEST_BEGINNING = 4


def is_weak(symbol: Reading) -> bool:
    """Tell whether these are bars without a compulsory check digit."""
    return (symbol.symbology or "").startswith(_WEAK)


def may_begin_with_an_identifier(candidate: Candidate, texts: Sequence[Reading]) -> bool:
    """Tell whether bars under a caption of serials begin with an S that no print confirms: it may be identifier S."""
    unsure = candidate.type is CodeType.SERIAL_NUMBER and candidate.value[0] == "S" and not texts
    return unsure and candidate.bases <= CAPTIONED | {Basis.ENCODED, Basis.CODE_LIKE}


def has_rival(candidate: Candidate, others: Iterable[Candidate]) -> bool:
    """Tell whether another candidate differs in look-alikes alone and is attested no worse."""
    mine = candidate.characters
    return any(
        other.type is candidate.type
        and other.characters != mine
        and without_look_alikes(other.value) == without_look_alikes(mine)
        and len(other.shown_by) >= len(candidate.shown_by)
        for other in others
    )


def is_part_of_a_symbol(candidate: Candidate, readings: Iterable[Reading]) -> bool:
    # A model may rightly be the beginning of a longer one; a serial is whole or wrong.
    most = checks.LONGEST_LOSS if candidate.type is CodeType.SERIAL_NUMBER else 2
    shown = (value for r in readings if r.kind is ReadingKind.SYMBOL for value in payloads.shown(r))
    return any(checks.is_clipped(candidate.value, value, most=most) for value in shown)


def begins_a_symbol(candidate: Candidate, readings: Iterable[Reading]) -> bool:
    """Tell whether a symbol goes on where this model ends: the machine type is the beginning of the whole model."""
    longer = (squeeze(r.text) for r in readings if r.kind is ReadingKind.SYMBOL)
    known = candidate.type is CodeType.MODEL_NUMBER and len(candidate.characters) >= _SHORTEST_BEGINNING
    return known and any(re.match(rf"(?:1S)?{candidate.characters}[0-9A-Z]", value) for value in longer)


def has_rival_bars(candidate: Candidate, symbols: Iterable[Reading], readings: Sequence[Reading]) -> bool:
    """Tell whether bars at one place were read as two values: a check digit lets one misread in ten pass."""
    return any(
        (one.symbology in payloads.RETAIL and _reads_otherwise(candidate, one, other))
        or (is_weak(one) and _is_another_reading(one, other))
        for one in symbols
        for other in readings
    )


def _is_another_reading(bars: Reading, other: Reading) -> bool:
    """Tell whether these bars were also read as something else; that a part of them was read is no comfort."""
    symbol = other.kind is ReadingKind.SYMBOL and not is_matrix(other)
    return symbol and squeeze(other.text) != squeeze(bars.text) and _overlies(other.quad, bars.quad)


def _overlies(one: Quad, other: Quad) -> bool:
    """Tell whether two symbols cover each other; the quads of bars may be as thin as a line."""
    there = one.seen_from(other, other.angle)
    return (
        abs(there.middle) < 0.6 * max(one.height, other.height)
        and there.start < other.width / 2
        and there.end > -other.width / 2
    )


def _reads_otherwise(candidate: Candidate, bars: Reading, other: Reading) -> bool:
    if other.kind is ReadingKind.SYMBOL and other.symbology in payloads.RETAIL:
        return canonical(CodeType.EAN, other.text) != candidate.value and _same_bars(bars, other)
    digits = squeeze(other.text)
    if other.kind is not ReadingKind.TEXT or not checks.gtin_is_valid(digits) or len(digits) < 12:
        return False
    return canonical(CodeType.EAN, digits) != candidate.value and stands_at(other.quad, bars.quad)


def _same_bars(one: Reading, other: Reading) -> bool:
    """Tell whether two symbols stand in each other's place; the quads of bars may be as thin as a line."""
    a, b = one.quad, other.quad
    reach = max(a.width, b.width) / 2
    return math.dist(a.centre, b.centre) < reach
