"""Candidates for codes: claims of the same type and characters, with all that speaks for and against them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from troostwatch.domain.codes import CodeType, squeeze
from troostwatch.domain.geometry import Box
from troostwatch.domain.judgement import payloads
from troostwatch.domain.judgement.claims import CAPTIONED, Basis, Claim
from troostwatch.domain.readings import Reading, ReadingKind

_EDGE_PIXELS = 6
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
    if bases & CAPTIONED and any(readings[i].kind is ReadingKind.SYMBOL for i in shown_by):
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
