"""What the rule may never approve, however well its evidence does on average.

An approval needs two independent kinds of evidence for the type of a code and two for its characters. What a person
would have to look at is left to a person.
"""

from __future__ import annotations

from collections.abc import Collection

from troostwatch.domain.codes import CodeType, squeeze
from troostwatch.domain.judgement import checks
from troostwatch.domain.judgement.claims import CAPTIONED, Basis
from troostwatch.domain.judgement.weighing import Witness

_ENOUGH = 2.0

# Evidence of one kind comes from one source and errs together.
_KINDS_OF_TYPE: tuple[frozenset[Basis], ...] = (
    CAPTIONED,
    frozenset({Basis.RETAIL_SYMBOL, Basis.IDENTIFIER, Basis.LABELLED}),
    frozenset({Basis.SHAPE, Basis.VENDOR_SHAPE, Basis.CHECK_DIGIT}),
    frozenset({Basis.MAKER}),
    frozenset({Basis.EXTENDS}),
    frozenset({Basis.UNDER_BARS, Basis.ENCODED}),
    frozenset({Basis.CROSS_CHECK}),
    frozenset({Basis.CODE_LIKE}),
    frozenset({Basis.OPINION}),
    frozenset({Basis.CLASSIFIED}),
)
_SETTLES = frozenset({Witness.SYMBOL, Witness.MATRIX, Witness.OPINION})
_SHORTEST_SERIAL, _SHORTEST = 7, 4
# What one witness adds to the two that the characters need. One engine that looks twice is one witness and a half.
_OF_CHARACTERS: dict[Witness, float] = {
    Witness.SYMBOL: 2.0,
    Witness.MATRIX: 2.0,
    Witness.SYMBOL_WEAK: 1.0,
    Witness.SYMBOL_ONCE: 1.0,
    Witness.TEXT: 1.0,
    Witness.SECOND_TEXT: 0.5,
    Witness.THIRD_TEXT: 0.5,
    Witness.AGAIN: 0.5,
    Witness.TEXT_SURE: 0.5,
    Witness.CHECK_DIGIT: 1.0,
    Witness.IN_SYMBOL: 1.0,
    Witness.OPINION: 1.0,
}
# Doubts about print that only something else than print takes away.
_DOUBTS = frozenset({
    Witness.LOOK_ALIKES, Witness.MORE_FOLLOWS, Witness.GROUPED, Witness.RIVAL, Witness.AGAIN_OTHERWISE, Witness.CUT_OFF,
    Witness.TEXT_COARSE, Witness.TEXT_POOR,
})  # fmt: skip


def is_for_a_person(kind: CodeType, value: str, bases: Collection[Basis], witnesses: Collection[Witness]) -> bool:
    """Tell whether a person has to decide about a code on this evidence."""
    proven = checks.proves_itself(kind, value)
    if kind is CodeType.EAN and checks.is_of_one_shop(value):
        return True
    if Basis.CONTESTED in bases or kinds_of_type({*bases, *([Basis.CHECK_DIGIT] if proven else [])}) < _ENOUGH:
        return True
    seen = set(witnesses)
    if sum(_OF_CHARACTERS.get(witness, 0.0) for witness in seen) < _ENOUGH:
        return True
    # Weak bars and print do not err alike.
    if Witness.RIVAL_BARS in seen and Witness.TEXT not in seen:
        return True
    settled = proven or bool(_SETTLES & seen) or {Witness.SYMBOL_WEAK, Witness.TEXT} <= seen
    # Print so short may be what is left of a code: what is covered or worn off ends without a trace.
    least = _SHORTEST_SERIAL if kind is CodeType.SERIAL_NUMBER and Basis.VENDOR_SHAPE not in bases else _SHORTEST
    short = len(squeeze(value)) < least
    # A symbol that begins with a model shows its signs, but not that it ends there.
    doubts = _DOUBTS - {Witness.LOOK_ALIKES} if Witness.IN_SYMBOL in seen else _DOUBTS
    return not settled and (short or bool(doubts & seen))


def kinds_of_type(bases: Collection[Basis]) -> int:
    """Return how many independent kinds of evidence speak for the type."""
    return sum(bool(kind & set(bases)) for kind in _KINDS_OF_TYPE)
