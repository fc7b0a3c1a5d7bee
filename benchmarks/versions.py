#!/usr/bin/env python3
"""How fast this checkout reads, searches and reviews beside another one, in turns in one run.

    git worktree add ../before COMMIT && benchmarks/versions.py ../before [--rounds 5] [--photographs 12] [--lots 5000]

Both run by the packages of this interpreter. What is compared is what every door uses: `troostwatch.read` and
`troostwatch.open`. The figure is the time of this checkout by that of the other; below 1 it is faster.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]

# Run inside either checkout: it must use nothing that only one of them has.
WORK = """
import json, sys, time
from pathlib import Path
import troostwatch
from troostwatch.domain.search import Question

folder, lots, photographs = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
database = folder / "t.db"
TABLES = {
    "lots": "id, display_id, title, description, page_observed_at, closes_at",
    "contents": "sha256, byte_size, width, height, format",
    "lot_images": "id, lot_id, url, position, first_seen_at, download_status, local_path, content_sha256, "
                  "analysis_status, analyzed_at, review_reason",
    "analyses": "content_sha256, lot_image_id, backend, readers_json, reading_version, analyzed_at, seconds, "
                "review_threshold, approve_threshold",
    "extracted_codes": "content_sha256, lot_image_id, code_type, value, confidence, status, origin, evidence_json, "
                       "readers_json, bbox_json",
}

def rows(n):
    sha, name = f"{n:064x}", f"A1-1-{n}"
    yield "lots", (n, name, f"Laptop {n % 97} Gen {n % 7}", "text " * 30, "2025-01-01", "2099-01-01")
    yield "contents", (sha, 1000, 1600, 1200, "JPEG")
    yield "lot_images", (n, n, f"https://x/{n}", 0, "2025", "downloaded", "x", sha, "needs_review", "2025", "doubt")
    yield "analyses", (sha, n, "local", "{}", 1, "2025", 1.0, 0.8, 0.95)
    yield "extracted_codes", (sha, n, "serial_number", f"PF{n:06X}", 0.5, "pending", "reading", "[]", "[]", "[1,2,3,4]")

with troostwatch.open(database, create=True) as workspace:
    connection = getattr(workspace, "connection", None) or workspace._connection
    connection.execute("BEGIN")
    for n in range(1, lots + 1):
        for table, values in rows(n):
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO {table} ({TABLES[table]}) VALUES ({marks})", values)
    connection.execute("COMMIT")
    workspace.search().find(Question(text="laptop", words_only=True))  # makes the documents

def timed(work):
    start = time.process_time()
    work()
    return time.process_time() - start

def by_words(n):
    return workspace.search().find(Question(text=f"laptop {n}", words_only=True))

def by_code(n):
    return workspace.search().find(Question(code=f"PF0000{n:02X}"))

troostwatch.read(photographs[0])  # loads the models
print("ready", flush=True)
for line in sys.stdin:
    with troostwatch.open(database) as workspace:
        times = {
            "read": timed(lambda: list(map(troostwatch.read, photographs))),
            "search by words": timed(lambda: list(map(by_words, range(20)))),
            "search by code": timed(lambda: list(map(by_code, range(20)))),
            "review queue": timed(lambda: workspace.review().queue(limit=50)),
        }
    print(json.dumps(times), flush=True)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--photographs", type=int, default=12)
    parser.add_argument("--lots", type=int, default=5000)
    parser.add_argument("--pictures", type=Path, default=CHECKOUT.parent / "shared" / "lots" / "images")
    options = parser.parse_args()
    found = sorted(options.pictures.rglob("*.jp*g"))
    chosen = [str(path) for path in found[:: max(1, len(found) // options.photographs)]][: options.photographs]
    with tempfile.TemporaryDirectory() as folder:
        runs = [start(checkout, Path(folder) / name, options.lots, chosen)
                for name, checkout in (("other", options.other.resolve()), ("this", CHECKOUT))]  # fmt: skip
        rounds = [[ask(run) for run in runs] for _ in range(options.rounds)]
        for run in runs:
            run.kill()
            run.wait()
    for name in rounds[0][0]:
        ratios = [this[name] / other[name] for other, this in rounds]
        print(f"{name:<16} {statistics.median(ratios):.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")
    return 0


def start(checkout: Path, folder: Path, lots: int, photographs: list[str]) -> subprocess.Popen[str]:
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", WORK, str(folder), str(lots), json.dumps(photographs)]
    run = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout
    assert run.stdout.readline() == "ready\n", f"{checkout} does not run"
    return run


def ask(run: subprocess.Popen[str]) -> dict[str, float]:
    assert run.stdin
    assert run.stdout
    print("go", file=run.stdin, flush=True)
    times: dict[str, float] = json.loads(run.stdout.readline())
    return times


if __name__ == "__main__":
    sys.exit(main())
