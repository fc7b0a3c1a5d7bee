"""Every run of a stage leaves a row: when it began, how it ended, what it counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from troostwatch.domain.runs import Outcome, Report, Stage
from troostwatch.services.ports import Clock, UnitOfWork

AnyReport = TypeVar("AnyReport", bound=Report)


class RunLog:
    def __init__(self, uow: UnitOfWork, clock: Clock, storable: Callable[[str], str] = str) -> None:
        """`storable` takes out of a message what may not be kept."""
        self._uow = uow
        self._clock = clock
        self._storable = storable

    def record(self, stage: Stage, work: Callable[[], AnyReport]) -> AnyReport:
        """Do the work and write the row; a row without an end tells of a run that was killed."""
        with self._uow() as uow:
            run_id = uow.runs.start(stage, now=self._clock())
            uow.commit()
        try:
            report = work()
        except KeyboardInterrupt:
            self._finish(run_id, Outcome.STOPPED, {}, "interrupted")
            raise
        except BaseException as error:
            self._finish(run_id, Outcome.FAILED, {}, str(error) or type(error).__name__)
            raise
        self._finish(run_id, report.outcome, report.counts(), report.summary())
        return report

    def _finish(self, run_id: int, outcome: Outcome, counts: dict[str, int], message: str) -> None:
        # A name of a file need not be text: what is none is written down as numbers.
        message = message.encode("utf-8", "backslashreplace").decode("utf-8")
        with self._uow() as uow:
            uow.runs.finish(run_id, outcome, counts, now=self._clock(), message=self._storable(message))
            uow.commit()
