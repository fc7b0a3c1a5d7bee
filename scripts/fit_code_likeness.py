#!/usr/bin/env python3
"""Fit how code-like strings are: codes of invented makers against the words of the caption grammar, and prose.

    scripts/fit_code_likeness.py [--makers 2000] [--seed 3] [--write]

Prints how well the fit tells apart what it was not fitted to; `--write` puts the table into likeness.toml.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from pathlib import Path
from random import Random

from troostwatch.domain.judgement import grammar, likeness
from troostwatch.infrastructure.synthetic import makers

TARGET = Path(__file__).resolve().parents[1] / "troostwatch" / "domain" / "judgement" / "likeness.toml"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--makers", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rng = Random(options.seed)
    codes, words = codes_of(rng, options.makers), words_of(rng)
    rng.shuffle(codes)
    rng.shuffle(words)
    table = fitted(codes[::2], words[::2])
    told = [
        (sum(table.get(p, 0.0) for p in likeness.pairs(text)), code)
        for texts, code in ((codes[1::2], True), (words[1::2], False))
        for text in texts
    ]
    for least in (0.0, 1.0, likeness.SURE, 4.0):
        right = sum(code for odds, code in told if odds >= least)
        taken = sum(odds >= least for odds, _ in told)
        print(
            f"from {least}: {right / max(1, taken):.3f} of {taken} are codes, "
            f"{right / sum(code for _, code in told):.3f} of the codes found"
        )
    if options.write:
        lines = [
            "# Log-odds of a code by pairs of neighbours: 9 digit, A vowel, B consonant, - sign, ^ start, $ end.",
            "# Written by scripts/fit_code_likeness.py.",
            "",
            "[pairs]",
        ]
        lines += [f'"{pair}" = {value:.2f}' for pair, value in sorted(table.items())]
        TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"wrote {TARGET.name}")
    return 0


def codes_of(rng: Random, count: int) -> list[str]:
    found = []
    for _ in range(count):
        maker = makers.invent(rng)
        found += [form.fill(rng) for form in (maker.serial, maker.model, maker.part)]
    return found


def words_of(rng: Random) -> list[str]:
    """Return words as labels print them: alone, in pairs, with a number behind them."""
    words = [
        word
        for table in grammar.languages().values()
        for rows in table.values()
        if isinstance(rows, dict)
        for word in (*rows.get("whole", ()), *rows.get("stems", ()))
        if word.isascii() or word[:1].isalpha()
    ]
    pairs = [f"{rng.choice(words)} {rng.choice(words)}" for _ in words]
    numbered = [f"{word} {rng.randint(1, 99)}" for word in words[::4]]
    return [*words, *pairs, *numbered]


def fitted(codes: list[str], words: list[str]) -> dict[str, float]:
    """Return the log of how much more often each pair stands in codes than in words."""
    one, other = counted(codes), counted(words)
    every = set(one) | set(other)
    return {
        pair: math.log((one[pair] + 1) / (one.total() + len(every)))
        - math.log((other[pair] + 1) / (other.total() + len(every)))
        for pair in every
    }


def counted(texts: list[str]) -> Counter[str]:
    return Counter(pair for text in texts for pair in likeness.pairs(text))


if __name__ == "__main__":
    sys.exit(main())
