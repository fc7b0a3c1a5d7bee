"""Candidates for codes: claims of the same type and characters, with all that speaks for and against them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from troostwatch.domain.codes import CodeType, canonical, squeeze, without_look_alikes
from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.judgement import checks, payloads, values
from troostwatch.domain.judgement.claims import Basis, Claim
from troostwatch.domain.judgement.pairing import stands_at
from troostwatch.domain.judgement.weighing import Witness
from troostwatch.domain.readings import Reading, ReadingKind, WitnessClass, is_matrix

_CAPTIONED = frozenset({Basis.CAPTION, Basis.CAPTION_LEFT, Basis.CAPTION_ABOVE, Basis.CAPTION_BELOW})
# What vouches for a symbol that was seen once: its own grammar or print, not merely that it could be something.
_VOUCHES = _CAPTIONED | {Basis.RETAIL_SYMBOL, Basis.IDENTIFIER, Basis.LABELLED}
# The first, second and third line that show the characters; later ones add nothing.
_TEXTS = (Witness.TEXT, Witness.SECOND_TEXT, Witness.THIRD_TEXT)
# Bars of which a part reads as well, or whose check sign nobody has to print (ISO/IEC 16390, 16388, EN 798).
_WEAK = ("ITF", "Code39", "Codabar", "Code32", "PZN")
# The least sure character of a value tells right from wrong better than its line. Below the first number values
# were wrong as often as right; lines of which no more than a mean is known are poor below the third.
_POOR_BELOW, _SURE_FROM, _POOR_LINE_BELOW = 0.8, 0.95, 0.93
_HESITATES_BELOW = 0.995
_EDGE_PIXELS = 6
_SHORTEST_BEGINNING = 4
_SHORTEST_IN_TEXT = 6  # shorter ones stand inside other words by chance


@dataclass(frozen=True, slots=True)
class Candidate:
    type: CodeType
    value: str
    claims: tuple[Claim, ...]
    shown_by: tuple[int, ...]  # indices of the readings that show the value
    bases: frozenset[Basis]

    @property
    def characters(self) -> str:
        return squeeze(self.value)

    @property
    def settled(self) -> bool:
        """Tell whether something else than print says which of two signs that look alike stands there."""
        return Basis.CROSS_CHECK in self.bases or any(claim.settles for claim in self.claims)

    def stands_in(self, line: str) -> bool:
        """Tell whether a line of text holds the value, as a word of its own."""
        return any(_stands_in(line, form) for form in self._forms)

    def seen_again_in(self, reading: Reading) -> bool:
        """Tell whether the closer look at a line shows the value."""
        return any(form in squeeze(reading.again or "") for form in self._forms)

    @property
    def _forms(self) -> set[str]:
        """A UPC is printed without the zero with which we keep it."""
        upc = self.type is CodeType.EAN and len(self.characters) == 13 and self.characters[0] == "0"
        return {self.characters, self.characters[1:] if upc else self.characters}


@dataclass(frozen=True, slots=True)
class Scene:
    """All that was read on one photograph, and its size in pixels."""

    readings: Sequence[Reading]
    width: int
    height: int

    def cuts(self, box: Box) -> bool:
        """Tell whether the edge of the picture cuts this box."""
        return (
            box.x0 <= _EDGE_PIXELS
            or box.y0 <= _EDGE_PIXELS
            or box.x1 >= self.width - _EDGE_PIXELS
            or box.y1 >= self.height - _EDGE_PIXELS
        )


def candidates(claims: Iterable[Claim], readings: Sequence[Reading]) -> list[Candidate]:
    """Claims of the same type and characters are one candidate, however the value is punctuated."""
    groups: dict[tuple[CodeType, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.type, squeeze(claim.value)].append(claim)
    return [_candidate(kind, squeezed, group, readings) for (kind, squeezed), group in groups.items()]


def _candidate(kind: CodeType, squeezed: str, claims: Sequence[Claim], readings: Sequence[Reading]) -> Candidate:
    shown_by = [i for i, reading in enumerate(readings) if shows(reading, squeezed)]
    shown_by += sorted({c.reading for c in claims} - set(shown_by))
    # The punctuation of print is kept: a text that has hyphens knows more than a symbol without.
    spelling = max((c.value for c in claims), key=lambda value: (len(value), value))
    bases = {claim.basis for claim in claims}
    if bases & _CAPTIONED and any(readings[i].kind is ReadingKind.SYMBOL for i in shown_by):
        bases.add(Basis.ENCODED)
    return Candidate(kind, spelling, tuple(claims), tuple(shown_by), frozenset(bases))


def shows(reading: Reading, squeezed: str) -> bool:
    """Tell whether the reading holds these characters; in text short ones never count, others must stand alone."""
    match reading.kind:
        case ReadingKind.SYMBOL:
            return any(squeeze(value) == squeezed for value in payloads.shown(reading))
        case ReadingKind.OPINION:
            return squeeze(reading.text) == squeezed
        case ReadingKind.TEXT:
            return _stands_in(reading.text, squeezed)
        case _:
            return False


def _stands_in(line: str, squeezed: str) -> bool:
    if len(squeezed) < _SHORTEST_IN_TEXT or squeezed not in squeeze(line):
        return False
    characters = r"[^0-9A-Z]?".join(map(re.escape, squeezed))
    return re.search(rf"(?<![0-9A-Z-]){characters}(?![0-9A-Z-])", line.upper()) is not None


def repeats_what_the_edge_cut(candidate: Candidate, others: Iterable[Candidate], scene: Scene) -> bool:
    """Tell whether this is a longer candidate once more, on a label that the edge of the picture cuts off."""
    mine = candidate.characters
    return all(scene.cuts(scene.readings[i].quad.box) for i in candidate.shown_by) and any(
        other.type is candidate.type and other.characters.startswith(mine) and other is not candidate
        for other in others
    )


def witnesses(candidate: Candidate, others: Sequence[Candidate], scene: Scene) -> list[Witness]:
    """Return what speaks for and against the characters of the candidate."""
    readings = [scene.readings[i] for i in candidate.shown_by]
    symbols = [r for r in readings if r.kind is ReadingKind.SYMBOL]
    texts = [r for r in readings if r.kind is ReadingKind.TEXT]
    whole = [r for r in texts if not scene.cuts(r.quad.box)]
    found = list(_of_symbols(candidate, symbols))
    found += _of_texts(candidate, whole)
    # The classifier looks at words, not at pixels: it adds nothing about the characters.
    if any(r.kind is ReadingKind.OPINION and r.witness is not WitnessClass.DERIVED for r in readings):
        found.append(Witness.OPINION)
    if texts and not found:
        found += [Witness.TEXT, Witness.CUT_OFF]
    if whole and not symbols:
        found += _doubts(candidate, whole)
        found += [Witness.IN_SYMBOL] * _begins_a_symbol(candidate, scene.readings)
    if whole and (checks.proves_itself(candidate.type, candidate.value) or Basis.CROSS_CHECK in candidate.bases):
        found.append(Witness.CHECK_DIGIT)
    if not symbols and (_has_rival(candidate, others) or _is_part_of_a_symbol(candidate, scene.readings)):
        found.append(Witness.RIVAL)
    if _has_rival_bars(candidate, symbols, scene.readings) or _may_begin_with_an_identifier(candidate, texts):
        found.append(Witness.RIVAL_BARS)
    return found


def _of_symbols(candidate: Candidate, symbols: Iterable[Reading]) -> Iterator[Witness]:
    vouched = len(candidate.shown_by) > 1 or bool(candidate.bases & _VOUCHES)
    vouched = vouched or checks.proves_itself(candidate.type, candidate.value)
    for symbol in symbols:
        yield of_symbol(symbol, vouched=vouched)


def of_symbol(symbol: Reading, *, vouched: bool) -> Witness:
    if is_matrix(symbol):
        return Witness.MATRIX
    if not seen_once(symbol):
        return Witness.SYMBOL_WEAK if is_weak(symbol) else Witness.SYMBOL
    return Witness.SYMBOL_ONCE if vouched else Witness.SYMBOL_ONCE_ALONE


def is_weak(symbol: Reading) -> bool:
    """Tell whether these are bars without a compulsory check digit."""
    return (symbol.symbology or "").startswith(_WEAK)


def seen_once(symbol: Reading) -> bool:
    """Tell whether bars were decoded in one pass only; a matrix symbol corrects its errors and needs no other."""
    # The reader's number is the share of its passes that saw the symbol.
    return not is_matrix(symbol) and (symbol.confidence or 0.0) < 0.34


def _of_texts(candidate: Candidate, texts: Sequence[Reading]) -> Iterator[Witness]:
    clear = [text for text in texts if not _is_poor(text, candidate)]
    yield from [Witness.TEXT_POOR] * (len(texts) - len(clear))
    yield from _TEXTS[: len(clear)]
    if any((least_sure(text, candidate) or 0.0) >= _SURE_FROM for text in clear):
        yield Witness.TEXT_SURE
    if clear and all(text.witness is WitnessClass.COARSE for text in clear):
        yield Witness.TEXT_COARSE
    if texts and not any(candidate.stands_in(text.text) for text in texts):
        yield Witness.MENDED
    looked_again = [candidate.seen_again_in(text) for text in texts if text.again is not None]
    if looked_again:
        yield Witness.AGAIN if any(looked_again) else Witness.AGAIN_OTHERWISE


def _is_poor(text: Reading, candidate: Candidate) -> bool:
    least = least_sure(text, candidate)
    if least is not None:
        return least < _POOR_BELOW
    return text.witness is WitnessClass.DIRECT and (text.confidence or 1.0) < _POOR_LINE_BELOW


def least_sure(text: Reading, candidate: Candidate) -> float | None:
    """Return how sure the engine is of the least sure character of the value, where it says so."""
    return min((sure for _, sure in _said_of(text, candidate)), default=None)


def _doubts(candidate: Candidate, texts: Sequence[Reading]) -> Iterator[Witness]:
    settled = candidate.settled or checks.proves_itself(candidate.type, candidate.value)
    if not settled and (checks.easily_misread(candidate.type, candidate.value) or _hesitated(candidate, texts)):
        yield Witness.LOOK_ALIKES
    if " " in candidate.value:
        yield Witness.GROUPED
    if all(_goes_on(text.text, candidate) for text in texts):
        yield Witness.MORE_FOLLOWS


def _hesitated(candidate: Candidate, texts: Sequence[Reading]) -> bool:
    """Tell whether the engine hesitated at a sign that has a look-alike, in a value of letters and digits."""
    mixed = any(c.isalpha() for c in candidate.characters)
    return mixed and any(
        sure < _HESITATES_BELOW and sign in "O0I1Q" for text in texts for sign, sure in _said_of(text, candidate)
    )


def _said_of(text: Reading, candidate: Candidate) -> list[tuple[str, float]]:
    """Return the characters of the value in this line, each with how sure the engine is of it."""
    signs = zip(text.text.upper(), text.characters, strict=False)
    kept = [(sign, sure) for sign, sure in signs if sign.isalnum() and sign.isascii()]
    at = "".join(sign for sign, _ in kept).find(candidate.characters)
    return kept[at : at + len(candidate.characters)] if at >= 0 else []


def _goes_on(line: str, candidate: Candidate) -> bool:
    """Tell whether behind the value another word stands that looks like more of it: 'WD82 PURZ-68CSPY6'."""
    _, found, rest = line.upper().partition(candidate.value)
    return bool(found) and values.goes_on(rest)


def _may_begin_with_an_identifier(candidate: Candidate, texts: Sequence[Reading]) -> bool:
    """Tell whether bars under a caption of serials begin with an S that no print confirms: it may be identifier S."""
    unsure = candidate.type is CodeType.SERIAL_NUMBER and candidate.value[0] == "S" and not texts
    return unsure and candidate.bases <= _CAPTIONED | {Basis.ENCODED, Basis.CODE_LIKE}


def _has_rival(candidate: Candidate, others: Iterable[Candidate]) -> bool:
    """Tell whether another candidate differs in look-alikes alone and is attested no worse."""
    mine = candidate.characters
    return any(
        other.type is candidate.type
        and other.characters != mine
        and without_look_alikes(other.value) == without_look_alikes(mine)
        and len(other.shown_by) >= len(candidate.shown_by)
        for other in others
    )


def _is_part_of_a_symbol(candidate: Candidate, readings: Iterable[Reading]) -> bool:
    # A model may rightly be the beginning of a longer one; a serial is whole or wrong.
    most = checks.LONGEST_LOSS if candidate.type is CodeType.SERIAL_NUMBER else 2
    shown = (value for r in readings if r.kind is ReadingKind.SYMBOL for value in payloads.shown(r))
    return any(checks.is_clipped(candidate.value, value, most=most) for value in shown)


def _begins_a_symbol(candidate: Candidate, readings: Iterable[Reading]) -> bool:
    """Tell whether a symbol goes on where this model ends: the machine type is the beginning of the whole model."""
    longer = (squeeze(r.text) for r in readings if r.kind is ReadingKind.SYMBOL)
    known = candidate.type is CodeType.MODEL_NUMBER and len(candidate.characters) >= _SHORTEST_BEGINNING
    return known and any(re.match(rf"(?:1S)?{candidate.characters}[0-9A-Z]", value) for value in longer)


def _has_rival_bars(candidate: Candidate, symbols: Iterable[Reading], readings: Sequence[Reading]) -> bool:
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
