#!/usr/bin/env python3
"""How well stickers are read that were drawn with one fault each, and with all of them together.

    benchmarks/stickers.py [--stickers 500] [--seed 1] [--ocr-engine rapidocr|tesseract] [--jobs 2]

Draws stickers (fixed seed), reads them as `images analyze` does, and prints recall and precision (confidence 0.5 and
more), and what the rule would approve, for each fault, maker and language, as the table that docs/reading.md shows.
Due are the codes that stand whole within the picture.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

from troostwatch.config import Analysis
from troostwatch.domain.codes import Code, CodeType, canonical
from troostwatch.domain.readings import OcrEngine
from troostwatch.infrastructure.ai.image_analyzer import analyzer
from troostwatch.infrastructure.synthetic import degradations
from troostwatch.infrastructure.synthetic.degradations import FAULTS, Trial

MOST_PIXELS = 40_000_000
REPORTED = 0.5
APPROVED = Analysis().auto_approve_threshold


@dataclass(frozen=True)
class Score:
    fault: str
    maker: str
    language: str
    counts: Counter[str]
    wrong: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stickers", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ocr-engine", type=OcrEngine, default=OcrEngine.RAPIDOCR)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--wrong", action="store_true", help="list what was reported and is not there")
    options = parser.parse_args()
    read = partial(score, options.seed, options.ocr_engine)
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        scores = list(pool.map(read, range(options.stickers), chunksize=4))
    print(f"{'fault':<14}| stickers | codes due | recall | precision | approved by the rule | of them wrong")
    print(":--|--:|--:|--:|--:|--:|--:")
    for fault in FAULTS:
        show(fault, [s for s in scores if s.fault == fault])
    show("all", scores)
    for kind in ("maker", "language"):
        print()
        for name in sorted({getattr(s, kind) for s in scores}):
            show(name, [s for s in scores if getattr(s, kind) == name])
    if options.wrong:
        print(*(line for s in scores for line in s.wrong), sep="\n")
    return 0


def score(seed: int, engine: OcrEngine, number: int) -> Score:
    trial = degradations.trial(seed, number)
    codes = analyzer(engine, MOST_PIXELS).analyze(trial.photograph.body).codes
    counts, wrong = compare(trial, codes)
    lines = tuple(f"{number} {trial.fault}: {c.type} {c.value} {c.confidence} {c.evidence}" for c in wrong)
    return Score(trial.fault, trial.maker, trial.language, counts, lines)


def compare(trial: Trial, codes: tuple[Code, ...]) -> tuple[Counter[str], list[Code]]:
    """Count what was due and found, reported and right; codes of no use to a bidder count neither way."""
    there = {key for code in trial.photograph.truth.codes for key in code.accepted}
    reported = [c for c in codes if c.confidence >= REPORTED and c.type is not CodeType.OTHER]
    approved = [c for c in reported if c.confidence >= APPROVED]
    wrong = [c for c in reported if plain(c) not in {plain_key(*key) for key in there}]
    found = {plain(c) for c in reported}
    counts = Counter(
        stickers=1,
        due=len(trial.due),
        found=sum(bool({plain_key(*key) for key in code.accepted} & found) for code in trial.due),
        reported=len(reported),
        right=len(reported) - len(wrong),
        approved=len(approved),
        approved_wrong=sum(c in wrong for c in approved),
    )
    return counts, wrong


def plain(code: Code) -> tuple[CodeType, str]:
    return plain_key(code.type, code.value)


def plain_key(kind: CodeType, value: str) -> tuple[CodeType, str]:
    return kind, "".join(c for c in canonical(kind, value) if c.isalnum() or c == "#")


def show(name: str, scores: list[Score]) -> None:
    total = sum((s.counts for s in scores), Counter())
    recall, precision = total["found"] / max(1, total["due"]), total["right"] / max(1, total["reported"])
    print(
        f"{name:<14}| {total['stickers']:>3} | {total['due']:>4} | {recall:.3f} | {precision:.3f} |"
        f" {total['approved']:>4} | {total['approved_wrong']}"
    )


if __name__ == "__main__":
    sys.exit(main())
