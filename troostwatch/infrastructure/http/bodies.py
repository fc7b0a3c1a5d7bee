"""The body of an answer, unpacked here and nowhere else: never more of it than was asked for."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

import httpx

from troostwatch.infrastructure.http.answers import HttpError, TooLargeError

ACCEPTED = "gzip"  # what we offer; httpx unpacks more, and without any limit
_GZIP = 31  # zlib: with the header and the checksum of gzip
PIECE = 65_536  # bytes that are unpacked at once


async def unpacked(response: httpx.Response, *, most_bytes: int) -> AsyncIterator[bytes]:
    """Yield the body in pieces. Raises TooLargeError beyond the size, HttpError for what cannot be unpacked."""
    coding = response.headers.get("content-encoding", "").strip().lower()
    size = 0
    async for piece in _pieces(response, coding):
        size += len(piece)
        if size > most_bytes:
            raise TooLargeError(f"{response.url} is larger than {most_bytes:,} bytes")
        yield piece


async def _pieces(response: httpx.Response, coding: str) -> AsyncIterator[bytes]:
    if coding in ("", "identity"):
        async for piece in response.aiter_raw(PIECE):
            yield piece
        return
    if coding not in ("gzip", "x-gzip"):
        raise HttpError(f"{response.url} comes packed as {coding[:40]!r}, which nobody asked for")
    unpacker = zlib.decompressobj(_GZIP)
    async for arrived in response.aiter_raw(PIECE):
        packed = arrived
        while packed:
            try:
                piece = unpacker.decompress(packed, PIECE)
            except zlib.error as error:
                raise HttpError(f"{response.url}: its packing is damaged ({error})", temporary=True) from error
            if piece:
                yield piece
            packed = unpacker.unconsumed_tail
            if unpacker.eof and unpacker.unused_data:  # gzip may hold several members, one after the other
                packed, unpacker = unpacker.unused_data, zlib.decompressobj(_GZIP)
    if not unpacker.eof:
        raise HttpError(f"{response.url}: the packed body is cut off", temporary=True)
