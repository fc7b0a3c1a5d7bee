#!/usr/bin/env python3
"""How well labels of makers are read that do not exist, in seventeen languages and six arrangements.

    benchmarks/invented.py [--labels 1020] [--seed 101] [--noise 0.02] [--without LANGUAGE|each] [--misses]

By default a perfect reader with the mistakes of OCR stands for the eyes, so that the judgement alone is measured.
`--without each` takes each language out of the caption grammar in turn and measures the labels of that language.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from eyes import Known, Score, count, key, show

from troostwatch.domain.codes import Code
from troostwatch.domain.judgement import captions
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.judgement.grammar import grammar
from troostwatch.infrastructure.synthetic import invented, reader
from troostwatch.infrastructure.synthetic.invented import InventedLabel


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=1020)
    parser.add_argument("--seed", type=int, default=101)
    parser.add_argument("--noise", type=float, default=0.02)
    parser.add_argument("--without", metavar="LANGUAGE")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    labels = [invented.label(options.seed, n) for n in range(options.labels)]
    print("labels | codes due | recall | precision | approved | of them wrong | forbidden | recall of the approved")
    print(":--|--:|--:|--:|--:|--:|--:|--:")
    if options.without:
        for language in sorted(invented.wordings()) if options.without == "each" else [options.without]:
            mine = [label for label in labels if label.language == language]
            show(f"{language}, known", scored(mine, options.seed, options.noise))
            captions.grammar = lambda language=language: grammar(language)
            show(f"{language}, taken away", scored(mine, options.seed, options.noise))
            captions.grammar = grammar
        return 0
    groups: dict[str, list[InventedLabel]] = defaultdict(list)
    for label in labels:
        for name in (label.language, str(label.arrangement), "plates" if label.plate else "labels"):
            groups[name].append(label)
    for name, mine in sorted(groups.items()):
        show(name, scored(mine, options.seed, options.noise))
    total = scored(labels, options.seed, options.noise)
    show("all", total)
    if options.misses:
        print(*total.lines, sep="\n")
    return 0


def scored(labels: list[InventedLabel], seed: int, noise: float) -> Score:
    score = Score()
    for label in labels:
        count(score, known(label), judged(label, seed, noise))
    return score


def judged(label: InventedLabel, seed: int, noise: float) -> tuple[Code, ...]:
    width, height = label.size
    return judge(reader.read(label, seed, noise=noise), width=width, height=height).codes


def known(label: InventedLabel) -> Known:
    due = tuple(frozenset({key(row.type, row.value)}) for row in label.rows if row.type and row.sure)
    open_ = frozenset(key(row.type, row.value) for row in label.rows if row.type and not row.sure)
    return Known(Path(f"{label.language}-{label.arrangement}-{label.maker.name}"), due, open_)


if __name__ == "__main__":
    sys.exit(main())
