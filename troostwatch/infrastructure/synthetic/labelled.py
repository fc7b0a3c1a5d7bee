"""Drawn stickers as labelled words: what a reader saw on them, named by the truth that was drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from random import Random

from troostwatch.domain.codes import Code, CodeStatus, DecidedBy
from troostwatch.domain.readings import Token
from troostwatch.domain.tokens import TokenRow, labels_for
from troostwatch.infrastructure.synthetic import layouts, lettering, photographs, stickers
from troostwatch.infrastructure.synthetic.photographs import SIZE, Photograph
from troostwatch.infrastructure.synthetic.truth import Truth


def draw(number: int, *, seed: int, hardship: float = 0.4) -> tuple[str, Photograph]:
    """Return a name and the photograph of a sticker; the same numbers give the same picture, makers take turns."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 (it has to repeat itself)
    faces = (*lettering.EMBEDDED, *lettering.system_faces())
    unit = layouts.fill(layouts.LAYOUTS[number % len(layouts.LAYOUTS)], rng, faces=faces)
    taken = photographs.conditions(rng, hardship=hardship)
    sticker = stickers.print_sticker(unit.sticker)
    return f"synthetic-{seed}-{number}", photographs.photograph(sticker, taken, seed=rng.getrandbits(32))


def row_of(name: str, photograph: Photograph, tokens: Sequence[Token]) -> TokenRow:
    """Return the words of a drawn photograph, each labelled by the print that stands in its place."""
    return TokenRow(
        image_id=0,
        lots=(name,),
        position=0,
        content=hashlib.sha256(photograph.body).hexdigest(),
        path=None,
        width=SIZE[0],
        height=SIZE[1],
        tokens=tuple(tokens),
        labels=labels_for(tokens, _printed(photograph.truth), ()),
        complete=True,
    )


def _printed(truth: Truth) -> Iterator[Code]:
    for text in truth.texts:
        if text.type:
            yield Code(
                text.type, text.text, 1.0, text.quad.box, None, (), (), CodeStatus.APPROVED, DecidedBy.PERSON
            )  # fmt: skip
