"""Unpacking gzip up to a limit, for files and recorded answers."""

from __future__ import annotations

import zlib

from troostwatch.domain.errors import SourceError

_GZIP = b"\x1f\x8b"


def is_gzip(content: bytes) -> bool:
    return content.startswith(_GZIP)


def unpacked(content: bytes, most_bytes: int) -> bytes:
    """Return the content, unpacked where it is gzip. Raises SourceError when damaged or too large."""
    if not is_gzip(content):
        return content
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(content, most_bytes + 1)
    except zlib.error as error:
        raise SourceError(f"the gzip data is damaged: {error}") from error
    if len(plain) > most_bytes:
        raise SourceError(f"the page is larger than {most_bytes:,} bytes")
    if not unpacker.eof:
        raise SourceError("the gzip data is cut off")
    return plain
