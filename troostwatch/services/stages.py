"""The only way to run a stage, from any door: under its lock, with a row in `runs`; and the order of the night."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

from troostwatch.domain.errors import TroostwatchError, unforeseen
from troostwatch.domain.runs import Outcome, Report, Stage, worst
from troostwatch.services.ports import Stop, stopped_by
from troostwatch.services.runs import AnyReport, RunLog

# Holds the lock of a stage while the block runs, or raises LockedError at once.
StageLock = Callable[[Stage], AbstractContextManager[None]]

Step = tuple[Stage, Callable[[], Report]]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class BatchReport:
    """What several stages of one run brought."""

    stages: dict[Stage, Report] = field(default_factory=dict)
    errors: list[tuple[Stage, TroostwatchError]] = field(default_factory=list)  # of stages that brought nothing
    stopped: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        outcomes = [report.outcome for report in self.stages.values()]
        outcomes += [Outcome.FAILED] if self.errors else []
        outcomes += [self.stopped] if self.stopped else []
        return worst(outcomes)

    def counts(self) -> dict[str, int]:
        return {
            f"{stage}_{name}": number
            for stage, report in self.stages.items()
            for name, number in report.counts().items()
        }

    def summary(self) -> str:
        parts = [f"{stage}: {report.summary()}" for stage, report in self.stages.items()]
        parts += [f"{stage}: {error}" for stage, error in self.errors]
        return "; ".join([*parts, *([f"stopped: {self.stopped}"] if self.stopped else [])])


class Stages:
    """Runs stages on one database. Whoever calls brings the wish to stop: nothing here listens to signals."""

    def __init__(self, lock: StageLock, runs: RunLog) -> None:
        self._lock = lock
        self._runs = runs

    def run(self, stage: Stage, work: Callable[[], AnyReport]) -> AnyReport:
        """Do the work of a stage. Raises LockedError when another run of it works on the same database."""
        with self._lock(stage):
            return self._runs.record(stage, work)

    def night(self, steps: Sequence[Step], *, stop: Stop) -> BatchReport:
        """Run the stages in order as one batch, each under its own lock and with its own row."""
        each = [(stage, partial(self.run, stage, work)) for stage, work in steps]
        return self.run(Stage.BATCH, lambda: run_all(each, stop))


def run_all(steps: Sequence[Step], stop: Stop) -> BatchReport:
    """Run the stages in order; one that fails does not keep the next from running.

    A site that cannot be read does not keep yesterday's photographs waiting, nor a missing engine the downloads.
    """
    report = BatchReport()
    for stage, work in steps:
        if stop.requested:
            report.stopped = stopped_by(stop)
            break
        try:
            report.stages[stage] = work()
        except TroostwatchError as error:
            report.errors.append((stage, error))
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("%s: unforeseen error", stage)
            report.errors.append((stage, TroostwatchError(unforeseen(error))))
    return report
