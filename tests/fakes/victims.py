"""The program as a process of its own that is killed at any moment, and what has to be true afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from fakes.small_auction import SYNC_OPTIONS

_PATIENCE_S = 60.0
_LOOK_EVERY_S = 0.01  # the ends of processes are waited for so long before the next look


@dataclass
class Household:
    """A folder with settings, a database and photographs, as one user has it."""

    folder: Path
    jobs: int = 2
    more: dict[str, object] = field(default_factory=dict)  # sections of settings
    finished: dict[str, set[int]] = field(default_factory=lambda: {"download": set(), "analyze": set()})

    def __post_init__(self) -> None:
        settings = {
            "paths": {"database": "t.db", "images": "images"},
            "network": {"allow_private": True, "attempts": 1},
            "sync": SYNC_OPTIONS,
            "download": {"concurrency": 2},
            "analysis": {"ocr_engine": "tesseract", "jobs": self.jobs},
        }
        (self.folder / "config.json").write_text(json.dumps(settings | self.more))

    @property
    def images(self) -> Path:
        return self.folder / "images"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "troostwatch", "--config", str(self.folder / "config.json"), *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=_PATIENCE_S)

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen(
            self.command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def ask(self, sql: str) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(self.folder / "t.db", timeout=_PATIENCE_S)) as connection:
            return connection.execute(sql).fetchall()

    def done(self, stage: str) -> set[int]:
        """Return the photographs that are through with a stage."""
        where = {
            "download": "download_status = 'downloaded'",
            "analyze": "analyzed_at IS NOT NULL",
            "embed": "content_sha256 IN (SELECT content_sha256 FROM image_embeddings)",
        }[stage]
        return {row[0] for row in self.ask(f"SELECT id FROM lot_images WHERE {where}")}

    def wait_until(self, process: subprocess.Popen[str], reached: Callable[[], bool]) -> bool:
        """Look until something is reached; False when the process ended before. Raises when it takes for ever."""
        for _ in range(round(_PATIENCE_S / _LOOK_EVERY_S)):
            if reached():
                return True
            if _ended_within(process, _LOOK_EVERY_S):
                return False
        raise TimeoutError("nothing moved")

    def kill_in(self, stage: str, rng: Random, *, most_items: int) -> bool:
        """Start a stage and kill it somewhere on its way, also while it starts; tell whether it was still running."""
        more = rng.randint(0, most_items)
        goal = len(self.done(stage)) + more
        with self.running("images", stage) as process:
            if not self.wait_until(process, lambda: len(self.done(stage)) >= goal):
                return False
            if _ended_within(process, rng.uniform(0, 0.1 if more else 1.5)):
                return False
            with _watched(_descendants(process.pid)) as workers:
                process.send_signal(signal.SIGKILL)
                process.wait()
                assert not _survivors(workers), "workers outlive the program that started them"
        return True

    def check(self) -> None:
        """Assert all that has to be true of files and rows at any moment, and that nothing finished was lost."""
        assert self.ask("PRAGMA integrity_check") == [("ok",)]
        assert self.ask("PRAGMA foreign_key_check") == []
        promised: dict[str, str] = dict(
            self.ask("SELECT local_path, content_sha256 FROM lot_images WHERE local_path IS NOT NULL")
        )
        assert len(promised) == len(self.done("download")), "two photographs share one file name"
        found = {str(path.relative_to(self.images)): path for path in self.images.rglob("*") if path.is_file()}
        final = {name: path for name, path in found.items() if not path.name.startswith(".troostwatch-")}
        assert promised.keys() <= final.keys(), "a row promises a file that is not there"
        for name, path in final.items():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert digest == promised.get(name, digest), f"{name} is not what its row says"
            assert digest[:16] in name, f"{name} is half a file"
        for stage, before in self.finished.items():
            now = self.done(stage)
            assert before <= now, f"photographs that were through with {stage} are not any more"
            self.finished[stage] = now
        contents = self.ask("SELECT count(DISTINCT content_sha256) FROM lot_images WHERE analyzed_at IS NOT NULL")[0][0]
        assert self.ask("SELECT count(*) FROM analyses")[0][0] == contents, "a content was analyzed by half"

    @property
    def unfinished_files(self) -> list[Path]:
        return [path for path in self.images.rglob("*") if path.name.startswith(".troostwatch-")]


def _ended_within(process: subprocess.Popen[str], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [number for child in map(int, children) for number in (child, *_descendants(child))]


@contextmanager
def _watched(pids: list[int]) -> Iterator[list[int]]:
    """Hold on to processes by descriptors, which never come to mean another process as numbers may."""
    descriptors = []
    for pid in pids:
        try:
            descriptors.append(os.pidfd_open(pid))
        except ProcessLookupError:
            continue
    try:
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _survivors(descriptors: list[int]) -> list[int]:
    """Wait until the processes end; return those that do not."""
    waiting = set(descriptors)
    while waiting:
        ended, _, _ = select.select(waiting, [], [], _PATIENCE_S)
        if not ended:
            break
        waiting -= set(ended)
    return sorted(waiting)
