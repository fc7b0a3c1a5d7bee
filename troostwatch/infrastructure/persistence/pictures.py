"""The bytes of a picture that a person names: a file, or an address."""

from __future__ import annotations

import asyncio
from pathlib import Path

from troostwatch.domain.errors import UsageError
from troostwatch.infrastructure.files import read_regular
from troostwatch.infrastructure.http.client import ClientOptions, HttpClient, whole_body


def picture(source: str, options: ClientOptions, *, most_bytes: int) -> bytes:
    """Return what a file or an address holds. Raises UsageError and HttpError."""
    if source.lower().startswith(("http://", "https://")):
        return asyncio.run(_asked_for(source, options, most_bytes))
    try:
        return read_regular(Path(source))
    except OSError as error:
        raise UsageError(f"cannot read {source}: {error.strerror}", hint="name a picture, or its address") from error


async def _asked_for(url: str, options: ClientOptions, most_bytes: int) -> bytes:
    async with HttpClient(options) as client:
        return await client.get(url, whole_body(most_bytes), accept="image/*")
