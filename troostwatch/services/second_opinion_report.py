"""What asking the second reader brought."""

from __future__ import annotations

from dataclasses import dataclass, field

from troostwatch.domain.counting import counted
from troostwatch.domain.images import LotImage
from troostwatch.domain.runs import Outcome, ended
from troostwatch.domain.second_opinion import Spent


@dataclass(slots=True)
class SecondOpinionReport:
    asked: int = 0  # photographs that were asked about
    known: int = 0  # photographs whose answer was kept from an earlier question
    named: int = 0  # codes that the second reader named
    settled: int = 0  # photographs that need no review any more
    refused: int = 0
    spent: Spent = field(default_factory=Spent)
    failures: list[tuple[LotImage, str]] = field(default_factory=list)
    stopped: Outcome | None = None
    message: str | None = None  # why it stopped

    @property
    def outcome(self) -> Outcome:
        return ended(self.stopped, failed=bool(self.failures))

    def counts(self) -> dict[str, int]:
        return {
            "asked": self.asked,
            "known": self.known,
            "named": self.named,
            "settled": self.settled,
            "refused": self.refused,
            "failed": len(self.failures),
            "calls": self.spent.calls,
        }

    def summary(self) -> str:
        if not (self.asked or self.known or self.failures or self.stopped):
            return "no photograph waits for a second opinion"
        return (
            f"{counted(self.asked, 'photograph')} asked about, {self.known} known; "
            f"{counted(self.named, 'code')} named; "
            f"{self.settled} settled, {self.refused} refused, {len(self.failures)} failed; "
            f"{counted(self.spent.calls, 'call')}, {self.spent.eur:.4f} EUR"
            + (f"; stopped early: {self.message}" if self.message else "")
        )
