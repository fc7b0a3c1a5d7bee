#!/usr/bin/env python3
"""Fit the weights of evidence to photographs whose codes are known, and write them into the judgement.

    scripts/fit_weights.py [--stickers 520] [--invented 1530] [--seed 11] [--captured ../shared/lots ...]
                           [--cache FILE] [--picture FILE] [--write]

Draws stickers under thirteen faults and reads them with both engines, reads captured photographs with hand-made truth
where they lie beside the checkout, and labels of invented makers by a noisy reader; fits, cross-validates in folds
that part makers and lots, and prints what became of each weight and how well probabilities held on what was left out.
`--write` puts the weights into weights.toml. `--cache` keeps the readings, so that a second fit after a change of the
judgement need not read again.
"""

from __future__ import annotations

import argparse
import json
import pickle
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from PIL import Image

from troostwatch.domain.calibration import reliability
from troostwatch.domain.codes import CodeType, canonical
from troostwatch.domain.judgement import gathering, payloads, weighing
from troostwatch.domain.judgement.candidates import Scene
from troostwatch.domain.judgement.claims import Basis
from troostwatch.domain.judgement.fusion import weigh
from troostwatch.domain.judgement.weighing import Witness
from troostwatch.domain.readings import OcrEngine, Reading
from troostwatch.infrastructure.ai.image_analyzer import analyze_picture, analyzer
from troostwatch.infrastructure.learning.evidence import Case, Fit, fit
from troostwatch.infrastructure.pixels.reliability import draw_reliability
from troostwatch.infrastructure.synthetic import degradations, invented, lettering, reader

CHECKOUT = Path(__file__).resolve().parents[1]
TARGET = CHECKOUT / "troostwatch" / "domain" / "judgement" / "weights.toml"
MOST_PIXELS = 40_000_000
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
# A captured photograph tells more about the world than a drawn one.
IMPORTANCE_OF_CAPTURED = 3.0
IMPORTANCE_OF_INVENTED = 0.5
NOISE = 0.004
SHARED = CHECKOUT.parent / "shared"
CAPTURED = ("lots", "wild", "plates")


@dataclass(frozen=True)
class Known:
    """A photograph as it was read, and what stands on it. A key is a type and a value without punctuation."""

    group: str
    size: tuple[int, int]
    readings: tuple[Reading, ...]
    right: frozenset[tuple[str, str]]
    neutral: frozenset[tuple[str, str]]  # neither right nor wrong
    types: frozenset[CodeType]  # that the truth speaks of
    importance: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stickers", type=int, default=520)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--invented", type=int, default=1530)
    parser.add_argument("--captured", type=Path, nargs="*", default=[SHARED / name for name in CAPTURED])
    parser.add_argument("--cache", type=Path)
    parser.add_argument(
        "--picture", type=Path, metavar="FILE.png", help="draw how probabilities of what was left out held"
    )
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.cache and options.cache.exists():
        known: list[Known] = pickle.loads(options.cache.read_bytes())
    else:
        known = list(drawn(options.seed, options.stickers))
        known += [photograph for folder in options.captured for photograph in captured(folder)]
        if options.cache:
            options.cache.write_bytes(pickle.dumps(known))
    known += [invented_label(options.seed, number) for number in range(options.invented)]
    cases = [case for photograph in known for case in cases_of(photograph)]
    result = fit(cases, weighing.prior())
    report(cases, result)
    if options.picture:
        judged = zip(result.held_out, (case.right for case in cases), strict=True)
        options.picture.write_bytes(draw_reliability(reliability(judged), title="Codes left out of the fit"))
    if options.write:
        TARGET.write_text(as_toml(result), encoding="utf-8")
        print(f"wrote {TARGET.relative_to(CHECKOUT)}")
    return 0


def drawn(seed: int, count: int) -> Iterator[Known]:
    # Every fourth is read by Tesseract as well.
    jobs = [(seed, n, engine) for n in range(count) for engine in OcrEngine if n % 4 == 0 or engine == "rapidocr"]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield from pool.map(draw_and_read, jobs, chunksize=8)


def draw_and_read(job: tuple[int, int, OcrEngine]) -> Known:
    seed, number, engine = job
    trial = degradations.trial(seed, number, faces=lettering.system_faces())
    readings = analyzer(engine, MOST_PIXELS).analyze(trial.photograph.body).readings
    accepted = frozenset(key(kind, value) for code in trial.photograph.truth.codes for kind, value in code.accepted)
    types = frozenset(CodeType) - {CodeType.OTHER}
    return Known(trial.maker, trial.size, readings, accepted, frozenset(), types, 1.0)


