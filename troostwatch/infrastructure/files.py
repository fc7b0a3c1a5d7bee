"""Output to the place a person names: what it must not replace, and a file that is whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from troostwatch.domain.errors import TroostwatchError, UsageError

_DATABASE = b"SQLite format 3\0"
_BESIDE_A_DATABASE = ("-wal", "-journal")  # what was written last, while it is in use or after a crash
_FORGOTTEN_SECONDS = 3600
# Bytes: names may have 255, and SQLite puts "-journal" after ours.
_LONGEST_NAME = 200
_UNFINISHED = re.compile(r"\..*\.\d+-[0-9a-f]{8}\.partial(-wal|-shm|-journal)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Protected:
    """What no output may replace, each with what it is in words: 'the database'."""

    files: Mapping[Path, str] = field(default_factory=dict)
    folders: Mapping[Path, str] = field(default_factory=dict)  # with all that lies below


@dataclass(frozen=True, slots=True)
class Place:
    """Where output may go. Only `place_for_output` makes one."""

    named: Path  # as the person did
    target: Path  # the file itself, where links lead to it
    straight: bool  # a device, pipe or open stream: written as it is, never replaced

    @property
    def suffix(self) -> str:
        """Return what tells the form of a picture; what has no name of its own takes PNG."""
        return self.named.suffix or (".png" if self.straight else "")


def place_for_output(path: Path, protected: Protected, *, backup: bool = False) -> Place:
    """Decide whether output may go to `path`, and how. Nothing is written yet.

    Raises UsageError for what is protected, under whatever name; for a database, unless this is a `backup`, which may
    replace an older one; and where there is no such folder. For a backup one is made, if its parent is there.
    """
    target = Path(os.path.realpath(path))
    found = _status(path)
    _refuse_protected(path, target, found, protected)
    if _leads_to_a_stream(path) or (found and not stat.S_ISREG(found.st_mode)):
        return Place(path, path, straight=True)
    if found and _begins_as_database(target):
        _refuse_database(path, target, backup=backup)
    if backup:
        with contextlib.suppress(OSError):  # told when it is written to
            target.parent.mkdir(exist_ok=True)
    if not target.parent.exists():
        raise UsageError(f"cannot write {path}: there is no folder {path.parent}", hint="make the folder first")
    return Place(path, target, straight=False)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _refuse_protected(path: Path, target: Path, found: os.stat_result | None, protected: Protected) -> None:
    for file, what in protected.files.items():
        there = _status(file)
        same = found is not None and there is not None and os.path.samestat(found, there)
        if same or target == Path(os.path.realpath(file)):
            raise UsageError(f"{path} is {what}, which no output may replace", hint="name another file")
    for folder, what in protected.folders.items():
        if target.is_relative_to(os.path.realpath(folder)):
            raise UsageError(f"{path} lies in {what}, where no output may go", hint="name another folder")


def _leads_to_a_stream(path: Path) -> bool:
    """Tell whether a name such as /dev/stdout means a stream that is open already, perhaps to a regular file."""
    for _ in range(40):  # as many links as the system follows
        folder = Path(os.path.realpath(path.parent))
        if folder.is_relative_to("/proc"):
            return True
        if not path.is_symlink():
            return False
        path = folder / path.readlink()
    return False


def _begins_as_database(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_DATABASE)) == _DATABASE
    except OSError:
        return False


def _refuse_database(path: Path, target: Path, *, backup: bool) -> None:
    if not backup:
        raise UsageError(f"{path} is a database, which no output may replace", hint="name another file")
    for ending in _BESIDE_A_DATABASE:
        beside = _status(target.with_name(target.name + ending))
        if beside and beside.st_size:
            raise UsageError(
                f"{path} is a database in use ({target.name}{ending} lies beside it), and no older backup",
                hint="name another file",
            )


def open_regular(path: Path) -> IO[bytes]:
    """Open a file that was named by somebody. Raises OSError for what is none: a FIFO would be waited for, for ever."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path) -> bytes:
    """Return all of a file that was named by somebody. Raises OSError, for anything but a file at once."""
    with open_regular(path) as file:
        return file.read()


@contextmanager
def writing(place: Place) -> Iterator[IO[bytes]]:
    """Yield a file that stands in its place, synced, when the block ends well, and leaves what was there else.

    Raises TroostwatchError when it cannot be written.
    """
    try:
        if place.straight:
            with os.fdopen(_opened(place.target), "wb") as stream:
                yield stream
        else:
            with replacing(place.target) as partial, partial.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise TroostwatchError(f"cannot write {place.named}: {error.strerror or error}") from error


def write(place: Place, data: bytes) -> None:
    """Write all of a file, or nothing. Raises TroostwatchError."""
    with writing(place) as file:
        file.write(data)


def _opened(path: Path) -> int:
    """Open what is there already. A stream of our own is used as it is: opened anew it would begin at its start."""
    there = path.stat()
    for own in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # it may be closed, or no file
            if os.path.samestat(there, os.fstat(own.fileno())):
                own.flush()
                return os.dup(own.fileno())
    return os.open(path, os.O_WRONLY | os.O_NOCTTY)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a name beside `target`, of this run alone, whose file is moved there when the block ends well.

    What runs that were killed left here is removed.
    """
    _sweep(target)
    short = os.fsencode(target.name)[:_LONGEST_NAME].decode(errors="ignore")
    partial = target.with_name(f".{short}.{os.getpid()}-{secrets.token_hex(4)}.partial")
    try:
        yield partial
        partial.replace(target)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _sweep(target: Path) -> None:
    """Remove unfinished files that nobody wrote to for an hour."""
    earlier = f".{target.name}.partial"  # as versions up to 0.1 named them
    with contextlib.suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if not (_UNFINISHED.fullmatch(entry.name) or entry.name == earlier):
                continue
            with contextlib.suppress(OSError):
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > _FORGOTTEN_SECONDS:
                    Path(entry.path).unlink()
