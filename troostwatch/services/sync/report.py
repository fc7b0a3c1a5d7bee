"""What a synchronisation did, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from troostwatch.domain.counting import counted
from troostwatch.domain.lots import FailedItem
from troostwatch.domain.runs import Outcome, ended


@dataclass(slots=True)
class SyncReport:
    dry_run: bool = False
    auctions: set[str] = field(default_factory=set)
    lots_seen: int = 0
    lots_read: int = 0
    unchanged: int = 0
    photographs_new: int = 0
    photographs_vanished: int = 0
    failed: list[FailedItem] = field(default_factory=list)  # pages and files; the rest went on
    refused: list[FailedItem] = field(default_factory=list)  # sources that brought nothing, or no more
    planned: list[str] = field(default_factory=list)  # of a dry run: what would be read
    stopped: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        if self.refused:
            return Outcome.FAILED
        return ended(self.stopped, failed=bool(self.failed))

    def counts(self) -> dict[str, int]:
        return {
            "auctions": len(self.auctions),
            "lots_seen": self.lots_seen,
            "lots_read": self.lots_read,
            "unchanged": self.unchanged,
            "photographs_new": self.photographs_new,
            "photographs_vanished": self.photographs_vanished,
            "failed": len(self.failed) + len(self.refused),
        }

    def summary(self) -> str:
        if self.dry_run:
            return f"would read {counted(len(self.planned), 'lot page')}; {self.unchanged} unchanged"
        parts = [
            f"{counted(self.lots_seen, 'lot')} in {counted(len(self.auctions), 'auction')}",
            f"{self.lots_read} read",
            f"{self.unchanged} unchanged",
            f"{counted(self.photographs_new, 'new photograph')}",
        ]
        if self.photographs_vanished:
            parts.append(f"{self.photographs_vanished} vanished")
        if failed := self.counts()["failed"]:
            parts.append(f"{failed} failed")
        if self.stopped:
            parts.append("stopped early")
        return ", ".join(parts)
