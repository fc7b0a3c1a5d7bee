"""Addresses that a stranger wrote, and whether a person may be sent there."""

from __future__ import annotations

from urllib.parse import urlsplit


def safe_link(url: str | None) -> str | None:
    """Return the address of a page on the web, or None: what begins otherwise might run where it is shown."""
    return url if url and urlsplit(url).scheme in ("http", "https") else None
