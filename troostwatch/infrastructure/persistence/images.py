"""Photographs on disk: fetched several at once, checked to be what they claim, and moved in whole.

A file never changes meaning: its name carries the position and a digest of its content.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import httpx

from troostwatch.domain.errors import GoneError, ImageError, TroostwatchError, unforeseen
from troostwatch.domain.images import Content, Fetched, FetchFailed, LotImage
from troostwatch.domain.lots import LOT_DISPLAY_ID, full_size
from troostwatch.infrastructure.http.answers import HttpError, TooLargeError
from troostwatch.infrastructure.http.client import ClientOptions, HttpClient
from troostwatch.infrastructure.http.guard import Resolve, resolve
from troostwatch.infrastructure.http.politeness import Sleep
from troostwatch.infrastructure.pixels.opening import SUFFIXES, DamagedError, opened

_log = logging.getLogger(__name__)

_UNFINISHED = ".troostwatch-*.part"
_HTML = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<script")


class Stop(Protocol):
    @property
    def requested(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Limits:
    most_bytes: int
    most_pixels: int


class _WrongAnswerError(HttpError):
    """The server answered, and what it sent is no whole photograph. The same request may bring it next time."""

    def __init__(self, message: str) -> None:
        super().__init__(message, temporary=True)


class _NoPhotographError(HttpError):
    """What the server sent is a whole something that we do not take; it would send it again."""


class ImageDownloader:
    """Lays photographs at `{folder}/{lot}/{position}-{digest}.{suffix}`; paths are told relative to `folder`."""

    def __init__(
        self,
        folder: Path,
        options: ClientOptions,
        limits: Limits,
        *,
        concurrency: int,
        resolve: Resolve = resolve,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._folder = folder
        self._options = options
        self._limits = limits
        self._concurrency = concurrency
        self._resolve = resolve
        self._sleep = sleep

    def fetch_all(self, images: Sequence[LotImage], stop: Stop) -> Iterator[Fetched | FetchFailed]:
        """Yield what became of each photograph as it arrives; a stop lets those under way arrive.

        Raises TroostwatchError when this machine cannot keep them: that is no failure of a photograph.
        The event loop rests while the caller works on a result, so the caller should be quick.
        """
        waiting = iter(images)
        under_way: set[asyncio.Task[Fetched | FetchFailed]] = set()
        self._sweep()
        with asyncio.Runner() as runner:
            client = runner.run(self._client())
            try:
                while True:
                    while len(under_way) < self._concurrency and not stop.requested:
                        image = next(waiting, None)
                        if image is None:
                            break
                        under_way.add(runner.get_loop().create_task(self._fetch(client, image)))
                    if not under_way:
                        return
                    arrived, under_way = runner.run(_first_of(under_way))
                    # What arrived is told first: an error ends it.
                    for task in sorted(arrived, key=lambda task: task.exception() is not None):
                        yield task.result()
            finally:
                runner.run(_abandon(under_way, client))

    def share(self, known: LotImage, waiting: LotImage, content: Content) -> Fetched:
        """Make a photograph that lies there already appear as another lot's as well.

        Raises ImageError when the file is not there any more or not what it was, and TroostwatchError when
        this machine cannot keep another.
        """
        assert known.local_path, "a photograph that was downloaded has a path"
        source = self._folder / known.local_path
        path = self._path(waiting, content)
        target = self._folder / path
        try:
            with source.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != content.sha256:
                    raise ImageError(f"{source} is not what was downloaded")
        except OSError as error:
            raise ImageError(f"cannot share {source}: {error}") from error
        try:
            if not _is_same(source, target):
                _make_folder(target.parent)
                _link_or_copy(source, target)
        except OSError as error:
            raise self._cannot_write(error) from error
        return Fetched(waiting.id, path, content)

    async def _client(self) -> HttpClient:
        return HttpClient(self._options, resolve=self._resolve, sleep=self._sleep)

    async def _fetch(self, client: HttpClient, image: LotImage) -> Fetched | FetchFailed:
        async def receive(response: httpx.Response) -> Fetched:
            return await self._receive(response, image)

        try:
            return await client.get(full_size(image.url), receive, accept="image/*")
        except HttpError as error:
            return _failure(image, _as_image_error(error))
        except ImageError as error:
            return _failure(image, error)
        except OSError as error:  # of the network HttpError tells
            raise self._cannot_write(error) from error
        except TroostwatchError:
            raise
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("photograph %s of %s: unforeseen error", image.position, image.lot)
            return _failure(image, ImageError(unforeseen(error)))

    async def _receive(self, response: httpx.Response, image: LotImage) -> Fetched:
        folder = self._folder / _folder_of(image)
        await asyncio.to_thread(_make_folder, folder)
        with _unfinished(folder) as file:
            size = 0
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > self._limits.most_bytes:
                    raise TooLargeError(f"{image.url} is larger than {self._limits.most_bytes:,} bytes")
                file.write(chunk)
            _refuse_short(response, size)
            # Decoding and fsync take their time: the other downloads go on meanwhile.
            content = await asyncio.to_thread(_inspect, file, response, self._limits.most_pixels)
            path = self._path(image, content)
            await asyncio.to_thread(_move_in, Path(file.name), self._folder / path)
        return Fetched(image.id, path, content)

    def _cannot_write(self, error: OSError) -> TroostwatchError:
        """Return a fault of this machine: it would meet every photograph, so it is nobody's failed attempt."""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return TroostwatchError(
            f"cannot write {error.filename or self._folder}: {error.strerror or error}",
            hint=f"{'free some space' if full else 'make it a folder that you may write to, or set paths.images'}, "
            "then run this again; what arrived is kept",
        )

    def _path(self, image: LotImage, content: Content) -> str:
        return f"{_folder_of(image)}/{image.position}-{content.sha256[:16]}{SUFFIXES[content.format]}"

    def _sweep(self) -> None:
        """Remove what a killed run left unfinished; what another run is writing now is locked, and stays."""
        for path in self._folder.glob(f"*/{_UNFINISHED}"):
            with contextlib.suppress(OSError), path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