def invented_label(seed: int, number: int) -> Known:
    """Return a label of a maker that does not exist, read without pixels; what nobody could tell is neither."""
    label = invented.label(seed, number)
    right = frozenset(key(row.type, row.value) for row in label.rows if row.type)
    readings = tuple(reader.read(label, seed, noise=NOISE))
    types = frozenset(CodeType) - {CodeType.OTHER}
    return Known(f"invented {number}", label.size, readings, right, frozenset(), types, IMPORTANCE_OF_INVENTED)


def captured(lots: Path) -> Iterator[Known]:
    if not lots.exists():
        print(f"no captured photographs at {lots}: they are left out", file=sys.stderr)
        return
    photos = json.loads((lots / "truth.json").read_text(encoding="utf-8"))["photos"]
    jobs = [(str(lots / "images" / photo["file"]), engine) for photo in photos for engine in OcrEngine]
    for number, (size, readings) in enumerate(read_all(jobs)):
        photo = photos[number // len(OcrEngine)]
        right: set[tuple[str, str]] = set()
        neutral: set[tuple[str, str]] = set()
        for code in photo["codes"]:
            ways = {key(kind, value) for kind, value in [(code["type"], code["value"]), *code.get("also", [])]}
            (neutral if code.get("optional") else right).update(ways)
        types = frozenset(kind for kind in CodeType if kind in SCORED)
        yield Known(
            photo["lot"], size, readings, frozenset(right), frozenset(neutral - right), types, IMPORTANCE_OF_CAPTURED
        )


SCORED = ("ean", "serial_number", "model_number", "part_number", "mac_address", "imei")


def read_all(jobs: list[tuple[str, OcrEngine]]) -> list[tuple[tuple[int, int], tuple[Reading, ...]]]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return list(pool.map(read, jobs, chunksize=8))


def read(job: tuple[str, OcrEngine]) -> tuple[tuple[int, int], tuple[Reading, ...]]:
    path, engine = job
    with Image.open(path) as image:
        size = image.size
    return size, analyze_picture(Path(path).read_bytes(), engine, MOST_PIXELS).readings


def cases_of(known: Known) -> Iterator[Case]:
    stands = payloads.standing(known.readings)
    scene = Scene(stands, *known.size)
    for weighed in weigh(gathering.gather(stands)[0], scene):
        mine = key(weighed.candidate.type, weighed.candidate.value)
        if weighed.candidate.type in known.types and mine not in known.neutral:
            yield Case.of(weighed, right=mine in known.right, group=known.group, importance=known.importance)


def key(kind: str, value: str) -> tuple[str, str]:
    form = canonical(CodeType(kind), value) if kind in list(CodeType) else value
    return kind, re.sub(r"[^0-9A-Z#]", "", form.upper())


def report(cases: list[Case], result: Fit) -> None:
    wrong = sum(not case.right for case in cases)
    print(f"{len(cases)} candidates, {wrong} of them wrong, on {len({c.group for c in cases})} stickers and lots")
    print(f"log loss of what was left out: {result.log_loss:.4f}; by hand {result.log_loss_by_hand:.4f}")
    print("confidence     right / candidates   (left out)")
    for low, high in pairwise(BINS):
        inside = [(p, c.right) for p, c in zip(result.held_out, cases, strict=True) if low <= p < high]
        if inside:
            right, mean = sum(r for _, r in inside), sum(p for p, _ in inside) / len(inside)
            line = f"  {low:.2f}-{min(high, 1):.2f}   {right:>5}/{len(inside):<5} = {right / len(inside):.3f}"
            print(f"{line}, said {mean:.3f}")


def as_toml(result: Fit) -> str:
    lines = [
        "# Log-odds of evidence. `prior` is set by hand from what labels are like; `weight` is fitted to photographs",
        "# whose codes are known and stays near the prior where `cases` are few. Written by scripts/fit_weights.py.",
    ]
    prior = weighing.prior()
    lines += table("type", list(Basis), prior.type, result.weights.type, result)
    lines += table("value", list(Witness), prior.value, result.weights.value, result)
    return "\n".join(lines) + "\n"


def table(name: str, kinds: list[Any], prior: dict[Any, float], fitted: dict[Any, float], result: Fit) -> list[str]:
    rows = [
        f"{kind.value} = {{ prior = {prior[kind]:.2f}, weight = {fitted[kind]:.2f}, cases = {result.cases[kind]} }}"
        for kind in kinds
    ]
    return ["", f"[{name}]", *rows]


if __name__ == "__main__":
    sys.exit(main())
