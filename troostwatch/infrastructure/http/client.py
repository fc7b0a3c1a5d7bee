"""The one HTTP client: guarded, polite, patient, and truthful about who asks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Self, TypeVar

import httpx
import stamina
import stamina.instrumentation

from troostwatch.infrastructure.http.answers import (
    AddressRefusedError,
    HttpError,
    TooLargeError,
    refuse_failure,
    wait_before_retry,
)
from troostwatch.infrastructure.http.bodies import ACCEPTED, PIECE, unpacked
from troostwatch.infrastructure.http.guard import GuardedBackend, GuardedTransport, Resolve, resolve
from troostwatch.infrastructure.http.politeness import Politeness, Sleep

MOST_REDIRECTS = 5

_log = logging.getLogger(__name__)

T = TypeVar("T")
Receive = Callable[[httpx.Response], Awaitable[T]]
Permit = Callable[[httpx.URL], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ClientOptions:
    user_agent: str
    allow_private: bool = False
    timeout_seconds: float = 30.0  # without a sign of life
    total_seconds: float = 120.0  # for one request, whatever it sends meanwhile
    attempts: int = 4  # tries of one request
    connections: int = 4
    per_host: int = 2
    delay_seconds: float = 0.0  # between two requests to a host
    jitter_seconds: float = 0.0


def _log_retry(details: stamina.instrumentation.RetryDetails) -> None:
    _log.info("asking again in %.1f s: %s", details.wait_for, details.caused_by)


@cache
def _tell_retries_in_the_log() -> None:
    """Put our hook in the place of stamina's own, which writes to stderr without being asked; not at import."""
    stamina.instrumentation.set_on_retry_hooks([_log_retry])


class HttpClient:
    """Use as `async with`; one event loop, one run."""

    def __init__(self, options: ClientOptions, *, resolve: Resolve = resolve, sleep: Sleep = asyncio.sleep) -> None:
        _tell_retries_in_the_log()
        self._options = options
        self._politeness = Politeness(
            connections=options.per_host,
            delay=options.delay_seconds,
            jitter=options.jitter_seconds,
            sleep=sleep,
        )
        backend = GuardedBackend(allow_private=options.allow_private, resolve=resolve)
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(backend, connections=options.connections),
            headers={"User-Agent": options.user_agent, "Accept-Encoding": ACCEPTED},
            timeout=options.timeout_seconds,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    def slow_down(self, host: str, delay: float) -> None:
        self._politeness.slow_down(host, delay)

    async def get(self, url: str, receive: Receive[T], *, permit: Permit | None = None, accept: str = "*/*") -> T:
        """Ask for `url`, follow redirects, and return what `receive` makes of the answer.

        `permit` is asked before every hop and raises where we may not go. Temporary failures, also those that
        `receive` reports as HttpError, are tried again. Raises HttpError.
        """
        async for attempt in stamina.retry_context(
            on=wait_before_retry,
            attempts=self._options.attempts,
            timeout=None,
            wait_initial=0.5,
            wait_max=30.0,
            wait_jitter=1.0,
        ):
            with attempt:
                return await self._follow(url, receive, permit, accept)
        raise AssertionError("the loop above returns or raises")

    async def _follow(self, start: str, receive: Receive[T], permit: Permit | None, accept: str) -> T:
        url = _web_address(start)
        for _ in range(MOST_REDIRECTS + 1):
            if permit:
                await permit(url)
            request = self._client.build_request("GET", url, headers={"Accept": accept})
            try:
                async with self._politeness.turn(url.host), asyncio.timeout(self._options.total_seconds):
                    response = await self._client.send(request, stream=True)
                    try:
                        if not response.has_redirect_location:
                            return await self._judge(response, receive)
                    finally:
                        await response.aclose()
            except TimeoutError as error:
                seconds = self._options.total_seconds
                raise HttpError(f"{url}: not all of an answer within {seconds:g} s", temporary=True) from error
            except httpx.RequestError as error:
                raise HttpError(f"{url}: {_reason(error)}", temporary=True) from error
            url = _web_address(response.headers["location"], url)
        raise HttpError(f"{start} redirects more than {MOST_REDIRECTS} times")

    async def _judge(self, response: httpx.Response, receive: Receive[T]) -> T:
        try:
            refuse_failure(response)
        except HttpError as error:
            if error.status == 429:
                # Not this request alone: everything we ask of this host is too much for it.
                self._politeness.pause(response.url.host, error.retry_after or 1.0)
            raise
        return await receive(response)


def _web_address(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """Return an address, or where a redirect from `base` leads. Raises AddressRefusedError."""
    try:
        url = base.join(text) if base else httpx.URL(text)
        host = url.host  # decoded only now: a host that is no name is found here
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressRefusedError(f"{text[:200]!r} is no web address: {error}") from error
    if url.scheme not in ("http", "https") or not host:
        raise AddressRefusedError(f"{text[:200]!r} is no http or https address")
    return url


def _reason(error: httpx.RequestError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return str(error) or type(error).__name__


def whole_body(most_bytes: int) -> Receive[bytes]:
    """Return a receiver that reads the body, up to a size. Raises TooLargeError."""

    async def receive(response: httpx.Response) -> bytes:
        return b"".join([piece async for piece in unpacked(response, most_bytes=most_bytes)])

    return receive


def beginning(most_bytes: int) -> Receive[bytes]:
    """Return a receiver that reads the body and leaves what is beyond a size."""

    async def receive(response: httpx.Response) -> bytes:
        body = bytearray()
        with contextlib.suppress(TooLargeError):
            async for piece in unpacked(response, most_bytes=most_bytes + PIECE):
                body += piece
        return bytes(body[:most_bytes])

    return receive
