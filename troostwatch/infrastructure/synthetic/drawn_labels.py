"""Invented labels as pictures: paper or metal, dark or light print, seen a little askew, unsharp and noisy."""

from __future__ import annotations

import io
from random import Random

import numpy as np
from PIL import Image, ImageFilter

from troostwatch.infrastructure.synthetic import lettering, symbols
from troostwatch.infrastructure.synthetic.invented import InventedLabel, Print
from troostwatch.infrastructure.synthetic.lettering import Face
from troostwatch.infrastructure.synthetic.symbols import Symbology

_LETTERS = 0.78  # height of the letters in a line
_GROUNDS = ((250, 20), (232, 40), (205, 30), (190, 45), (60, 235), (25, 245))  # ground and ink


def draw(label: InventedLabel, seed: int) -> bytes:
    """Return a JPEG file of the label. Same arguments, same bytes where the same fonts are installed."""
    rng = Random(f"{seed}/{label.maker.name}")  # noqa: S311 (it has to repeat itself)
    return _taken(*sheet(label, rng), rng)


def sheet(label: InventedLabel, rng: Random) -> tuple[Image.Image, int]:
    """Return the label flat and sharp, in grey, and the grey of its ground."""
    ground, ink = rng.choice(_GROUNDS)
    face = rng.choice([f for f in lettering.system_faces() if f.file] or list(lettering.EMBEDDED))
    paper = Image.new("L", label.size, ground)
    for print_ in label.prints:
        if print_.bars:
            _bars(paper, print_)
        else:
            _line(paper, print_, face, ink)
    return paper, ground


def _line(sheet: Image.Image, print_: Print, face: Face, ink: int) -> None:
    box = print_.quad.box
    mask = lettering.ink(print_.text, round((box.y1 - box.y0) * _LETTERS), face)
    sheet.paste(ink, (box.x0, box.y0), mask)


def _bars(sheet: Image.Image, print_: Print) -> None:
    """Draw bars on white, as a printed patch."""
    box = print_.quad.box
    bars = symbols.picture(Symbology.CODE_128, print_.text, module=2, height=box.y1 - box.y0)
    patch = Image.new("L", (bars.width + 40, bars.height + 12), 255)
    patch.paste(bars, (20, 6))
    sheet.paste(patch, (box.x0 - 20, box.y0 - 6))


def _taken(sheet: Image.Image, ground: int, rng: Random) -> bytes:
    seen = sheet.rotate(rng.uniform(-4, 4), Image.Resampling.BICUBIC, expand=True, fillcolor=max(0, ground - 60))
    seen = seen.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.1)))
    dice = np.random.default_rng(rng.getrandbits(32))
    pixels = np.asarray(seen, np.float32) + dice.standard_normal(seen.size[::-1], np.float32) * rng.uniform(1, 7)
    file = io.BytesIO()
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).convert("RGB")
    picture.save(file, "JPEG", quality=rng.randint(70, 92))
    return file.getvalue()
