#!/usr/bin/env python3
"""How fast photographs are read, beside other ways of reading the same ones in the same run.

    benchmarks/reading.py [--photographs 24] [--jobs 2] [--lots ../shared/lots]

Ways: JPEG decoding alone; RapidOCR's detection alone; Tesseract as a beginner calls it (English and Dutch, one
photograph after the other); the same in two processes of one thread; RapidOCR at its defaults in one process; and
`images analyze` as it is: file to judged codes in `--jobs` worker processes.

Rate is photographs a second; ratio is against the beginner's Tesseract. Strings are the printed codes of the truth
that stand in the text (or codes) of a way, punctuation aside. Model loading is timed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from troostwatch.infrastructure import ai  # noqa: F401 (RapidOCR brings engines that this silences)

if TYPE_CHECKING:
    from troostwatch.infrastructure.ai.ppocr import PpOcr

CHECKOUT = Path(__file__).resolve().parents[1]
MOST_PIXELS = 40_000_000


def decode(path: str) -> str:
    from troostwatch.infrastructure.pixels.opening import load_upright

    load_upright(Path(path).read_bytes(), max_pixels=MOST_PIXELS)
    return ""


@cache
def _rapidocr() -> Any:  # noqa: ANN401 (RapidOCR's own type)
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})


@cache
def _models() -> PpOcr:
    from troostwatch.infrastructure.ai.ppocr import PpOcr

    return PpOcr()


def detect(path: str) -> str:
    import numpy as np

    from troostwatch.infrastructure.pixels.opening import load_upright

    image = load_upright(Path(path).read_bytes(), max_pixels=MOST_PIXELS)
    _models().detect(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]))
    return ""


def rapidocr_defaults(path: str) -> str:
    output = _rapidocr()(path)
    return " ".join(output.txts or ())


def tesseract(path: str) -> str:
    import pytesseract
    from PIL import Image

    with Image.open(path) as image:
        return str(pytesseract.image_to_string(image, lang="eng+nld"))


def tesseract_of_one_thread(path: str) -> str:
    os.environ["OMP_THREAD_LIMIT"] = "1"
    return tesseract(path)


def troostwatch(path: str) -> str:
    from troostwatch.domain.readings import OcrEngine
    from troostwatch.infrastructure.ai.image_analyzer import analyze_picture

    analysis = analyze_picture(Path(path).read_bytes(), OcrEngine.RAPIDOCR, MOST_PIXELS)
    return " ".join([*(code.value for code in analysis.codes), *(reading.text for reading in analysis.readings)])


def peak_mb(_: str) -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lots", type=Path, default=CHECKOUT.parent / "shared" / "lots")
    parser.add_argument("--photographs", type=int, default=24, help="taken evenly from all")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    everything = sorted((options.lots / "images").glob("*.jpg"))
    wanted = min(options.photographs, len(everything))
    chosen = [str(everything[i * len(everything) // wanted]) for i in range(wanted)]
    due = printed(options.lots, chosen)
    print(f"{len(chosen)} photographs, {sum(map(len, due.values()))} printed strings")
    print(f"{'way':<36}{'load s':>8}{'rate /s':>9}{'ratio':>7}{'strings':>9}{'peak MB':>9}")
    baseline = None
    for name, way, jobs in (
        ("tesseract eng+nld, one by one", tesseract, 1),
        ("the same, one thread, two processes", tesseract_of_one_thread, 2),
        ("RapidOCR defaults, one process", rapidocr_defaults, 1),
        (f"troostwatch, {options.jobs} processes", troostwatch, options.jobs),
        ("JPEG decoding alone, one process", decode, 1),
        ("detection alone, one process", detect, 1),
    ):
        load, rate, texts, memory = measure(way, chosen, jobs)
        baseline = baseline or rate
        found = sum(plain(s) in plain(texts[path]) for path, strings in due.items() for s in strings)
        print(f"{name:<36}{load:>8.1f}{rate:>9.2f}{rate / baseline:>7.1f}{found:>9}{memory:>9.0f}", flush=True)
    return 0


def measure(way: Callable[[str], str], paths: list[str], jobs: int) -> tuple[float, float, dict[str, str], float]:
    """Return seconds to load, photographs a second, the text of each photograph, and MB of the largest process."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        started = time.perf_counter()
        list(pool.map(way, [paths[0]] * jobs))
        load = time.perf_counter() - started
        started = time.perf_counter()
        texts = dict(zip(paths, pool.map(way, paths), strict=True))
        rate = len(paths) / (time.perf_counter() - started)
        memory = max(pool.map(peak_mb, [""] * (2 * jobs)))
    return load, rate, texts, memory


def printed(lots: Path, chosen: Iterable[str]) -> dict[str, list[str]]:
    names = {Path(path).name: path for path in chosen}
    photos = json.loads((lots / "truth.json").read_text(encoding="utf-8"))["photos"]
    return {
        names[photo["file"]]: [
            code["printed"]
            for code in photo["codes"]
            if code.get("printed") and "?" not in code["value"] and code["type"] != "product_name"
        ]
        for photo in photos
        if photo["file"] in names
    }


def plain(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())


if __name__ == "__main__":
    sys.exit(main())
