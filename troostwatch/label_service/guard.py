"""What every request passes before anything else: limits of size, pages of strangers, counting."""

from __future__ import annotations

import contextlib
import json
import time
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Beside the photograph a request holds boundaries and headers of its parts.
_MARGIN = 100_000


class Metrics:
    """Counters of one service; a registry of its own, so that two services in one process do not add up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "label_ocr_requests", "Requests by path and status", ["path", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "label_ocr_request_seconds", "From the first byte to the answer", ["path"], registry=self.registry,
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64),
        )  # fmt: skip
        self.codes = Counter("label_ocr_codes", "Codes by type", ["type"], registry=self.registry)
        self.working = Gauge("label_ocr_working", "Photographs being read", registry=self.registry)
        self.waiting = Gauge("label_ocr_waiting", "Photographs waiting for a process", registry=self.registry)


class _TooLargeError(Exception):
    pass


class Guard:
    """ASGI middleware: refuses bodies that are too large while they come, and requests from foreign web pages."""

    def __init__(self, app: ASGIApp, *, most_bytes: int, metrics: Metrics, paths: frozenset[str]) -> None:
        self._app = app
        self._most = most_bytes + _MARGIN
        self._metrics = metrics
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        # Whoever invents paths must not invent metrics.
        path = scope["path"] if scope["path"] in self._paths else "other"

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.requests.labels(path, str(message["status"])).inc()
                self._metrics.seconds.labels(path).observe(time.perf_counter() - started)
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if _from_elsewhere(headers):
            await _refuse(counted, 403, "web pages of other sites may not use this service")
        elif _promised(headers) > self._most:
            await _refuse(counted, 413, f"the request is larger than {self._most:,} bytes")
        else:
            await self._within_limit(scope, receive, counted)

    async def _within_limit(self, scope: Scope, receive: Receive, send: Send) -> None:
        came = 0
        begun = False

        async def limited() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self._most:
                raise _TooLargeError
            return message

        async def unless_too_large(message: Message) -> None:
            nonlocal begun
            if begun or came <= self._most:  # what parses the body makes an answer of its own of the error
                begun = True
                await send(message)

        with contextlib.suppress(_TooLargeError):
            await self._app(scope, limited, unless_too_large)
        if came > self._most and not begun:
            await _refuse(send, 413, f"the request is larger than {self._most:,} bytes")


def _from_elsewhere(headers: dict[str, str]) -> bool:
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _promised(headers: dict[str, str]) -> int:
    length = headers.get("content-length", "0")
    return int(length[:18]) if length.isascii() and length.isdigit() else 0


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = json.dumps({"detail": reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
