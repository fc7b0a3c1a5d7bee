"""Where the downloader of photographs was before it had a room of its own; its names are still found here."""

from __future__ import annotations

from troostwatch.infrastructure.photographs.downloader import ImageDownloader, Limits

__all__ = ["ImageDownloader", "Limits"]
