#!/usr/bin/env python3
"""How well labels of makers are read that do not exist, in seventeen languages and six arrangements.

    benchmarks/invented.py [--labels 1020] [--seed 101] [--noise 0.004] [--without LANGUAGE|each] [--misses]
    benchmarks/invented.py --drawn [--readings FOLDER] …

By default a perfect reader with the mistakes of OCR stands for the eyes, so that the judgement alone is measured;
with `--drawn` the labels are drawn and read as photographs are. `--without each` takes each language out of the
caption grammar in turn and measures the labels of that language.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from eyes import Known, Read, Score, count, judged, key, read_all, show

from troostwatch.domain.judgement import captions
from troostwatch.domain.judgement.grammar import grammar
from troostwatch.infrastructure.synthetic import drawn_labels, invented, reader
from troostwatch.infrastructure.synthetic.invented import InventedLabel

Case = tuple[InventedLabel, Read]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=1020)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--noise", type=float, default=0.004)
    parser.add_argument("--drawn", action="store_true")
    parser.add_argument("--readings", type=Path, metavar="FOLDER")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--without", metavar="LANGUAGE")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    labels = [invented.label(options.seed, n) for n in range(options.labels)]
    reads = drawn(options) if options.drawn else [noisily(label, options.seed, options.noise) for label in labels]
    cases = list(zip(labels, reads, strict=True))
    print("labels | codes due | recall | precision | approved | of them wrong | forbidden | recall of the approved")
    print(":--|--:|--:|--:|--:|--:|--:|--:")
    if options.without:
        show_without(cases, sorted(invented.wordings()) if options.without == "each" else [options.without])
        return 0
    groups: dict[str, list[Case]] = defaultdict(list)
    for label, read in cases:
        for name in (label.language, str(label.arrangement), "plates" if label.plate else "labels"):
            groups[name].append((label, read))
    for name, mine in sorted(groups.items()):
        show(name, scored(mine))
    total = scored(cases)
    show("all", total)
    if options.misses:
        print(*total.lines, sep="\n")
    return 0


def show_without(cases: list[Case], languages: list[str]) -> None:
    for language in languages:
        mine = [(label, read) for label, read in cases if label.language == language]
        show(f"{language}, known", scored(mine))
        captions.grammar = partial(grammar, language)  # type: ignore[assignment, attr-defined]
        show(f"{language}, taken away", scored(mine))
        captions.grammar = grammar  # type: ignore[attr-defined]


def scored(cases: list[Case]) -> Score:
    score = Score()
    for label, read in cases:
        count(score, known(label), judged(read))
    return score


def noisily(label: InventedLabel, seed: int, noise: float) -> Read:
    return Read(label.size, tuple(reader.read(label, seed, noise=noise)))


def drawn(options: argparse.Namespace) -> list[Read]:
    """Draw the labels and read them, or take what was read before."""
    kept = options.readings / f"invented-{options.seed}-{options.labels}.pickle" if options.readings else None
    if kept and kept.exists():
        return [Read(*read) for read in pickle.loads(kept.read_bytes())]
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        reads = list(pool.map(partial(draw_and_read, options.seed), range(options.labels), chunksize=4))
    if kept:
        kept.write_bytes(pickle.dumps([(read.size, read.readings) for read in reads]))
    return reads


def draw_and_read(seed: int, number: int) -> Read:
    return read_all(drawn_labels.draw(invented.label(seed, number), seed))


def known(label: InventedLabel) -> Known:
    due = tuple(frozenset({key(row.type, row.value)}) for row in label.rows if row.type and row.sure)
    open_ = frozenset(key(row.type, row.value) for row in label.rows if row.type and not row.sure)
    return Known(Path(f"{label.language}-{label.arrangement}-{label.maker.name}"), due, open_)


if __name__ == "__main__":
    sys.exit(main())
