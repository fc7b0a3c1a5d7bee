"""Which files of photographs lie on disk, and what is in them."""

from __future__ import annotations

import hashlib
from pathlib import Path


class FolderInventory:
    """The folder of photographs. Paths are relative to it, with forward slashes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> set[str]:
        if not self._folder.is_dir():
            return set()
        return {path.relative_to(self._folder).as_posix() for path in self._folder.rglob("*") if path.is_file()}

    def digest(self, path: str) -> str | None:
        """Return the SHA-256 of a file, or None when it is not there."""
        try:
            with (self._folder / path).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None
