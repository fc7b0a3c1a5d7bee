"""What was read beside what is really there: found, missed, wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from troostwatch.domain.codes import CodeType, squeeze

Key = tuple[CodeType, str]


@dataclass(frozen=True, slots=True)
class TrueCode:
    """A code that is known to stand on a photograph of a lot."""

    lot: str
    position: int
    url: str
    type: CodeType
    value: str
    accepted: frozenset[Key]  # all the ways in which it may rightly be reported
    required: bool = True  # a number of no use to a bidder may be left alone

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset((kind, squeeze(value)) for kind, value in self.accepted)


@dataclass(frozen=True, slots=True)
class ReadCode:
    """A code as it was reported for a photograph of a lot."""

    lot: str
    position: int
    type: CodeType
    value: str
    confidence: float

    @property
    def key(self) -> Key:
        return self.type, squeeze(self.value)


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of one type. A code reported under a wrong type is wrong there and missed here."""

    drawn: int
    found: int
    wrong: int

    @property
    def missed(self) -> int:
        return self.drawn - self.found


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which of the true codes were found, which were missed, and which reported codes are not there."""

    found: tuple[TrueCode, ...]
    missed: tuple[TrueCode, ...]
    wrong: tuple[ReadCode, ...]

    def of(self, kind: CodeType | None) -> Tally:
        """Return the numbers of a type, or of all."""
        found, missed, wrong = (
            sum(1 for code in codes if kind in (None, code.type)) for codes in (self.found, self.missed, self.wrong)
        )
        return Tally(found + missed, found, wrong)


def compare(true: Iterable[TrueCode], read: Iterable[ReadCode]) -> Comparison:
    """Compare photograph by photograph, each as often as lots show it; punctuation does not matter.

    `other` is what a symbol holds that nobody named: reporting one is no claim, so it is never wrong.
    """
    true = list(true)
    reported: dict[tuple[str, int, Key], ReadCode] = {(r.lot, r.position, r.key): r for r in read}
    due = [code for code in true if code.required]
    right = {(code.lot, code.position, key) for code in true for key in code.keys}
    hit = [any((code.lot, code.position, key) in reported for key in code.keys) for code in due]
    return Comparison(
        found=tuple(code for code, yes in zip(due, hit, strict=True) if yes),
        missed=tuple(code for code, yes in zip(due, hit, strict=True) if not yes),
        wrong=tuple(code for place, code in reported.items() if place not in right and code.type is not CodeType.OTHER),
    )
