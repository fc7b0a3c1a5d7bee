#!/usr/bin/env python3
"""How well the photographs beside this checkout are read: every kind of material with a truth, in one table.

    benchmarks/eyes.py [--shared ../shared] [--readings FOLDER] [--only lots,wild] [--without MAKER|all] [--misses]

Recall and precision of what is reported at 0.5 and more, what the rule would approve and how much of it is wrong.
`--without` takes the profile of a maker away, or of all. With `--readings` what was read is kept in a folder, so that
after a change of the judgement nothing is read again. Truths: `truth.json` of captured lots, and `truth.csv` of drawn
pictures with values that are due, `!` forbidden to approve, `(…)` good but not due.
"""

from __future__ import annotations

import argparse
import csv
import json
import pickle
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

from troostwatch.config import Analysis
from troostwatch.domain.codes import Code
from troostwatch.domain.judgement import vendors
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.readings import OcrEngine, Reading
from troostwatch.infrastructure.ai import image_analyzer
from troostwatch.infrastructure.ai.barcode_reader import BarcodeReader
from troostwatch.infrastructure.pixels.opening import load_upright

CHECKOUT = Path(__file__).resolve().parents[1]
SCORED = ("ean", "serial_number", "model_number", "part_number", "mac_address", "imei")
MOST_PIXELS = 80_000_000
REPORTED = 0.5
APPROVED = Analysis().auto_approve_threshold
Key = tuple[str, str]


@dataclass(frozen=True)
class Known:
    """A photograph and what stands on it: each code due in all its forms, and what is neither right nor wrong."""

    path: Path
    due: tuple[frozenset[Key], ...]
    neutral: frozenset[Key]
    forbidden: frozenset[Key] = frozenset()

    @property
    def right(self) -> frozenset[Key]:
        return frozenset().union(*self.due)


@dataclass
class Score:
    due: int = 0
    found: int = 0
    approved_found: int = 0
    reported: int = 0
    right: int = 0
    approved: int = 0
    approved_wrong: int = 0
    forbidden_approved: int = 0
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Read:
    size: tuple[int, int]
    readings: tuple[Reading, ...]  # with a closer look at every line that has a digit


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=CHECKOUT.parent / "shared")
    parser.add_argument("--readings", type=Path, metavar="FOLDER")
    parser.add_argument("--only", default="lots,wild,plates,reports")
    parser.add_argument("--without", metavar="MAKER")
    parser.add_argument("--misses", action="store_true", help="list what was missed and what was wrong")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.without:
        take_away(options.without)
    print("material | codes due | recall | precision | approved | of them wrong | forbidden | recall of the approved")
    print(":--|--:|--:|--:|--:|--:|--:|--:")
    for name in options.only.split(","):
        known = list(material(options.shared, name))
        reads = readings_of([k.path for k in known], name, options.readings, options.jobs)
        score = Score()
        for photograph in known:
            if photograph.path in reads:
                count(score, photograph, judged(reads[photograph.path]))
        show(name, score)
        if options.misses:
            print(*score.lines, sep="\n")
    return 0


def take_away(maker: str) -> None:
    left = tuple(v for v in vendors.vendors() if (v.marks and maker == "all") or v.name.lower() == maker.lower())
    kept = tuple(v for v in vendors.vendors() if v not in left)
    vendors.vendors = lambda: kept  # type: ignore[assignment]


def material(shared: Path, name: str) -> Iterator[Known]:
    if name == "reports":
        return reported(shared / "reports" / "pictures")
    return captured(shared / name)


def captured(folder: Path) -> Iterator[Known]:
    for photo in json.loads((folder / "truth.json").read_text(encoding="utf-8"))["photos"]:
        due, neutral = [], set[Key]()
        for code in photo["codes"]:
            ways = [(code["type"], code["value"]), *code.get("also", [])]
            forms = frozenset(key(kind, value) for kind, value in ways if kind in SCORED)
            if code.get("optional") or code["type"] not in SCORED:
                neutral |= forms
            else:
                due.append(forms)
        yield Known(folder / "images" / photo["file"], tuple(due), frozenset(neutral))


