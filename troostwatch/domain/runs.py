"""A run of a stage, and what every stage reports when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Stage(StrEnum):
    SYNC = "sync"
    DOWNLOAD = "download"
    ANALYZE = "analyze"
    PROMOTE = "promote"
    RETRAIN = "retrain"
    HASH = "hash"
    EMBED = "embed"
    BATCH = "batch"


class Outcome(StrEnum):
    DONE = "done"
    SOME_FAILED = "some_failed"
    STOPPED = "stopped"  # asked to stop; the work so far is kept
    OUT_OF_TIME = "out_of_time"  # the time allowed was over; the work so far is kept
    OVER_BUDGET = "over_budget"  # so much money or so many calls were allowed; the work so far is kept
    FAILED = "failed"


# From good to bad: a night ended as the worst of its stages did.
_SEVERITY = (
    Outcome.DONE, Outcome.SOME_FAILED, Outcome.FAILED, Outcome.OVER_BUDGET, Outcome.OUT_OF_TIME, Outcome.STOPPED,
)  # fmt: skip


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return how several pieces of work together ended."""
    return max(outcomes, key=_SEVERITY.index, default=Outcome.DONE)


def ended(stopped: Outcome | None, *, failed: bool) -> Outcome:
    """Return how a run ended that was stopped, or not, and of which some items failed, or none."""
    return stopped or (Outcome.SOME_FAILED if failed else Outcome.DONE)


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    stage: Stage
    started_at: datetime
    finished_at: datetime | None
    outcome: Outcome | None
    counts: dict[str, int]
    message: str | None


class Report(Protocol):
    """What a stage returns: numbers for the row of the run, words for the person."""

    @property
    def outcome(self) -> Outcome: ...
    def counts(self) -> dict[str, int]: ...
    def summary(self) -> str: ...
