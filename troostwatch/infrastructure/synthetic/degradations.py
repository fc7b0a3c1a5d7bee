"""Photographs that have one fault each: what blur alone does, or glare alone, and all of them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from troostwatch.infrastructure.synthetic import layouts, lettering, photographs, stickers
from troostwatch.infrastructure.synthetic.captions import Language
from troostwatch.infrastructure.synthetic.lettering import Face
from troostwatch.infrastructure.synthetic.photographs import Conditions, Photograph
from troostwatch.infrastructure.synthetic.scenes import Surface
from troostwatch.infrastructure.synthetic.truth import TrueCode

Fault = Callable[[Conditions, Random], Conditions]


def _either(rng: Random, low: float, high: float) -> float:
    return rng.choice((-1, 1)) * rng.uniform(low, high)


FAULTS: dict[str, Fault] = {
    "none": lambda taken, _: taken,
    "tilt": lambda taken, rng: replace(taken, tilt=_either(rng, 8, 30)),
    "turned": lambda taken, rng: replace(taken, quarter_turns=rng.choice((1, 2, 3))),
    "perspective": lambda taken, rng: replace(taken, yaw=_either(rng, 20, 50), pitch=_either(rng, 10, 40)),
    "far away": lambda taken, rng: replace(taken, fill=rng.uniform(0.28, 0.42)),
    "blur": lambda taken, rng: replace(taken, blur=rng.uniform(1.2, 2.4)),
    "motion": lambda taken, rng: replace(taken, motion=rng.randint(4, 9)),
    "noise": lambda taken, rng: replace(taken, noise=rng.uniform(12, 30)),
    "glare": lambda taken, rng: replace(taken, glare=rng.uniform(0.6, 0.98)),
    "shade": lambda taken, rng: replace(taken, shade=rng.uniform(60, 110)),
    "jpeg": lambda taken, rng: replace(taken, quality=rng.randint(12, 30)),
    "cut off": lambda taken, rng: replace(taken, offset=(_either(rng, 0.18, 0.34), 0.0)),
    "everything": lambda _, rng: photographs.conditions(rng, hardship=rng.uniform(0.5, 1.0)),
}


@dataclass(frozen=True, slots=True)
class Trial:
    fault: str
    maker: str
    language: Language
    photograph: Photograph

    @property
    def due(self) -> list[TrueCode]:
        """Return the codes that a reader has to find: those that stand whole within the picture."""
        width, height = self.size
        return [
            code
            for code in self.photograph.truth.codes
            if code.required and all(0 <= x <= width and 0 <= y <= height for x, y in code.quad.corners)
        ]

    @property
    def size(self) -> tuple[int, int]:
        return photographs.SIZE


def trial(seed: int, number: int, *, faces: tuple[Face, ...] = lettering.EMBEDDED) -> Trial:
    """Return the photograph with this number: makers, languages and faults take turns. Same arguments, same bytes."""
    rng = Random(seed * 1_000_003 + number)  # noqa: S311 (it has to repeat itself)
    fault = tuple(FAULTS)[number % len(FAULTS)]
    layout = layouts.LAYOUTS[(number // len(FAULTS)) % len(layouts.LAYOUTS)]
    language = tuple(Language)[(number // 5) % len(Language)]
    unit = layouts.fill(layout, rng, language=language, faces=faces)
    careful = Conditions(surface=rng.choice(tuple(Surface)), fill=rng.uniform(0.62, 0.8), blur=0.5)
    taken = FAULTS[fault](careful, rng)
    picture = photographs.photograph(stickers.print_sticker(unit.sticker), taken, seed=rng.getrandbits(32))
    return Trial(fault, layout.maker, unit.language, picture)
