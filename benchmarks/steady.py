#!/usr/bin/env python3
"""Whether reading keeps its rate and its memory over many photographs.

    benchmarks/steady.py [--photographs 600] [--every 60] [--jobs 2] [--lots ../shared/lots]

Reads the captured photographs over and over in `--jobs` worker processes that live as long as the run, and prints
after every so many the rate since the last line and the memory of the largest worker.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
MOST_PIXELS = 40_000_000


def read(path: str) -> tuple[int, float]:
    """Return this worker's process id and its resident memory in MB after reading."""
    from troostwatch.domain.readings import OcrEngine
    from troostwatch.infrastructure.ai.image_analyzer import analyze_picture

    analyze_picture(Path(path).read_bytes(), OcrEngine.RAPIDOCR, MOST_PIXELS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return os.getpid(), pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lots", type=Path, default=CHECKOUT.parent / "shared" / "lots")
    parser.add_argument("--photographs", type=int, default=600)
    parser.add_argument("--every", type=int, default=59, help="one round of the captured photographs is 59")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    paths = [str(path) for path in sorted((options.lots / "images").glob("*.jpg"))]
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        list(pool.map(read, paths[: 2 * options.jobs]))  # models are loaded now
        started, memory = time.perf_counter(), 0.0
        for number, (_, here) in enumerate(pool.map(read, islice(cycle(paths), options.photographs)), 1):
            memory = max(memory, here)
            if number % options.every == 0:
                rate = options.every / (time.perf_counter() - started)
                print(f"{number:>6} photographs   {rate:.2f} a second   {memory:.0f} MB", flush=True)
                started, memory = time.perf_counter(), 0.0
    return 0


if __name__ == "__main__":
    sys.exit(main())
