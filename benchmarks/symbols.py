#!/usr/bin/env python3
"""Symbols on public test photographs: our reader beside one pass of zxing-cpp at its defaults, in one run.

    benchmarks/symbols.py [--barcodes ../shared/barcodes]

Right is a value that the list of truths gives for the photograph (GTINs as 13 digits). Also told: wrong values that the
judgement reports at 0.9 or above, what is said of photographs that hold no symbol, and milliseconds a photograph.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
import warnings
from pathlib import Path

import zxingcpp
from PIL import Image, ImageOps

from troostwatch.domain.codes import squeeze
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.readings import ReadingKind
from troostwatch.infrastructure.ai.barcode_reader import BarcodeReader

CHECKOUT = Path(__file__).resolve().parents[1]
SURE = 0.9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--barcodes", type=Path, default=CHECKOUT.parent / "shared" / "barcodes")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # Pillow's, about palettes
    with (options.barcodes / "truth.csv").open(encoding="utf-8") as file:
        truths = list(csv.DictReader(file))
    # A thing may carry two symbols, and a photograph of one of them shows the other, too.
    beside = {folder: {row["text"] for row in truths if folder_of(row) == folder} for folder in map(folder_of, truths)}
    reader = BarcodeReader()
    by_default = ours = 0
    default_seconds = our_seconds = 0.0
    for row in truths:
        with Image.open(options.barcodes / row["file"]) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
        started = time.process_time()
        once = {symbol.text for symbol in zxingcpp.read_barcodes(image)}
        default_seconds += time.process_time() - started
        started = time.process_time()
        readings = reader.read(image)
        our_seconds += time.process_time() - started
        symbols = {r.text for r in readings if r.kind is ReadingKind.SYMBOL}
        there = row["symbology"] != "none"
        by_default += there and any(same(text, row["text"]) for text in once)
        ours += there and any(same(text, row["text"]) for text in symbols)
        for code in judge(readings, width=image.width, height=image.height).codes:
            shown = beside[folder_of(row)] if there else ()
            if code.confidence >= SURE and not any(holds(true, code.value) for true in shown):
                print(f"wrong and sure: {row['file']}: {code.type} {code.value} {code.confidence}")
        if not there and symbols:
            print(f"a symbol where there is none: {row['file']}: {symbols}")
    wanted = sum(row["symbology"] != "none" for row in truths)
    print(f"zxing-cpp at defaults: {by_default} of {wanted} right, {default_seconds / len(truths) * 1000:.0f} ms")
    print(f"troostwatch: {ours} of {wanted} right, {our_seconds / len(truths) * 1000:.0f} ms")
    print(f"that is {ours / by_default - 1:+.0%}")
    return 0


def folder_of(row: dict[str, str]) -> str:
    return row["file"].rpartition("/")[0]


def holds(true: str, value: str) -> bool:
    """Tell whether the payload is the value, or has it as one of its elements."""
    return same(value, true) or squeeze(value) in squeeze(true)


def same(text: str, true: str) -> bool:
    return text == true or (text.isdigit() and true.isdigit() and text.zfill(13) == true.zfill(13))


if __name__ == "__main__":
    sys.exit(main())
