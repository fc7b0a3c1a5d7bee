"""The time, and the wish to stop: what a door brings to a run."""

from __future__ import annotations

from datetime import UTC, datetime

from troostwatch.infrastructure.observability.stop import StopFlag


def now() -> datetime:
    return datetime.now(UTC)


def listening(*, max_minutes: float | None = None) -> StopFlag:
    """Return a flag that turns true on SIGTERM or when the minutes are over. For the main thread alone."""
    stop = StopFlag(max_seconds=None if max_minutes is None else max_minutes * 60)
    stop.listen()
    return stop
