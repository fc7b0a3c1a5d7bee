#!/usr/bin/env python3
"""Draw stickers, photograph them, read them, and write the words with their true labels, for training.

    scripts/draw_labelled_words.py --stickers 400 --seed 1 --output synthetic.jsonl

The same seed draws the same photographs. Reading takes about a second each; --jobs reads several at once.
The file has the form of schema/tokens.schema.json, as 'troostwatch images export-tokens' writes it.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from troostwatch.domain.readings import OcrEngine
from troostwatch.domain.token_format import values_of
from troostwatch.infrastructure import files
from troostwatch.infrastructure.ai import image_analyzer, pool
from troostwatch.infrastructure.synthetic import labelled

MAX_PIXELS = 40_000_000


def line_of(seed: int, number: int, hardship: float, engine: OcrEngine) -> str:
    """Draw, read and label one sticker: runs in workers."""
    name, photograph = labelled.draw(number, seed=seed, hardship=hardship)
    tokens = image_analyzer.analyzer(engine, MAX_PIXELS).analyze(photograph.body).tokens
    return json.dumps(values_of(labelled.row_of(name, photograph, tokens)), ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stickers", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hardship", type=float, default=0.4, help="0 careful photographs, 1 the worst")
    parser.add_argument("--ocr-engine", type=OcrEngine, choices=list(OcrEngine), default=OcrEngine.RAPIDOCR)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--output", "-o", type=Path, required=True)
    options = parser.parse_args()
    place = files.place_for_output(options.output, files.Protected())
    with pool.process_executor(options.jobs) as executor, files.writing(place) as file:
        jobs = [
            executor.submit(line_of, options.seed, number, options.hardship, options.ocr_engine)
            for number in range(options.stickers)
        ]
        for job in jobs:
            file.write(f"{job.result()}\n".encode())
    print(f"{options.stickers} photographs of drawn stickers written to {options.output}")


if __name__ == "__main__":
    main()
