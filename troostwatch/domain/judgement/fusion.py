"""Weighing what all witnesses claim: which codes stand, and how probable each is.

A code is right when its value and its type are right, so its confidence is the product of two probabilities.
Each comes from odds: every independent witness multiplies them. The value's witnesses are the readings that
show the same characters; the type's are the claims (symbology, identifier, caption, check digit, form).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from troostwatch.domain.codes import Code, CodeType, canonical
from troostwatch.domain.geometry import Box
from troostwatch.domain.judgement import checks, gathering, payloads
from troostwatch.domain.judgement.claims import Basis, Claim
from troostwatch.domain.readings import Reading, ReadingKind

# Raised whenever the judgement or a reader changes so that photographs deserve to be read again.
READING_VERSION = 1

# Odds that a claim on this basis has the type right, for each basis counted once.
_TYPE_ODDS = {
    Basis.RETAIL_SYMBOL: 400.0,
    Basis.IDENTIFIER: 40.0,
    Basis.LABELLED: 60.0,
    Basis.CAPTION: 40.0,
    Basis.CAPTION_LEFT: 30.0,
    Basis.CAPTION_ABOVE: 15.0,
    Basis.SHAPE: 30.0,
    Basis.VENDOR_SHAPE: 10.0,
    Basis.TRAP: 5000.0,
    Basis.CHECK_DIGIT: 8.0,
    Basis.ENCODED: 3.0,
}
# Odds that a symbol without caption and grammar holds none of the codes that we look for.
_UNEXPLAINED_ODDS = 8.0
# Odds that the characters are right.
_SYMBOL_ODDS = 500.0  # seen in several passes over the picture
_SEEN_ONCE_ODDS = 30.0  # in one pass, and something else speaks for it
_SEEN_ONCE_ALONE_ODDS = 0.8
_MATRIX_ODDS = 500.0  # QR and DataMatrix correct their errors or are not read
_TEXT_ODDS = (18.0, 6.0, 3.0)  # first, second and third line that shows them; later ones add nothing
# An engine's own number says little; but below this one its lines were wrong as often as right.
_POOR_BELOW = {"rapidocr": 0.93}
_POOR_TEXT_ODDS = 2.0
_CHECK_DIGIT_ODDS = 8.0  # text whose check digit is right
_CUT_OFF_ODDS = 0.05  # text that runs into the edge of the picture
_RIVAL_SYMBOL_ODDS = 0.004  # the same bars were also read as another number with a right check digit
_RIVAL_ODDS = 0.2  # another reading, one look-alike apart, says otherwise

_CAPTIONED = frozenset({Basis.CAPTION, Basis.CAPTION_LEFT, Basis.CAPTION_ABOVE})
# What vouches for a symbol that was seen once: its own grammar or print, not merely that it could be something.
_VOUCHES = _CAPTIONED | {Basis.RETAIL_SYMBOL, Basis.IDENTIFIER, Basis.LABELLED}
_MATRIX = frozenset({"QRCode", "DataMatrix", "Aztec", "PDF417", "MicroQRCode", "RMQRCode", "MaxiCode"})
_EDGE_PIXELS = 6


@dataclass(frozen=True, slots=True)
class Judgement:
    """The codes that stand, most probable first, and why a person should look although nothing is doubtful."""

    codes: tuple[Code, ...]
    unread_reason: str | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    type: CodeType
    value: str
    claims: tuple[Claim, ...]
    witnesses: tuple[int, ...]  # indices of the readings that show the value
    bases: frozenset[Basis]


def judge(readings: Sequence[Reading], *, width: int, height: int) -> Judgement:
    """Conclude codes from the readings of one photograph of `width` x `height` pixels."""
    readings = [r for r in readings if r.kind is ReadingKind.TEXT or payloads.stands(r)]
    claims, orphans = gathering.gather(readings)
    candidates = [_candidate(key, group, readings) for key, group in _grouped(claims).items()]
    edge = _Edge(width, height)
    codes = [
        code for candidate in _one_type_each(candidates) if (code := _conclude(candidate, candidates, readings, edge))
    ]
    codes += _unexplained_symbols(readings, claims, codes)
    concluded = {code.type for code in codes}
    lonely = [orphan for orphan in orphans if orphan.type not in concluded]
    reason = f"nothing could be read beside '{lonely[0].caption}'" if lonely else None
    return Judgement(tuple(sorted(codes, key=lambda c: (-c.confidence, c.type, c.value))), reason)


def _grouped(claims: Iterable[Claim]) -> dict[tuple[CodeType, str], list[Claim]]:
    """Claims of the same type and characters are one candidate, however the value is punctuated."""
    groups: dict[tuple[CodeType, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.type, checks.squeeze(claim.value)].append(claim)
    return groups


def _candidate(key: tuple[CodeType, str], claims: Sequence[Claim], readings: Sequence[Reading]) -> _Candidate:
    kind, squeezed = key
    witnesses = [i for i, reading in enumerate(readings) if _shows(reading, squeezed)]
    witnesses += sorted({c.reading for c in claims} - set(witnesses))
    # The punctuation of print is kept: a text that has hyphens knows more than a symbol without.
    spelling = max((c.value for c in claims), key=lambda value: (len(value), value))
    bases = {claim.basis for claim in claims}
    if bases & _CAPTIONED and any(readings[i].kind is ReadingKind.SYMBOL for i in witnesses):
        bases.add(Basis.ENCODED)
    return _Candidate(kind, spelling, tuple(claims), tuple(witnesses), frozenset(bases))


def _shows(reading: Reading, squeezed: str) -> bool:
    """Tell whether the reading holds these characters; short ones must stand alone."""
    if reading.kind is ReadingKind.SYMBOL:
        return any(checks.squeeze(value) == squeezed for value in payloads.shown(reading))
    if len(squeezed) < 6:
        return False
    characters = r"[^0-9A-Z]?".join(map(re.escape, squeezed))
    return re.search(rf"(?<![0-9A-Z-]){characters}(?![0-9A-Z-])", reading.text.upper()) is not None


def _one_type_each(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Of candidates with the same characters keep the one whose type is better attested."""
    order = list(CodeType)  # settles a tie, so that the order of the readings does not
    best: dict[str, _Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: (-_type_odds(c), order.index(c.type))):
        best.setdefault(checks.squeeze(candidate.value), candidate)
    return list(best.values())


