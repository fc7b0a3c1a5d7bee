"""Scenes for measuring the finder: drawn labels, small and turned, in real photographs that hold no code themselves."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from eyes import SCORED, Key, key
from PIL import Image

from troostwatch.domain.geometry import Box, Quad
from troostwatch.infrastructure.synthetic import drawn_labels, invented, layouts, lettering, pasted, stickers
from troostwatch.infrastructure.synthetic.pasted import Lying
from troostwatch.infrastructure.synthetic.truth import TrueCode

_LETTERS = 0.72  # height of capitals in a line of print
_SMALLEST, _LARGEST = 9.0, 30.0  # heights of capitals in the scene, in pixels
_SHARE_OF_SIDE = 0.01  # and at most this of the longer side
_LONGEST_SIDES = (1600, 2400, 3200, 4000)


@dataclass(frozen=True)
class Label:
    image: Image.Image
    letters: float  # height of the capitals of most of its print, in its own pixels
    due: tuple[frozenset[Key], ...]
    places: tuple[Box, ...]  # of each code due, its print or else its symbol
    neutral: frozenset[Key]


@dataclass(frozen=True)
class Scene:
    name: str
    body: bytes
    size: tuple[int, int]
    label: Quad  # the paper
    places: tuple[Quad, ...]  # of each code due
    letters: float  # height of capitals, in pixels of the scene
    due: tuple[frozenset[Key], ...]
    neutral: frozenset[Key]


def backgrounds(shared: Path) -> list[Path]:
    """Return the photographs on which nobody saw a code."""
    found = []
    for folder in (shared / "lots", shared / "wild", shared / "plates"):
        photos = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["photos"]
        found += [folder / "images" / photo["file"] for photo in photos if not photo["codes"]]
    return sorted(path for path in found if path.exists())


def scene(seed: int, number: int, grounds: list[Path]) -> Scene:
    """Return the scene with this number: kinds of labels take turns. Same arguments, same picture."""
    rng = Random(f"{seed}/{number}")
    dice = np.random.default_rng(rng.getrandbits(32))
    label = _sticker(rng) if number % 2 else _invented(seed, number, rng)
    ground = grounds[rng.randrange(len(grounds))]
    picture = _enlarged(Image.open(ground).convert("RGB"), rng)
    longest = max(picture.size)
    letters = math.exp(
        rng.uniform(math.log(_SMALLEST), math.log(max(_SMALLEST + 1, min(_LARGEST, _SHARE_OF_SIDE * longest))))
    )
    scale = letters / label.letters
    turn = (
        rng.uniform(-math.pi, math.pi)
        if rng.random() < 0.6
        else rng.choice((0, 1, 2, 3)) * math.pi / 2 + rng.gauss(0, 0.05)
    )
    reach = 0.5 * scale * math.hypot(*label.image.size)
    x, y = (rng.uniform(reach, side - reach) if side > 2 * reach else side / 2 for side in picture.size)
    lying = Lying(
        middle=(x, y),
        scale=scale,
        turn=turn,
        askew=(rng.uniform(-0.25, 0.25), rng.uniform(-0.25, 0.25)),
        light=rng.uniform(0.6, 1.0),
        blur=rng.uniform(0.4, 1.0),
    )
    place = pasted.paste(picture, label.image, lying, dice)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=rng.randint(78, 93))
    places = tuple(_through(box, label.image.size, place) for box in label.places)
    return Scene(f"{seed}-{number}", file.getvalue(), picture.size, place, places, letters, label.due, label.neutral)


def _through(box: Box, size: tuple[int, int], place: Quad) -> Quad:
    a, b, c, d = (pasted.through(p, size, place) for p in Quad.upright(box.x0, box.y0, box.x1, box.y1).corners)
    return Quad((a, b, c, d))


def _enlarged(picture: Image.Image, rng: Random) -> Image.Image:
    longest = rng.choice(_LONGEST_SIDES)
    scale = longest / max(picture.size)
    return picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)


def _sticker(rng: Random) -> Label:
    faces = (*lettering.EMBEDDED, *lettering.system_faces())
    flat = stickers.print_sticker(layouts.fill(rng.choice(layouts.LAYOUTS), rng, faces=faces).sticker)
    heights = sorted(text.quad.height for text in flat.truth.texts)
    due = tuple(frozenset(key(k, v) for k, v in c.accepted) for c in flat.truth.codes if _is_due(c))
    neutral = frozenset(key(k, v) for c in flat.truth.codes if not _is_due(c) for k, v in c.accepted)
    places = tuple(code.quad.box for code in flat.truth.codes if _is_due(code))
    return Label(flat.image, _LETTERS * heights[len(heights) // 2], due, places, neutral)


def _is_due(code: TrueCode) -> bool:
    return code.required and code.type in SCORED


def _invented(seed: int, number: int, rng: Random) -> Label:
    label = invented.label(seed, number)
    due = tuple(frozenset({key(row.type, row.value)}) for row in label.rows if row.type and row.sure)
    neutral = frozenset(key(row.type, row.value) for row in label.rows if row.type and not row.sure)
    sheet, _ = drawn_labels.sheet(label, rng)
    # Paper ends where the print ends, give or take; the drawn sheet leaves more ground around it.
    edge = rng.randint(30, 100)
    left, top = 120 - edge, 80 - min(edge, 70)
    sheet = sheet.crop((left, top, sheet.width - 150 + edge, sheet.height - 150 + edge))
    places = tuple(
        next(print_ for print_ in label.prints if row.value in print_.text).quad.moved(-left, -top).box
        for row in label.rows
        if row.type and row.sure
    )
    return Label(sheet.convert("RGB"), _LETTERS * invented.LETTER, due, places, neutral)
