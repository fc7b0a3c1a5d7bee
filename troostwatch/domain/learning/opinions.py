"""What a model says about words, as readings that the judgement weighs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement import values
from troostwatch.domain.learning.words import without_caption
from troostwatch.domain.readings import CLASSIFIER, Reading, ReadingKind, Token, WitnessClass
from troostwatch.domain.tokens import NONE_LABEL

# Below it the model itself is undecided, and says nothing.
_LEAST = 0.5


@dataclass(frozen=True, slots=True)
class Guess:
    """The label that a model finds most probable for a word, and how probable."""

    label: str
    probability: float


def opinions(tokens: Sequence[Token], guesses: Iterable[Guess]) -> list[Reading]:
    """Return an opinion for every word that the model takes for a whole code; pieces of codes say nothing alone."""
    found = []
    for token, guess in zip(tokens, guesses, strict=True):
        if guess.label in (NONE_LABEL, CodeType.OTHER) or guess.probability < _LEAST:
            continue
        kind = CodeType(guess.label)
        if value := values.value_in(kind, without_caption(token.text)):
            box = token.box
            quad = Quad.upright(box.x0, box.y0, box.x1, box.y1)
            found.append(
                Reading(
                    CLASSIFIER,
                    ReadingKind.OPINION,
                    value,
                    quad,
                    round(guess.probability, 4),
                    says=kind,
                    witness=WitnessClass.DERIVED,
                )
            )
    return found