def _type_odds(candidate: _Candidate) -> float:
    odds = 1.0
    for basis in candidate.bases:
        odds *= _TYPE_ODDS[basis]
    return odds


@dataclass(frozen=True, slots=True)
class _Edge:
    width: int
    height: int

    def touches(self, box: Box) -> bool:
        return (
            box.x0 <= _EDGE_PIXELS
            or box.y0 <= _EDGE_PIXELS
            or box.x1 >= self.width - _EDGE_PIXELS
            or box.y1 >= self.height - _EDGE_PIXELS
        )


def _conclude(
    candidate: _Candidate, all_candidates: Sequence[_Candidate], readings: Sequence[Reading], edge: _Edge
) -> Code | None:
    if candidate.type is CodeType.OTHER:
        return None  # the value of a trap: known not to be ours, and no more than that
    mine = checks.squeeze(candidate.value)
    if all(edge.touches(readings[i].quad.box) for i in candidate.witnesses) and any(
        other.type is candidate.type and checks.squeeze(other.value).startswith(mine) and other is not candidate
        for other in all_candidates
    ):
        return None  # the same label again, cut off by the edge of the picture
    others = [c for c in all_candidates if checks.squeeze(c.value) == mine and c.type is not candidate.type]
    type_odds = _type_odds(candidate) / (1.0 + sum(_type_odds(other) for other in others))
    value_odds = _value_odds(candidate, readings, edge)
    if not _decoded(candidate, readings) and _has_rival(candidate, all_candidates):
        value_odds *= _RIVAL_ODDS
    if _has_rival_bars(candidate, readings):
        value_odds *= _RIVAL_SYMBOL_ODDS
    confidence = _probability(type_odds) * _probability(value_odds)
    first = _place(candidate)
    return Code(
        type=candidate.type,
        value=candidate.value,
        confidence=round(confidence, 4),
        box=readings[first].quad.box,
        context=next((c.caption for c in candidate.claims if c.caption), None),
        evidence=_evidence(candidate, readings),
        readers=tuple(sorted({readings[i].reader for i in candidate.witnesses})),
    )


def _value_odds(candidate: _Candidate, readings: Sequence[Reading], edge: _Edge) -> float:
    odds = 1.0
    texts = 0
    vouched = len(candidate.witnesses) > 1 or bool(candidate.bases & _VOUCHES)
    vouched = vouched or checks.proves_itself(candidate.type, candidate.value)
    for index in candidate.witnesses:
        reading = readings[index]
        if reading.kind is ReadingKind.SYMBOL:
            odds *= _symbol_odds(reading, vouched=vouched)
        elif edge.touches(reading.quad.box):
            odds *= _CUT_OFF_ODDS if not texts and odds == 1.0 else 1.0
        elif (reading.confidence or 1.0) < _POOR_BELOW.get(reading.reader, 0.0):
            odds *= _POOR_TEXT_ODDS
        elif texts < len(_TEXT_ODDS):
            odds *= _TEXT_ODDS[texts]
            texts += 1
    if texts and checks.proves_itself(candidate.type, candidate.value):
        odds *= _CHECK_DIGIT_ODDS
    return odds