async def _first_of(
    tasks: set[asyncio.Task[Fetched | FetchFailed]],
) -> tuple[set[asyncio.Task[Fetched | FetchFailed]], set[asyncio.Task[Fetched | FetchFailed]]]:
    return await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _abandon(tasks: set[asyncio.Task[Fetched | FetchFailed]], client: HttpClient) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.__aexit__(None, None, None)


def _folder_of(image: LotImage) -> str:
    if not LOT_DISPLAY_ID.fullmatch(image.lot):
        raise ImageError(f"{image.lot!r} is no lot to name a folder after", permanent=True)
    return image.lot


@contextlib.contextmanager
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


def _refuse_short(response: httpx.Response, size: int) -> None:
    promised = response.headers.get("content-length", "")
    if "content-encoding" not in response.headers and promised.isdigit() and int(promised) != size:
        raise _WrongAnswerError(f"{size:,} of {int(promised):,} bytes arrived")
    if not size:
        raise _WrongAnswerError("the answer is empty")


def _inspect(file: IO[bytes], response: httpx.Response, most_pixels: int) -> Content:
    """Return what the file is. Raises HttpError unless it is a photograph that decodes to its end."""
    file.flush()
    file.seek(0)
    beginning = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith(_HTML):
        raise _WrongAnswerError("a web page came instead of the photograph")
    file.seek(0)
    try:
        with opened(file, max_pixels=most_pixels) as image:
            (width, height), kind = image.size, image.format
    except DamagedError as error:  # cut off on its way, as like as not: here it may come whole yet
        raise _WrongAnswerError(str(error)) from error
    except ImageError as error:
        said = response.headers.get("content-type", "nothing about its type")
        raise _NoPhotographError(f"{error} (the server says {said})") from error
    assert kind, "an opened picture has a format"
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # a buffered file
    os.fsync(file.fileno())
    return Content(digest, file.seek(0, os.SEEK_END), width, height, kind)


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


def _link_or_copy(source: Path, target: Path) -> None:
    with _unfinished(target.parent) as file:
        place = Path(file.name)
        try:
            place.unlink()
            place.hardlink_to(source)
        except OSError:  # another file system, or one without links
            with source.open("rb") as original, place.open("wb") as copy:
                shutil.copyfileobj(original, copy)
                copy.flush()
                os.fsync(copy.fileno())
            place.chmod(0o644)
        place.replace(target)
    _sync_folder(target.parent)


def _as_image_error(error: HttpError) -> ImageError:
    if error.status in (404, 410):
        return GoneError(str(error))
    return ImageError(str(error), permanent=not error.temporary, retry_after=error.retry_after)


def _failure(image: LotImage, error: ImageError) -> FetchFailed:
    return FetchFailed(
        image.id,
        str(error),
        gone=isinstance(error, GoneError),
        permanent=error.permanent,
        retry_after=error.retry_after,
    )
