#!/usr/bin/env python3
"""Raise the version of reading where a reader or the judgement changed since it was raised last.

    scripts/raise_reading_version.py [--check]

`images analyze --since-version` finds what was read by an older version. A digest over the readers, the rules, the
weights, the makers' profiles and the languages tells whether anything changed; `--check` only looks, and fails when
the version should be raised.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
RECORD = CHECKOUT / "troostwatch" / "domain" / "judgement" / "reading_version.toml"
JUDGEMENT = "troostwatch/domain/judgement"
READERS = "troostwatch/infrastructure/ai"
PIXELS = "troostwatch/infrastructure/pixels"
WATCHED = (
    f"{JUDGEMENT}/*.py",
    f"{JUDGEMENT}/*.toml",
    f"{JUDGEMENT}/languages/*.toml",
    f"{JUDGEMENT}/vendors/*.toml",
    f"{READERS}/barcode_reader.py",
    f"{READERS}/ppocr.py",
    f"{READERS}/rapidocr_reader.py",
    f"{READERS}/sight.py",
    f"{READERS}/symbol_looks.py",
    f"{READERS}/tesseract_reader.py",
    f"{PIXELS}/clusters.py",
    f"{PIXELS}/cutting.py",
    f"{PIXELS}/label_finder.py",
    f"{PIXELS}/strokes.py",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    record = tomllib.loads(RECORD.read_text(encoding="utf-8"))
    if record["digest"] == digest():
        return 0
    if options.check:
        print("reading changed: run scripts/raise_reading_version.py", file=sys.stderr)
        return 1
    RECORD.write_text(
        "# Raised by scripts/raise_reading_version.py whenever what is read on a photograph may come out otherwise.\n"
        f'version = {record["version"] + 1}\ndigest = "{digest()}"\n',
        encoding="utf-8",
    )
    print(f"reading is version {record['version'] + 1} now")
    return 0


def digest() -> str:
    """Return the SHA-256 over everything that decides what is read."""
    seen = hashlib.sha256()
    for path in sorted(path for pattern in WATCHED for path in CHECKOUT.glob(pattern) if path != RECORD):
        seen.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return seen.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
