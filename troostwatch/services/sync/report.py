"""What a synchronisation did, in numbers and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from troostwatch.domain.counting import counted
from troostwatch.domain.lots import FailedItem, NotUnderstood
from troostwatch.domain.runs import Outcome, ended


@dataclass(slots=True)
class Unclear:
    """A field of pages that was there and not understood: how often, and one example."""

    example: str
    number: int = 0


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
    unclear: dict[tuple[str, str], Unclear] = field(default_factory=dict)  # by field, and what it is a field of
    seen: Counter[str] = field(default_factory=Counter)  # of what has fields
    planned: list[str] = field(default_factory=list)  # of a dry run: what would be read
    stopped: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        if self.refused:
            return Outcome.FAILED
        return ended(self.stopped, failed=bool(self.failed or self.unclear))

    def note(self, kind: str, fields: Iterable[NotUnderstood], *, seen: int = 1) -> None:
        """Count what of one thing ('lot', 'lot page') was not understood."""
        self.seen[kind] += seen
        for item in fields:
            self.unclear.setdefault((kind, item.field), Unclear(item.value)).number += 1

    @property
    def told(self) -> list[FailedItem]:
        """Return all that went wrong: pages and sources, then each field that was not understood, once."""
        fields = [
            FailedItem(
                f"{name} of {unclear.number} of {counted(self.seen[kind], kind)}",
                f"not understood, such as {unclear.example}",
                "what was known stays; the site may have changed: look for a newer version of Troostwatch",
            )
            for (kind, name), unclear in self.unclear.items()
        ]
        return [*self.failed, *self.refused, *fields]

    def counts(self) -> dict[str, int]:
        return {
            "auctions": len(self.auctions),
            "lots_seen": self.lots_seen,
            "lots_read": self.lots_read,
            "unchanged": self.unchanged,
            "photographs_new": self.photographs_new,
            "photographs_vanished": self.photographs_vanished,
            "failed": len(self.failed) + len(self.refused),
            "fields_not_understood": sum(unclear.number for unclear in self.unclear.values()),
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
        if unclear := self.counts()["fields_not_understood"]:
            parts.append(f"{counted(unclear, 'field')} not understood")
        if self.stopped:
            parts.append("stopped early")
        return ", ".join(parts)
