"""What every request passes first: names, origins, sizes, patience, and what a browser may do with the answer."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from troostwatch.interfaces.web.desk import Desk

_MOST_BYTES = 100_000  # of a form or a decision
_MARGIN = 100_000  # boundaries and headers around an upload
_PATIENCE_SECONDS = 30.0  # for all of a body
_SAFE = frozenset({"GET", "HEAD"})
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?", re.IGNORECASE)

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


class _RefusedError(HTTPException):
    """Told like every other error where a page reads the body; who sends it is not heard any further."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason, {"connection": "close"})


class Guard:
    """ASGI middleware of the desk.

    A name that is not ours is refused (DNS rebinding), and so is a request that changes something and comes from a
    page of another site: browsers name the origin of those.
    """

    def __init__(self, app: ASGIApp, *, desk: Desk, most_upload: int) -> None:
        self._app = app
        self._desk = desk
        self._most_upload = most_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _protect(MutableHeaders(scope=message))
            await send(message)

        limit = _Limit(scope, receive, self._most_upload)
        try:
            self._check(scope, Headers(scope=scope))
            limit.check_promise()
        except _RefusedError as error:
            refusal = PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)
            await refusal(scope, receive, guarded)
            return
        await self._app(scope, limit.receive, guarded)

    def _check(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        if not _is_one_of(host, self._desk.hosts):
            raise _RefusedError(421, "this desk is not known under that name; see 'web.hosts' in the settings")
        if scope["method"] in _SAFE:
            return
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            raise _RefusedError(403, "pages of other sites may not use this desk")
        if origin is None and headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            raise _RefusedError(403, "pages of other sites may not use this desk")


class _Limit:
    """The body of one request: at most so large, and all of it in time."""

    def __init__(self, scope: Scope, receive: Receive, most_upload: int) -> None:
        self._receive = receive
        self._most = most_upload + _MARGIN if scope["path"] == "/search" else _MOST_BYTES
        self._promised = Headers(scope=scope).get("content-length", "0")
        self._deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        self._came = 0
        self._over = False

    def check_promise(self) -> None:
        if self._promised.isdigit() and int(self._promised[:18]) > self._most:
            raise self._too_large()

    async def receive(self) -> Message:
        if self._over:  # after the body there is nothing but the client going away
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            raise _RefusedError(408, "the request did not come in time") from error
        self._came += len(message.get("body", b""))
        self._over = not message.get("more_body", False)
        if self._came > self._most:
            raise self._too_large()
        return message

    def _too_large(self) -> _RefusedError:
        return _RefusedError(413, f"the request is larger than {self._most:,} bytes")


def _is_one_of(host: str, names: frozenset[str]) -> bool:
    found = _HOST.fullmatch(host)
    return found is not None and found[1].strip("[]").lower() in names


def _protect(headers: MutableHeaders) -> None:
    headers["content-security-policy"] = POLICY
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "same-origin"  # without one a form would name no origin
    headers["cross-origin-resource-policy"] = "same-origin"
    headers["cross-origin-opener-policy"] = "same-origin"
    if "cache-control" not in headers:
        headers["cache-control"] = "no-store"