def _symbol_odds(reading: Reading, *, vouched: bool) -> float:
    if reading.symbology in _MATRIX:
        return _MATRIX_ODDS
    if not _seen_once(reading):
        return _SYMBOL_ODDS
    return _SEEN_ONCE_ODDS if vouched else _SEEN_ONCE_ALONE_ODDS


def _seen_once(symbol: Reading) -> bool:
    # The reader's number is the share of its passes that saw the symbol.
    return (symbol.confidence or 0.0) < 0.34


def _decoded(candidate: _Candidate, readings: Sequence[Reading]) -> bool:
    return any(readings[i].kind is ReadingKind.SYMBOL for i in candidate.witnesses)


def _has_rival(candidate: _Candidate, candidates: Sequence[_Candidate]) -> bool:
    """Tell whether another candidate differs in look-alikes alone and is attested no worse."""
    mine = checks.squeeze(candidate.value)
    return any(
        other.type is candidate.type
        and checks.squeeze(other.value) != mine
        and checks.without_look_alikes(other.value) == checks.without_look_alikes(mine)
        and len(other.witnesses) >= len(candidate.witnesses)
        for other in candidates
    )


def _has_rival_bars(candidate: _Candidate, readings: Sequence[Reading]) -> bool:
    """Tell whether retail bars at one place were read as two numbers: a check digit lets one misread in ten pass."""
    mine = [readings[i] for i in candidate.witnesses if readings[i].symbology in payloads.RETAIL]
    return any(
        canonical(CodeType.EAN, other.text) != candidate.value and _same_bars(one, other)
        for one in mine
        for other in readings
        if other.symbology in payloads.RETAIL
    )


def _same_bars(one: Reading, other: Reading) -> bool:
    """Tell whether two symbols stand in each other's place; the quads of bars may be as thin as a line."""
    a, b = one.quad, other.quad
    reach = max(a.width, b.width) / 2
    return math.dist(a.centre, b.centre) < reach


def _place(candidate: _Candidate) -> int:
    """Return the reading to show: printed text where a caption points to it, else the symbol."""
    claimed = [c.reading for c in candidate.claims if c.caption]
    return (claimed or [c.reading for c in candidate.claims])[0]


def _evidence(candidate: _Candidate, readings: Sequence[Reading]) -> tuple[str, ...]:
    reasons = dict.fromkeys(claim.why for claim in candidate.claims)
    claimed = {claim.reading for claim in candidate.claims}
    for index in candidate.witnesses:
        if index not in claimed:
            reading = readings[index]
            what = f"{reading.symbology} symbol" if reading.kind is ReadingKind.SYMBOL else "text"
            reasons.setdefault(f"the same characters in {what} '{reading.text.strip()}'", None)
    if checks.proves_itself(candidate.type, candidate.value):
        reasons.setdefault("its check digit is right", None)
    return tuple(reasons)


def _unexplained_symbols(readings: Sequence[Reading], claims: Sequence[Claim], codes: Sequence[Code]) -> list[Code]:
    """Return as `other` what symbols hold that nothing else explains."""
    explained = {checks.squeeze(code.value) for code in codes} | {claim.reading for claim in claims}
    trapped = {checks.squeeze(c.value) for c in claims if c.type is CodeType.OTHER}
    found: dict[str, Code] = {}
    for index, reading in enumerate(readings):
        text = " ".join(reading.text.split()).upper()
        if reading.kind is ReadingKind.TEXT or index in explained or checks.squeeze(text) in explained:
            continue
        printed = any(_shows(other, checks.squeeze(text)) for other in readings if other.kind is ReadingKind.TEXT)
        if _seen_once(reading) and reading.symbology not in _MATRIX and not printed:
            continue  # stripes that looked like a symbol once
        if checks.squeeze(text) in trapped:
            why, type_odds = (
                f"{reading.symbology} symbol beside the caption of another number",
                _TYPE_ODDS[Basis.CAPTION],
            )
        else:
            why, type_odds = f"{reading.symbology} symbol that nothing else explains", _UNEXPLAINED_ODDS
        found.setdefault(
            text,
            Code(
                CodeType.OTHER,
                text,
                round(_probability(type_odds) * _probability(_symbol_odds(reading, vouched=True)), 4),
                reading.quad.box,
                None,
                (why,),
                (reading.reader,),
            ),
        )
    return list(found.values())


def _probability(odds: float) -> float:
    return odds / (1.0 + odds)
