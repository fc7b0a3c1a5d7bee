"""Photographs on their way: fetched several at once, checked to be what they claim, and moved in whole."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Protocol

import httpx

from troostwatch.domain.errors import GoneError, ImageError, TroostwatchError, unforeseen
from troostwatch.domain.images import Content, Fetched, FetchFailed, LotImage, Stored
from troostwatch.domain.lots import full_size
from troostwatch.infrastructure.http.answers import HttpError
from troostwatch.infrastructure.http.bodies import unpacked
from troostwatch.infrastructure.http.client import ClientOptions, HttpClient
from troostwatch.infrastructure.http.guard import Resolve, resolve
from troostwatch.infrastructure.http.politeness import Sleep
from troostwatch.infrastructure.photographs.store import FolderStore
from troostwatch.infrastructure.pixels.opening import DamagedError, opened

_log = logging.getLogger(__name__)

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
    """Brings photographs into a store."""

    def __init__(
        self,
        store: FolderStore,
        options: ClientOptions,
        limits: Limits,
        *,
        concurrency: int,
        resolve: Resolve = resolve,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._store = store
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
        self._store.sweep()
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

    def share(self, known: Stored, waiting: LotImage, content: Content) -> Fetched:
        """Make a photograph that lies there already appear as another lot's as well.

        Raises ImageError when the file is not there any more or not what it was, and TroostwatchError when
        this machine cannot keep another.
        """
        return self._store.share(known, waiting, content)

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
            raise self._store.cannot_write(error) from error
        except TroostwatchError:
            raise
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("photograph %s of %s: unforeseen error", image.position, image.lot)
            return _failure(image, ImageError(unforeseen(error)))

    async def _receive(self, response: httpx.Response, image: LotImage) -> Fetched:
        await asyncio.to_thread(self._store.make_room, image)
        with self._store.receiving(image) as file:
            size = 0
            async for piece in unpacked(response, most_bytes=self._limits.most_bytes):
                size += len(piece)
                file.write(piece)
            _refuse_short(response, size)
            # Decoding and fsync take their time: the other downloads go on meanwhile.
            content = await asyncio.to_thread(_inspect, file, response, self._limits.most_pixels)
            return await asyncio.to_thread(self._store.put, file, image, content)


async def _first_of(
    tasks: set[asyncio.Task[Fetched | FetchFailed]],
) -> tuple[set[asyncio.Task[Fetched | FetchFailed]], set[asyncio.Task[Fetched | FetchFailed]]]:
    return await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _abandon(tasks: set[asyncio.Task[Fetched | FetchFailed]], client: HttpClient) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.__aexit__(None, None, None)


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
    return Content(digest, file.seek(0, os.SEEK_END), width, height, kind)


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
