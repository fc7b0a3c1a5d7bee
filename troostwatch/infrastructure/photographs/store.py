"""The folder of photographs: the one place that joins it and a path, and that reads and writes there.

A file never changes meaning: its name carries the position and a digest of its content.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from troostwatch.domain.errors import ImageError, TroostwatchError
from troostwatch.domain.images import SUFFIXES, Content, Fetched, LotImage, Stored
from troostwatch.domain.lots import LOT_DISPLAY_ID

_UNFINISHED = ".troostwatch-*.part"
_ASK_AGAIN = "reprocessing what failed has it asked for again"
_ATTEMPTS = 3  # of reading a file; a disk on the network may be away for a moment
_NOT_THERE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Keeps photographs at `{folder}/{lot}/{position}-{digest}.{suffix}`; paths are told relative to `folder`.

    It is plain data that a worker can be sent, and may be used by several threads at once.
    """

    folder: Path

    def place_of(self, path: str) -> Path:
        """Return where a photograph lies on this machine, or would."""
        return self.folder / path

    def open(self, photograph: Stored) -> bytes:
        """Return the bytes of a photograph: those that were downloaded, and no others.

        Raises ImageError when the file is lost or changed since: what another picture shows must not become the
        codes of this one.
        """
        place = self.place_of(photograph.path)
        try:
            data = _contents(place)
        except _NOT_THERE as error:
            raise ImageError(f"there is no file {place} ({_ASK_AGAIN})", permanent=True) from error
        except OSError as error:
            raise ImageError(f"cannot read {place}: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != photograph.sha256:
            raise ImageError(f"the file changed since it was downloaded ({_ASK_AGAIN})", permanent=True)
        return data

    def make_room(self, image: LotImage) -> None:
        """Make the folder in which the photographs of a lot lie. Raises ImageError for what is no lot."""
        _make_folder(self.place_of(_folder_of(image)))

    def receiving(self, image: LotImage) -> contextlib.AbstractContextManager[IO[bytes]]:
        """Open a file for a photograph on its way, where there is room; it is gone after the block, unless `put`."""
        return _unfinished(self.place_of(_folder_of(image)))

    def put(self, file: IO[bytes], image: LotImage, content: Content) -> Fetched:
        """Move a photograph that was received whole to its place; a power cut does not undo it."""
        path = _path(image, content)
        file.flush()
        os.fsync(file.fileno())
        _move_in(Path(file.name), self.place_of(path))
        return Fetched(image.id, path, content)

    def share(self, known: Stored, waiting: LotImage, content: Content) -> Fetched:
        """Make a photograph that lies there already appear as another lot's as well.

        Raises ImageError when the file is not there any more or not what it was, and TroostwatchError when
        this machine cannot keep another.
        """
        data = self.open(known)
        path = _path(waiting, content)
        source, target = self.place_of(known.path), self.place_of(path)
        try:
            if not _is_same(source, target):
                _make_folder(target.parent)
                _link_or_write(source, target, data)
        except OSError as error:
            raise self.cannot_write(error) from error
        return Fetched(waiting.id, path, content)

    def names(self) -> set[str]:
        """Return the paths of all files, with forward slashes."""
        if not self.folder.is_dir():
            return set()
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}

    def digest(self, path: str) -> str | None:
        """Return the SHA-256 of a file, or None when it is not there."""
        try:
            with self.place_of(path).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None

    def sweep(self) -> None:
        """Remove what a killed run left unfinished; what another run is writing now is locked, and stays."""
        for path in self.folder.glob(f"*/{_UNFINISHED}"):
            with contextlib.suppress(OSError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()

    def cannot_write(self, error: OSError) -> TroostwatchError:
        """Return a fault of this machine: it would meet every photograph, so it is nobody's failed attempt."""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return TroostwatchError(
            f"cannot write {error.filename or self.folder}: {error.strerror or error}",
            hint=f"{'free some space' if full else 'make it a folder that you may write to, or set paths.images'}, "
            "then run this again; what arrived is kept",
        )


def _contents(place: Path) -> bytes:
    import stamina  # here: a command that reads no photograph need not wait for it

    for attempt in stamina.retry_context(on=_may_pass, attempts=_ATTEMPTS, wait_initial=0.2):
        with attempt:
            return place.read_bytes()
    raise AssertionError("the loop above returns or raises")


def _may_pass(error: Exception) -> bool:
    return isinstance(error, OSError) and not isinstance(error, _NOT_THERE)


def _folder_of(image: LotImage) -> str:
    if not LOT_DISPLAY_ID.fullmatch(image.lot):
        raise ImageError(f"{image.lot!r} is no lot to name a folder after", permanent=True)
    return image.lot


def _path(image: LotImage, content: Content) -> str:
    return f"{_folder_of(image)}/{image.position}-{content.sha256[:16]}{SUFFIXES[content.format]}"


@contextmanager
def _unfinished(folder: Path) -> Iterator[IO[bytes]]:
    """Open a file beside the photographs; what is still there at the end of the block is removed."""
    file = tempfile.NamedTemporaryFile(  # noqa: SIM115 (closed below; it may have been moved by then)
        dir=folder, prefix=".troostwatch-", suffix=".part", delete=False
    )
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        try:
            file.close()  # writes what is left, where there is room
        finally:
            Path(file.name).unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _move_in(unfinished: Path, target: Path) -> None:
    unfinished.chmod(0o644)  # a temporary file is private; a photograph is as readable as its folder
    unfinished.replace(target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut, as fsync does for the bytes of a file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_same(source: Path, target: Path) -> bool:
    return target.exists() and target.samefile(source)


def _link_or_write(source: Path, target: Path, data: bytes) -> None:
    with _unfinished(target.parent) as file:
        place = Path(file.name)
        try:
            place.unlink()
            place.hardlink_to(source)
        except OSError:  # another file system, or one without links
            with place.open("wb") as copy:
                copy.write(data)
                copy.flush()
                os.fsync(copy.fileno())
            place.chmod(0o644)
        place.replace(target)
    _sync_folder(target.parent)
