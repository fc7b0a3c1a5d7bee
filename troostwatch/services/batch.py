"""The whole night in one command: one stage after the other, as far as the time allows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from troostwatch.domain.errors import TroostwatchError, unforeseen
from troostwatch.domain.runs import Outcome, Report, Stage, worst
from troostwatch.services.ports import Stop, stopped_by

Step = tuple[Stage, Callable[[], Report]]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class BatchReport:
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
