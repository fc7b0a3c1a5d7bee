"""One run of a stage on a database at a time, by a file lock that the kernel drops with the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from troostwatch.domain.errors import LockedError, TroostwatchError


@contextmanager
def stage_lock(database: Path, stage: str) -> Iterator[None]:
    """Hold the lock of a stage, or raise LockedError at once when another run holds it."""
    lock = FileLock(f"{database}.{stage}.lock")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedError(
            f"another '{stage}' is running on {database}",
            hint="wait for it to end; a run that was killed holds no lock",
        ) from error
    except OSError as error:
        raise TroostwatchError(
            f"cannot lock {lock.lock_file}: {error.strerror or error}", hint="remove it, or make it yours"
        ) from error
    try:
        yield
    finally:
        lock.release()
