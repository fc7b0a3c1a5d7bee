"""Small pictures made from photographs, kept on disk until there are too many."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from troostwatch.infrastructure.files import replacing

_LEFT_AFTER_SWEEP = 0.8  # of the limit, so that not every picture sweeps


class PictureCache:
    """Keeps bytes by a name that says all they are made from. Losing them costs time only; threads may share it."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self._folder = folder
        self._most = most_bytes
        self._sweeping = threading.Lock()
        self._bytes: int | None = None  # counted when the first picture is kept

    def get(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return the bytes of this name, made if they are not here. What `make` raises is raised."""
        place = self._folder / f"{hashlib.sha256(name.encode()).hexdigest()}.bin"
        with contextlib.suppress(OSError):
            data = place.read_bytes()
            os.utime(place)  # what was looked at last is kept longest
            return data
        data = make()
        with contextlib.suppress(OSError):  # a full disk costs time, and no picture
            self._folder.mkdir(parents=True, exist_ok=True)
            with replacing(place) as partial:
                partial.write_bytes(data)
            self._count(len(data))
        return data

    def _count(self, more: int) -> None:
        with self._sweeping:
            if self._bytes is None:
                self._bytes = sum(size for _, size, _ in self._files())
            else:
                self._bytes += more
            if self._bytes <= self._most:
                return
            for path, size, _ in sorted(self._files(), key=lambda file: file[2]):
                if self._bytes <= self._most * _LEFT_AFTER_SWEEP:
                    break
                with contextlib.suppress(OSError):
                    path.unlink()
                self._bytes -= size

    def _files(self) -> list[tuple[Path, int, float]]:
        with os.scandir(self._folder) as entries:
            kept = [(Path(entry.path), entry.stat()) for entry in entries if entry.name.endswith(".bin")]
        return [(path, status.st_size, status.st_mtime) for path, status in kept]
