"""Which photographs lie in the store, and what is in their files."""

from __future__ import annotations

from troostwatch.infrastructure.photographs.store import FolderStore


class FolderInventory:
    """The folder of photographs. Paths are relative to it, with forward slashes."""

    def __init__(self, store: FolderStore) -> None:
        self._store = store

    def files(self) -> set[str]:
        return self._store.names()

    def digest(self, path: str) -> str | None:
        """Return the SHA-256 of a file, or None when it is not there."""
        return self._store.digest(path)
