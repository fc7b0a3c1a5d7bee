"""The whole night in one command: one stage after the other, as far as the time allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from troostwatch.domain.errors import SourceError
from troostwatch.domain.runs import Outcome, Report, Stage
from troostwatch.services.ports import Stop, stopped_by

Step = tuple[Stage, Callable[[], Report]]

_WORST_LAST = (Outcome.DONE, Outcome.SOME_FAILED, Outcome.FAILED, Outcome.OUT_OF_TIME, Outcome.STOPPED)


@dataclass(slots=True)
class BatchReport:
    stages: dict[Stage, Report] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    stopped: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        outcomes = [report.outcome for report in self.stages.values()]
        outcomes += [Outcome.FAILED] if self.problems else []
        outcomes += [self.stopped] if self.stopped else []
        return max(outcomes, key=_WORST_LAST.index, default=Outcome.DONE)

    def counts(self) -> dict[str, int]:
        return {
            f"{stage}_{name}": number
            for stage, report in self.stages.items()
            for name, number in report.counts().items()
        }

    def summary(self) -> str:
        parts = [f"{stage}: {report.summary()}" for stage, report in self.stages.items()]
        return "; ".join([*parts, *self.problems, *([f"stopped: {self.stopped}"] if self.stopped else [])])


def run_all(steps: Sequence[Step], stop: Stop) -> BatchReport:
    """Run the stages in order; a site that cannot be read does not keep yesterday's photographs waiting."""
    report = BatchReport()
    for stage, work in steps:
        if stop.requested:
            report.stopped = stopped_by(stop)
            break
        try:
            report.stages[stage] = work()
        except SourceError as error:
            report.problems.append(f"{stage}: {error}")
    return report
