#!/usr/bin/env python3
"""How long `troostwatch --help` takes beside the imports that no command line can do without, pair by pair.

    benchmarks/startup.py [--runs 15]

Prints CPU seconds of whole processes (minimum and median) and the median of the ratios; exit code 1 above 1.6.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

MOST = 1.6
BARE = [sys.executable, "-c", "import click, rich.console"]
HELP = [sys.executable, "-m", "troostwatch", "--help"]


def cpu_seconds(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    cpu_seconds(BARE), cpu_seconds(HELP)  # bytecode and page cache
    pairs = [(cpu_seconds(HELP), cpu_seconds(BARE)) for _ in range(runs)]
    for name, column in (("troostwatch --help", 0), ("import click, rich.console", 1)):
        seconds = [pair[column] for pair in pairs]
        print(f"{name:28} min {min(seconds):.3f} s  median {statistics.median(seconds):.3f} s")
    ratio = statistics.median(mine / bare for mine, bare in pairs)
    print(f"ratio {ratio:.2f} (at most {MOST})")
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
