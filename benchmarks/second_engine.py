#!/usr/bin/env python3
"""What Tesseract is worth as a second witness of characters, beside RapidOCR, on lines whose code no symbol shows.

    benchmarks/second_engine.py [--shared ../shared] [--readings FOLDER] [--only lots,wild,plates,reports] [--jobs 2]

For each code that is reported on such a line: are its characters right, are signs in it that look alike (O and 0, I and
1), and does Tesseract read the same on the line, cut out, turned upright and enlarged? Needs the program.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from eyes import CHECKOUT, MOST_PIXELS, REPORTED, SCORED, Known, Read, judged, key, material, readings_of
from PIL import Image

from troostwatch.domain.codes import Code, squeeze
from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement import checks
from troostwatch.domain.readings import Reading, ReadingKind
from troostwatch.infrastructure.ai.tesseract_reader import TesseractReader
from troostwatch.infrastructure.pixels.opening import load_upright

HEIGHT, MARGIN = 48, 0.25  # of the line that Tesseract is given, in pixels and in heights of its letters


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=CHECKOUT.parent / "shared")
    parser.add_argument("--readings", type=Path, metavar="FOLDER")
    parser.add_argument("--only", default="lots,wild,plates,reports")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    second = TesseractReader()
    told: Counter[tuple[str, bool, bool, bool]] = Counter()
    seconds: list[float] = []
    for name in options.only.split(","):
        known = list(material(options.shared, name))
        reads = readings_of([k.path for k in known], name, options.readings, options.jobs)
        lines = [line for k in known if k.path in reads for line in of_text_alone(k, reads[k.path])]
        with ThreadPoolExecutor(options.jobs) as pool:
            for (right, code, _), (text, took) in zip(
                lines, pool.map(lambda line: read(second, line[2]), lines), strict=True
            ):
                told[name, right, checks.easily_misread(code.type, code.value), squeeze(code.value) in text] += 1
                seconds.append(took)
    print("material | characters | look-alikes | codes | Tesseract agrees")
    print(":--|:--|:--|--:|--:")
    for name, right, alike in sorted({row[:3] for row in told}):
        agrees, differs = told[name, right, alike, True], told[name, right, alike, False]
        print(f"{name} | {'right' if right else 'wrong'} | {'yes' if alike else 'no'} | {agrees + differs} | {agrees}")
    print(f"{np.median(seconds):.2f} s a line" if seconds else "no line")
    return 0


def of_text_alone(known: Known, read: Read) -> Iterator[tuple[bool, Code, Image.Image]]:
    """Yield whether its characters are right, a code that only text shows, and its line cut out."""
    values = {value for _, value in known.right | known.neutral}
    image: Image.Image | None = None
    for code in judged(read):
        if code.type not in SCORED or code.confidence < REPORTED:
            continue
        shown = [r for r in read.readings if squeeze(code.value) in squeeze(r.text)]
        if not shown or any(r.kind is not ReadingKind.TEXT for r in shown):
            continue
        image = image or load_upright(known.path.read_bytes(), max_pixels=MOST_PIXELS)
        yield key(code.type, code.value)[1] in values, code, cut(image, line_of(shown))


def line_of(shown: list[Reading]) -> Quad:
    return max(shown, key=lambda r: r.confidence or 0.0).quad


def cut(image: Image.Image, line: Quad) -> Image.Image:
    """Return the line with a margin, turned upright, its letters of one height."""
    a, b, _, d = (np.array(corner) for corner in line.corners)
    along, down = (b - a) / max(1.0, line.width), (d - a) / max(1.0, line.height)
    edge = MARGIN * line.height
    start = a - edge * (along + down)
    wide, high = line.width + 2 * edge, line.height + 2 * edge
    corners = np.array([start, start + wide * along, start + wide * along + high * down, start + high * down])
    width = max(8, round(HEIGHT * wide / high))
    target = np.array([[0, 0], [width, 0], [width, HEIGHT], [0, HEIGHT]])
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), target.astype(np.float32))
    piece = cv2.warpPerspective(np.asarray(image), matrix, (width, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return Image.fromarray(piece)


def read(second: TesseractReader, piece: Image.Image) -> tuple[str, float]:
    started = time.perf_counter()
    text = second.read_again(piece, Quad.upright(0, 0, piece.width, piece.height))
    return squeeze(text), time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
