"""Troostwatch for your own program: read a picture, and work with a database.

`read` and `open` are offered by the package itself. Both use the settings that the command line would use
(config.json of this folder, variables TROOSTWATCH_*), read at the first call. What a caller can cause is raised as a
TroostwatchError, whose `hint` says what to do.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from troostwatch import config
from troostwatch.app.process import Process
from troostwatch.app.workspace import Workspace
from troostwatch.domain.readings import Analysis, OcrEngine

__all__ = ["Workspace", "open", "read"]


def read(picture: bytes | str | os.PathLike[str], *, engine: OcrEngine | str | None = None) -> Analysis:
    """Read a picture, in a file or as bytes, and return its codes with the readings that support them.

    `engine` reads the text: 'rapidocr' or 'tesseract'; else as configured. Its models are loaded at the first call
    and kept. Raises ImageError for what is no picture that can be read, MissingDependencyError without the engine.
    """
    chosen = OcrEngine(engine) if engine else None
    if isinstance(picture, bytes):
        return _process().read(picture, chosen)
    return _process().read_file(Path(picture), chosen)


def open(database: str | os.PathLike[str], *, create: bool = False) -> Workspace:  # noqa: A001 (troostwatch.open)
    """Open a database for this thread; use it in a `with` block, or close it.

    `reports()` tells lots and codes, `search()` finds lots, `review()` is the queue and takes decisions. A database
    of an earlier version is migrated. Raises DatabaseError where there is none, unless it may be created.
    """
    return Workspace.open(_process(), Path(database), create=create)


@cache
def _process() -> Process:
    return Process(config.load().settings)
