#!/usr/bin/env python3
"""Train the token classifier from labelled words.

    scripts/train_label_classifier.py --input training.jsonl synthetic.jsonl \
        --output data/label_classifier.pkl

The input has the form of schema/tokens.schema.json: 'troostwatch images export-tokens --include-reviewed' writes it
from your decisions, scripts/draw_labelled_words.py from drawn stickers. Several models are compared on photographs and
lots that they did not see; the best one is written with its manifest and a picture of its confusions, unless it is no
better than the rules. Exit codes: 0 written, 1 not written, 2 the input makes no sense.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from troostwatch.domain.errors import TroostwatchError, UsageError
from troostwatch.infrastructure.learning import data, training


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, nargs="+", required=True)
    parser.add_argument("--output", type=Path, default=Path("data/label_classifier.pkl"))
    parser.add_argument("--force", action="store_true", help="write it even where the rules are no worse")
    options = parser.parse_args(arguments)
    try:
        report = training.train(data.read(options.input), options.output, now=datetime.now(UTC), force=options.force)
    except TroostwatchError as error:
        print(f"train_label_classifier: {error}" + (f"\n  try: {error.hint}" if error.hint else ""), file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    print(report.details())
    print(f"\n{report.summary()}")
    if report.path:
        return 0
    print("  try: more labelled photographs, or --force to write it all the same", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
