#!/usr/bin/env python3
"""Whether small labels are found: how much has to be looked at twice for it, how long it takes, and what is read then.

    benchmarks/finder.py [--scenes 40] [--seed 1] [--areas 0,0.1,0.25,0.5,1,2] [--picture docs/images/finder.png]
    benchmarks/finder.py --photographs lots,wild,plates

Scenes are drawn labels in real photographs without codes (small_labels.py): letters of 9 to 30 pixels, at most a
hundredth of the longer side, in any direction. A code is seen when a line or a symbol was found in its place. Areas
are in megapixels a photograph; 0 is the whole picture alone. Seconds are those of one core, for finding and reading
text. With `--photographs` real ones are looked at: how many need a second look, how large, how long it takes.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from eyes import CHECKOUT, MOST_PIXELS, Known, Read, Score, count, judged
from finder_picture import Point, draw
from PIL import Image
from small_labels import Scene, backgrounds, scene

from troostwatch.domain.geometry import Quad
from troostwatch.domain.readings import Look, Reading
from troostwatch.infrastructure.ai import image_analyzer
from troostwatch.infrastructure.ai.barcode_reader import BarcodeReader
from troostwatch.infrastructure.ai.rapidocr_reader import RapidOcrReader
from troostwatch.infrastructure.pixels import label_finder
from troostwatch.infrastructure.pixels.opening import load_upright

_MOST_HIGHER = 2.5  # times the height of a print; what is higher holds several lines
_MEGA = 1_000_000


@dataclass(frozen=True)
class Row:
    """One picture read with one area."""

    name: str
    megapixels: float
    area: float  # megapixels looked at twice
    seconds: float
    seen: int  # of the codes due, those whose place was looked at closely enough to be read
    read: Read
    known: Known


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=CHECKOUT.parent / "shared")
    parser.add_argument("--scenes", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--areas", default=f"0,{label_finder.MOST_AREA / _MEGA:g}")
    parser.add_argument("--photographs", metavar="FOLDERS")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--misses", action="store_true", help="list what was missed and what was wrong")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.photographs:
        return photographs(options)
    areas = [float(area) for area in options.areas.split(",")]
    points = []
    print("megapixels twice | codes seen | looked at | seconds | codes due | recall | precision | approved | wrong")
    print("--:|--:|--:|--:|--:|--:|--:|--:|--:")
    for area in areas:
        jobs = [(options.shared, options.seed, n, area) for n in range(options.scenes)]
        with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
            points.append(show(area, list(pool.map(of_scene, jobs)), misses=options.misses))
    if options.picture:
        options.picture.write_bytes(draw(points))
    return 0


def of_scene(job: tuple[Path, int, int, float]) -> Row:
    shared, seed, number, area = job
    drawn = scene(seed, number, backgrounds(shared))
    image = load_upright(drawn.body, max_pixels=MOST_PIXELS)
    reader = reader_of(area)
    looks = reader.looks(image)
    started = time.process_time()
    lines, _ = reader.read(image)
    seconds = time.process_time() - started
    symbols = BarcodeReader().read(image, image_analyzer.regions(lines))
    closer = [
        replace(line, again=reader.read_again(image, line.quad)) if any(c.isdigit() for c in line.text) else line
        for line in lines
    ]
    known = Known(Path(drawn.name), drawn.due, drawn.neutral)
    read = Read(image.size, (*symbols, *closer))
    return Row(drawn.name, megapixels(image), looked_at(looks), seconds, seen(drawn, (*lines, *symbols)), read, known)


@cache
def reader_of(area: float) -> RapidOcrReader:
    cv2.setNumThreads(1)
    return RapidOcrReader(most_area=area * _MEGA)


def megapixels(image: Image.Image) -> float:
    return image.width * image.height / _MEGA


def looked_at(looks: Iterable[Look]) -> float:
    return sum(look.quad.width * look.quad.height * look.scale**2 for look in looks) / _MEGA


def seen(drawn: Scene, readings: Iterable[Reading]) -> int:
    """Return over how many of the codes a line or symbol was found that is about as high as their print."""
    quads = [reading.quad for reading in readings]
    return sum(any(_stands_at(quad, place) for quad in quads) for place in drawn.places)


def _stands_at(quad: Quad, place: Quad) -> bool:
    inside = cv2.pointPolygonTest(np.array(quad.corners, np.float32), place.centre, measureDist=False) >= 0
    return inside and quad.height <= _MOST_HIGHER * min(place.height, place.width)


def show(area: float, rows: Sequence[Row], *, misses: bool) -> Point:
    score = Score()
    for row in rows:
        count(score, row.known, judged(row.read))
    found = sum(row.seen for row in rows) / max(1, score.due)
    looked = sum(row.area for row in rows) / len(rows)
    seconds = sum(row.seconds for row in rows) / len(rows)
    recall, precision = score.found / max(1, score.due), score.right / max(1, score.reported)
    print(
        f"{area:g} | {found:.2f} | {looked:.2f} MP | {seconds:.2f} | {score.due} | {recall:.2f} | {precision:.2f}"
        f" | {score.approved} | {score.approved_wrong}",
        flush=True,
    )
    if misses:
        print(*score.lines, sep="\n")
    return Point(looked, seconds, found, recall)


def photographs(options: argparse.Namespace) -> int:
    print("photographs | | looked at twice | area of those | seconds without | with | ratio")
    print(":--|--:|--:|--:|--:|--:|--:")
    for name in options.photographs.split(","):
        folder = options.shared / name
        photos = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["photos"]
        paths: dict[bool, list[Path]] = {bool(p["codes"]): [] for p in photos}
        for photo in photos:
            paths[bool(photo["codes"])].append(folder / "images" / photo["file"])
        for with_codes, mine in paths.items():
            with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
                rows = list(pool.map(of_photograph, mine))
            twice = [area for area, _, _ in rows if area]
            before, after = sum(row[1] for row in rows), sum(row[2] for row in rows)
            print(
                f"{name} {'with' if with_codes else 'without'} codes | {len(rows)} | {len(twice)}"
                f" | {sum(twice) / max(1, len(twice)):.2f} MP | {before / len(rows):.2f} | {after / len(rows):.2f}"
                f" | {after / before:.2f}",
                flush=True,
            )
    return 0


def of_photograph(path: Path) -> tuple[float, float, float]:
    """Return the megapixels looked at twice, and the seconds of reading text without and with it."""
    image = load_upright(path.read_bytes(), max_pixels=MOST_PIXELS)
    area = label_finder.MOST_AREA / _MEGA
    seconds = []
    for most in (0.0, area):
        reader = reader_of(most)
        started = time.process_time()
        reader.read(image)
        seconds.append(time.process_time() - started)
    return looked_at(reader_of(area).looks(image)), seconds[0], seconds[1]


if __name__ == "__main__":
    sys.exit(main())
