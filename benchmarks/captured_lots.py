#!/usr/bin/env python3
"""The whole way over the captured lots beside this checkout, scored against their hand-made truth.

    benchmarks/captured_lots.py [--ocr-engine rapidocr|tesseract] [--jobs 2] [--lots ../shared/lots]

Serves the captured auction on loopback, runs sync, download, analyze and export-codes in a fresh folder, and
prints what the scorer of the captured lots says, with the misses, and how long each step took.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lots", type=Path, default=CHECKOUT.parent / "shared" / "lots")
    parser.add_argument("--ocr-engine", default="rapidocr", choices=["rapidocr", "tesseract"])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    serve = [sys.executable, str(options.lots / "serve.py"), "--port", "0"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as site,
    ):
        try:
            assert site.stdout is not None
            base = site.stdout.readline().strip()
            codes = Path(folder) / "codes.jsonl"
            for words in (
                ["sync", "A1-39499"],
                ["images", "download"],
                ["images", "analyze", "--ocr-engine", options.ocr_engine, "--jobs", str(options.jobs)],
                ["images", "export-codes", "-o", str(codes)],
            ):
                run(words, Path(folder), base)
            score = [sys.executable, str(options.lots / "score.py"), str(codes), "--misses"]
            return subprocess.run(score, check=False).returncode
        finally:
            site.terminate()


def run(words: list[str], folder: Path, base: str) -> None:
    environment = os.environ | {
        "TROOSTWATCH_NETWORK__ALLOW_PRIVATE": "1",
        "TROOSTWATCH_SYNC__SITES": json.dumps({"A1": base}),
        "TROOSTWATCH_SYNC__DELAY_SECONDS": "0",
        "TROOSTWATCH_SYNC__JITTER_SECONDS": "0",
    }
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "troostwatch", *words], cwd=folder, env=environment, check=True)
    print(f"troostwatch {' '.join(words)}: {time.perf_counter() - started:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
