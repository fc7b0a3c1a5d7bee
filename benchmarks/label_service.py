#!/usr/bin/env python3
"""How the label service stands up: generated requests, files that break programs, and many clients at once.

    benchmarks/label_service.py [--requests 2000] [--clients 200] [--model label_classifier.pkl]

Starts the service with uvicorn on a free port and prints, for each part, what came back. Figures: no 5xx but the 503
of overload; memory of all processes of the service before and after the broken files, read twice; and of many
clients at once how many were answered, with the 95th percentile of their times beside the time of a single request
times the length of the queue. Broken files and photographs are looked for in ../shared.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx

CHECKOUT = Path(__file__).resolve().parents[1]
SHARED = CHECKOUT.parent / "shared"
OPERATIONS = 5
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--model", type=Path, default=CHECKOUT / "data" / "label_classifier.pkl")
    parser.add_argument("--parts", default="broken,crowd,generated", help="which of the three to run")
    options = parser.parse_args()
    with service(options.workers, options.model) as (url, process):
        print("the service:", httpx.get(f"{url}/ready", timeout=60).json()["readers"], flush=True)
        photograph = next(p for p in sorted((SHARED / "lots" / "images").glob("*.jpg")) if "39499-11_2" in p.name)
        if "broken" in options.parts:
            broken(url, process)
        if "crowd" in options.parts:
            crowd(url, photograph.read_bytes(), options.clients, options.workers)
        if "generated" in options.parts:
            generated(url, options.requests)
        print("counted by the service itself:", dict(counted(url)))
        print("alive:", process.poll() is None)
    return 0


@contextmanager
def service(workers: int, model: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    environment = os.environ | {
        "LABEL_OCR_WORKERS": str(workers), "LABEL_OCR_MODEL": str(model), "LABEL_OCR_ALLOW_URLS": "1",
    }  # fmt: skip
    command = [sys.executable, "-m", "uvicorn", "main:app", "--port", "0", "--no-access-log"]
    with (
        tempfile.TemporaryFile("w+") as talk,
        subprocess.Popen(command, cwd=CHECKOUT / "label_ocr_api", env=environment, stderr=talk, text=True) as process,
    ):
        try:
            yield ready_url(process, talk.fileno()), process
        finally:
            process.terminate()
            print("ended by SIGTERM with", process.wait(60))


def ready_url(process: subprocess.Popen[str], talk: int) -> str:
    while process.poll() is None:
        said = os.pread(talk, 100_000, 0).decode()
        if found := re.search(r"running on (http://[\w.:]+)", said):
            while httpx.get(f"{found[1]}/ready", timeout=60).status_code != 200:
                time.sleep(0.2)
            return found[1]
        time.sleep(0.1)
    raise SystemExit("the service did not start")


def broken(url: str, process: subprocess.Popen[str]) -> None:
    files = sorted(p for p in (SHARED / "broken").iterdir() if p.is_file())
    memory = []
    statuses: Counter[int] = Counter()
    for _ in range(3):
        for file in files:
            answer = httpx.post(f"{url}/parse-label", files={"file": (file.name, file.read_bytes())}, timeout=120)
            statuses[answer.status_code] += 1
        memory.append(resident_mb(process.pid))
    print(f"broken files: {len(files)}, three times; answers {dict(sorted(statuses.items()))}; "
          f"resident MB after each round {[round(m) for m in memory]}", flush=True)  # fmt: skip


def resident_mb(pid: int) -> float:
    """Return the memory of a process and all its children."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    status = Path(f"/proc/{pid}/status").read_text()
    mine = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
    return mine + sum(resident_mb(int(child)) for child in children)


def crowd(url: str, photograph: bytes, clients: int, workers: int) -> None:
    single = median(asyncio.run(ask_together(url, photograph, 1))[0][1] for _ in range(5))
    answers = asyncio.run(ask_together(url, photograph, clients))
    times = sorted(seconds for _, seconds in answers)
    p95 = times[int(0.95 * len(times)) - 1]
    expected = single * clients / workers
    statuses = dict(Counter(status for status, _ in answers))
    print(f"{clients} clients at once: answers {statuses}; one alone {single:.2f} s, "
          f"95th percentile {p95:.1f} s = {p95 / expected:.2f} x (one alone x {clients} / {workers} processes)",
          flush=True)  # fmt: skip


async def ask_together(url: str, photograph: bytes, clients: int) -> list[tuple[int, float]]:
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=url, timeout=600, limits=limits) as client:

        async def one() -> tuple[int, float]:
            started = time.perf_counter()
            answer = await client.post("/parse-label", files={"file": ("photo.jpg", photograph)})
            return answer.status_code, time.perf_counter() - started

        return await asyncio.gather(*(one() for _ in range(clients)))


def generated(url: str, requests: int) -> None:
    """Ask until there were so many requests; schemathesis leaves away what it asked before, so it begins anew."""
    before = counted(url)
    failures = []
    seed = 0
    while sum((counted(url) - before).values()) < requests:
        seed += 1
        said = schemathesis(url, seed, requests // OPERATIONS)
        if said.returncode:
            failures.append(said.stdout[-3000:] + said.stderr[-1000:])
    statuses = counted(url) - before
    print(f"generated: {sum(statuses.values())} requests, answers {dict(sorted(statuses.items()))}, "
          f"schemathesis found fault in {len(failures)} of {seed} runs", *failures, flush=True)  # fmt: skip


def schemathesis(url: str, seed: int, examples: int) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json", "--mode", "all",
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(examples), "--seed", str(seed),
        "--checks", CHECKS, "--suppress-health-check", "all", "--continue-on-failure", "--request-timeout", "120",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:  # it keeps notes where it stands
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def counted(url: str) -> Counter[str]:
    found: Counter[str] = Counter()
    told = httpx.get(f"{url}/metrics", timeout=60).text
    for status, number in re.findall(r'label_ocr_requests_total\{.*status="(\d+)"\} ([\d.]+)', told):
        found[status] += int(float(number))
    return found


if __name__ == "__main__":
    sys.exit(main())
