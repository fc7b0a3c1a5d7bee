"""A clock that goes where it is told, a sleep that only notes, and a stop that is asked for when due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class FakeClock:
    now: datetime = datetime(2025, 11, 29, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class FakeSleep:
    slept: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class FakeStop:
    """Asked to stop after so many questions whether it is; never by default."""

    after: int | None = None
    out_of_time: bool = False
    asked: int = 0

    @property
    def requested(self) -> bool:
        self.asked += 1
        return self.after is not None and self.asked > self.after
