"""The folder of a demonstration: told from a user's own folder by a marker, and emptied of what a demo made."""

from __future__ import annotations

import shutil
from pathlib import Path

from troostwatch.domain.errors import TroostwatchError, UsageError
from troostwatch.domain.remedies import Remedy

DATABASE = "troostwatch.db"
_MARKER = ".troostwatch-demo"
_MADE = ("troostwatch.db", "troostwatch.db-*", "config.json", "found.png", "*.jsonl", "images", "review")


def claim(folder: Path) -> None:
    """Make the folder a demo folder. Raises UsageError when something that is no demo lies there."""
    try:
        if folder.exists() and not (folder / _MARKER).is_file() and any(folder.iterdir()):
            raise UsageError(
                f"{folder} holds something that is no demo, and a demo starts from nothing",
                hint=Remedy.NAME_FOLDER,
            )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARKER).write_text("A folder of a demonstration of Troostwatch; the next one here starts anew.\n")
    except OSError as error:
        raise TroostwatchError(f"cannot write to {folder}: {error.strerror or error}") from error


def clear(folder: Path) -> None:
    """Remove what an earlier demo left; files that a user added stay."""
    try:
        for pattern in _MADE:
            for path in folder.glob(pattern):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
    except OSError as error:
        raise TroostwatchError(f"cannot empty {folder}: {error.strerror or error}") from error
