#!/usr/bin/env python3
"""Write the pictures of docs/reading.md: drawn stickers with what was read on them. Run it when reading changes."""

from __future__ import annotations

import sys
from pathlib import Path

from troostwatch.config import Analysis
from troostwatch.domain.decisions import settle
from troostwatch.domain.readings import OcrEngine
from troostwatch.infrastructure.ai.image_analyzer import analyzer
from troostwatch.infrastructure.pixels.drawing import draw_codes
from troostwatch.infrastructure.synthetic import degradations

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
MOST_PIXELS = 40_000_000
SEED = 5
PICTURES = {"reading-label.png": 20, "reading-turned.png": 38}


def main() -> int:
    for name, number in PICTURES.items():
        body = degradations.trial(SEED, number).photograph.body
        analysis = analyzer(OcrEngine.RAPIDOCR, MOST_PIXELS).analyze(body)
        codes = settle(analysis.codes, (), auto_approve_threshold=Analysis().auto_approve_threshold)
        target = FOLDER / name
        target.write_bytes(draw_codes(body, codes, target.suffix, max_pixels=MOST_PIXELS, readings=analysis.readings))
        print(target)
        for code in codes:
            print(f"  {code.type} {code.value} {code.confidence}: {'; '.join(code.evidence)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
