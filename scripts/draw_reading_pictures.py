#!/usr/bin/env python3
"""Write the pictures of docs/reading.md: drawn stickers with what was read on them. Run it when reading changes."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from random import Random

import numpy as np

from troostwatch.config import Analysis
from troostwatch.domain.decisions import settle
from troostwatch.domain.readings import OcrEngine
from troostwatch.infrastructure.ai.image_analyzer import analyzer
from troostwatch.infrastructure.pixels.drawing import draw_codes
from troostwatch.infrastructure.synthetic import degradations, layouts, pasted, scenes, stickers
from troostwatch.infrastructure.synthetic.pasted import Lying

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
MOST_PIXELS = 40_000_000
SEED = 5
PICTURES = {"reading-label.png": 20, "reading-turned.png": 38}


def main() -> int:
    bodies = {name: degradations.trial(SEED, number).photograph.body for name, number in PICTURES.items()}
    for name, body in {**bodies, "reading-small.png": small()}.items():
        analysis = analyzer(OcrEngine.RAPIDOCR, MOST_PIXELS).analyze(body)
        codes = settle(analysis.codes, (), auto_approve_threshold=Analysis().auto_approve_threshold)
        target = FOLDER / name
        target.write_bytes(draw_codes(body, codes, target.suffix, max_pixels=MOST_PIXELS, readings=analysis.readings))
        print(target)
        for code in codes:
            print(f"  {code.type} {code.value} {code.confidence}: {'; '.join(code.evidence)}")
    return 0


def small() -> bytes:
    """Return a photograph of a closed lid with a label on it, as small as one on the back of an object."""
    dice = np.random.default_rng(SEED)
    picture = scenes.closed_lid((3200, 2400), dice)
    flat = stickers.print_sticker(layouts.fill(layouts.LENOVO, Random(SEED)).sticker)
    pasted.paste(picture, flat.image, Lying((1900, 1250), 0.62, -0.5, blur=0.5), dice)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