def reported(folder: Path) -> Iterator[Known]:
    rows: dict[str, list[tuple[str, str]]] = {}
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["file"], []).append((row["type"], row["value"]))
    for name, stated in sorted(rows.items()):
        due = tuple(frozenset({key(kind, value)}) for kind, value in stated if kind[0] not in "!(")
        good = frozenset(key(kind.strip("()"), value) for kind, value in stated if kind[0] == "(")
        forbidden = frozenset(key(kind[1:], value) for kind, value in stated if kind[0] == "!")
        yield Known(folder / name, due, good, forbidden)


def key(kind: str, value: str) -> Key:
    value = re.sub(r"[\s\-:./+]", "", value).upper()
    return kind, value.zfill(13) if kind == "ean" and value.isdigit() else value


def readings_of(paths: list[Path], name: str, folder: Path | None, jobs: int) -> dict[Path, Read]:
    """Return what is read on each photograph; what cannot be opened is left out."""
    kept = folder / f"{name}.pickle" if folder else None
    if kept and kept.exists():
        return {path: Read(*read) for path, read in pickle.loads(kept.read_bytes()).items()}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        reads = {path: read for path, read in zip(paths, pool.map(read_all, paths, chunksize=2), strict=True) if read}
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps({path: (read.size, read.readings) for path, read in reads.items()}))
    return reads


def read_all(source: Path | bytes) -> Read:
    """Read a photograph as `images analyze` does, but look closer at every line with a digit."""
    text = image_analyzer.text_reader(OcrEngine.RAPIDOCR)
    data = source.read_bytes() if isinstance(source, Path) else source
    image = load_upright(data, max_pixels=MOST_PIXELS)
    lines, _ = text.read(image)
    closer = [
        replace(line, again=text.read_again(image, line.quad)) if any(c.isdigit() for c in line.text) else line
        for line in lines
    ]
    return Read(image.size, (*BarcodeReader().read(image, image_analyzer.regions(lines)), *closer))


def judged(read: Read) -> tuple[Code, ...]:
    """Conclude as the program does: the closer look is there only for the lines that the judgement asks for."""
    width, height = read.size
    once = [replace(reading, again=None) for reading in read.readings]
    asked = judge(once, width=width, height=height).to_confirm
    twice = [full if first in asked else first for first, full in zip(once, read.readings, strict=True)]
    return judge(twice, width=width, height=height).codes


def count(score: Score, known: Known, codes: Iterable[Code]) -> None:
    told = {key(c.type, c.value): c for c in codes if c.type in SCORED and c.confidence >= REPORTED}
    approved = {k for k, c in told.items() if c.confidence >= APPROVED}
    counted = set(told) - known.neutral | set(told) & known.right
    wrong = counted - known.right
    score.due += len(known.due)
    score.found += sum(bool(forms & set(told)) for forms in known.due)
    score.approved_found += sum(bool(forms & approved) for forms in known.due)
    score.reported += len(counted)
    score.right += len(counted) - len(wrong)
    score.approved += len(approved & counted)
    score.approved_wrong += len(approved & wrong)
    score.forbidden_approved += len(approved & known.forbidden)
    where = known.path.name
    score.lines += [f"{where} missed {sorted(forms)}" for forms in known.due if not forms & set(told)]
    score.lines += [
        f"{where} pending {sorted(forms)} {best(forms, told)}"
        for forms in known.due
        if forms & set(told) and not forms & approved
    ]
    for k in sorted(wrong):
        mark = "APPROVED" if k in approved else "reported"
        mark += " FORBIDDEN" if k in known.forbidden else ""
        score.lines.append(f"{where} {mark} {k} {told[k].confidence} {told[k].evidence}")


def best(forms: Iterable[Key], told: dict[Key, Code]) -> str:
    code = max((told[f] for f in forms if f in told), key=lambda c: c.confidence)
    return f"{code.confidence} {code.evidence}"


def show(name: str, score: Score) -> None:
    recall, precision = score.found / max(1, score.due), score.right / max(1, score.reported)
    sure = score.approved_found / max(1, score.due)
    print(
        f"{name} | {score.due} | {recall:.3f} | {precision:.3f} ({score.reported - score.right} wrong) |"
        f" {score.approved} | {score.approved_wrong} | {score.forbidden_approved} | {sure:.3f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
