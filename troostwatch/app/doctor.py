"""Does this installation work here? Each part is tried, not asked whether it is there."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

from troostwatch import __version__
from troostwatch.app.process import Process
from troostwatch.app.workspace import Workspace
from troostwatch.config import keys
from troostwatch.domain.codes import squeeze
from troostwatch.domain.errors import TroostwatchError, unforeseen
from troostwatch.domain.readings import OcrEngine

_LEAST_FREE_BYTES = 500_000_000

# What an extra adds, and a package that it brings.
_EXTRAS = {
    "fast": "openvino", "ml": "sklearn", "service": "fastapi", "openai": "openai", "clip": "open_clip",
    "faiss": "faiss",
}  # fmt: skip


class State(StrEnum):
    OK = "ok"
    ABSENT = "absent"  # and not needed for the main job
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Checked:
    what: str
    state: State
    detail: str


def examine(process: Process, database: Path) -> Iterator[Checked]:
    """Try every part of the installation, one after the other."""
    yield Checked("Troostwatch", State.OK, f"{__version__} on Python {platform.python_version()}, {platform.machine()}")
    yield _tried("reads a drawn label", lambda: _read(process, OcrEngine.RAPIDOCR))
    yield _tried("reads it by Tesseract", lambda: _read(process, OcrEngine.TESSERACT), needed=False)
    yield _tried("SQLite", _sqlite)
    yield _tried("database", lambda: _database(process, database))
    yield _tried("photographs", lambda: _room(process.photographs.folder))
    for extra, package in _EXTRAS.items():
        there = importlib.util.find_spec(package) is not None
        yield Checked(
            f"extra '{extra}'", State.OK if there else State.ABSENT, "installed" if there else "not installed"
        )
    yield Checked("OpenAI", State.OK if keys().openai else State.ABSENT, "has a key" if keys().openai else "has no key")


def _tried(what: str, attempt: Callable[[], str], *, needed: bool = True) -> Checked:
    try:
        return Checked(what, State.OK, attempt())
    except TroostwatchError as error:
        return Checked(what, State.BROKEN if needed else State.ABSENT, str(error))
    except Exception as error:  # noqa: BLE001 (whatever a broken installation raises is the answer)
        return Checked(what, State.BROKEN, unforeseen(error))


def _read(process: Process, engine: OcrEngine) -> str:
    from troostwatch.infrastructure.synthetic import layouts, photographs, stickers

    sticker = stickers.print_sticker(layouts.fill(layouts.LENOVO, Random(2)).sticker)  # noqa: S311 (no secret)
    drawn = photographs.photograph(sticker, photographs.Conditions(), seed=1)
    due = {(code.type, squeeze(code.value)) for code in drawn.truth.codes if code.required}
    analysis = process.read(drawn.body, engine)
    found = due & {(code.type, squeeze(code.value)) for code in analysis.codes}
    if not found:
        raise TroostwatchError(f"none of the {len(due)} codes of a drawn label was read")
    by = ", ".join(f"{name} {version}" for name, version in analysis.readers.items())
    return f"{len(found)} of {len(due)} codes by {by}"


def _sqlite() -> str:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize = 'trigram')")
    except sqlite3.Error as error:
        raise TroostwatchError(f"{sqlite3.sqlite_version} searches no texts: {error}") from error
    finally:
        connection.close()
    return f"{sqlite3.sqlite_version}, with full-text search"


def _database(process: Process, database: Path) -> str:
    if not database.exists():
        return f"none yet at {database}; {_room(database.parent)}"
    with Workspace.open(process, database, create=False) as workspace:
        return f"{database}, schema version {workspace.schema_version}"


def _room(folder: Path) -> str:
    """Return how much room there is for the files of a folder, which need not be there yet."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise TroostwatchError(f"cannot write to {there}: {error.strerror}") from error
    free = shutil.disk_usage(there).free
    if free < _LEAST_FREE_BYTES:
        raise TroostwatchError(f"only {free / 1e6:.0f} MB are free in {there}")
    return f"{free / 1e9:.0f} GB free in {os.fspath(there)}"
