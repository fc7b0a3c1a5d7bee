"""Times in the database: UTC, ISO 8601, whole seconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(time: datetime | None) -> str | None:
    return stamp(time) if time else None


def stamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")


def from_text(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
