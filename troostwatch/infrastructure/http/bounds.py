"""Bounds for the answers of a server that is asked through somebody else's client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx


def bounded(*, most_bytes: int, most_seconds: float) -> Callable[[httpx.Response], None]:
    """Return a hook for the `response` event of a httpx client that bounds the body before it is read.

    Reading raises httpx.ReadError beyond the size, and httpx.ReadTimeout when the body takes longer than the
    seconds: the client's own timeout counts for each piece, and a byte a second keeps it waiting for ever.
    A compressed body is refused: httpx would unpack it without any limit.
    """

    def bound(response: httpx.Response) -> None:
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("", "identity"):
            response.close()
            raise httpx.ReadError(f"a body in {coding[:40]!r}, which was not asked for", request=response.request)
        stream = response.stream
        assert isinstance(stream, httpx.SyncByteStream)
        response.stream = _Bounded(stream, response.request, most_bytes, time.monotonic() + most_seconds)

    return bound


class _Bounded(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, request: httpx.Request, most_bytes: int, deadline: float) -> None:
        self._stream = stream
        self._request = request
        self._most_bytes = most_bytes
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._stream:
            size += len(piece)
            if size > self._most_bytes:
                raise httpx.ReadError(f"an answer of more than {self._most_bytes:,} bytes", request=self._request)
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the answer came too slowly", request=self._request)
            yield piece

    def close(self) -> None:
        self._stream.close()
