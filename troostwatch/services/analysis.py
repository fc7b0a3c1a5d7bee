"""Reading the photographs that wait: each content once, one transaction each, none open while pixels are read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from troostwatch.domain.codes import CodeStatus
from troostwatch.domain.counting import counted
from troostwatch.domain.errors import ImageError, TroostwatchError, unforeseen
from troostwatch.domain.images import Downloaded, LotImage
from troostwatch.domain.judgement.fusion import READING_VERSION, judge
from troostwatch.domain.readings import Analysis, Backend
from troostwatch.domain.runs import Outcome, ended
from troostwatch.domain.second_opinion import opinions, version_of
from troostwatch.services.ports import Analyzer, Clock, Progress, Stop, UnitOfWork, say_nothing, stopped_by
from troostwatch.services.requests import AnalysisRequest
from troostwatch.services.settling import Settled, settle_content

if TYPE_CHECKING:
    from troostwatch.services.ports import Unit

Tell = Callable[[LotImage, Settled], None]
AnalyzerFor = Callable[[AnalysisRequest], Analyzer]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class AnalysisReport:
    analyzed: int = 0
    needs_review: int = 0
    shared: int = 0  # took over what another lot's photograph of the same content brought
    codes: int = 0
    approved: int = 0
    read: list[Downloaded] = field(default_factory=list)  # one of each content that was read
    failures: list[tuple[LotImage, str]] = field(default_factory=list)
    stopped: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        return ended(self.stopped, failed=bool(self.failures))

    def counts(self) -> dict[str, int]:
        return {
            "analyzed": self.analyzed,
            "needs_review": self.needs_review,
            "shared": self.shared,
            "codes": self.codes,
            "approved": self.approved,
            "failed": len(self.failures),
        }

    def summary(self) -> str:
        if not (self.analyzed or self.shared or self.failures):
            return "stopped early" if self.stopped else "no photograph waits to be analyzed"
        need = "photograph needs" if self.needs_review == 1 else "photographs need"
        return (
            f"{counted(self.analyzed, 'photograph')} analyzed, {self.shared} shared with another lot; "
            f"{counted(self.codes, 'code')}, {self.approved} approved; {self.needs_review} {need} review, "
            f"{len(self.failures)} failed" + (", stopped early" if self.stopped else "")
        )


class AnalysisService:
    """Reads what waits and stores what was concluded."""

    def __init__(
        self,
        uow: UnitOfWork,
        clock: Clock,
        *,
        analyzer_for: AnalyzerFor,
        max_attempts: int,
        progress: Progress | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._analyzer_for = analyzer_for
        self._max_attempts = max_attempts
        self._progress = progress or say_nothing

    def analyze(self, request: AnalysisRequest, *, stop: Stop, tell: Tell | None = None) -> AnalysisReport:
        """Read the photographs that wait. `tell` hears of each when it is stored.

        Raises MissingDependencyError before the first photograph when the backend cannot work here.
        """
        reader = self._analyzer_for(request)
        report = AnalysisReport()
        waiting = self._waiting(request, report)
        for number, (photograph, result) in enumerate(reader.analyze_all(_until(stop, waiting)), 1):
            outcome = result if isinstance(result, ImageError) else self._recorded(photograph, result, request, report)
            if isinstance(outcome, ImageError):
                self._record_failure(photograph, outcome, report)
            elif tell:
                tell(photograph.image, outcome)
            self._progress(number, len(waiting), photograph.image.lot)
        if stop.requested and report.analyzed + len(report.failures) < len(waiting):
            report.stopped = stopped_by(stop)
        return report

    def _waiting(self, request: AnalysisRequest, report: AnalysisReport) -> list[Downloaded]:
        now, chosen = self._clock(), request.selection
        with self._uow() as uow:
            report.shared = uow.images.adopt_known_analyses(reading_version=request.since_version)
            waiting = uow.images.pending_analysis(
                now=now,
                limit=chosen.limit,
                lots=chosen.lots,
                closing_before=None if chosen.closing_within is None else now + chosen.closing_within,
                since_version=request.since_version or None,
            )
            uow.commit()
        return waiting

    def _recorded(
        self, photograph: Downloaded, analysis: Analysis, request: AnalysisRequest, report: AnalysisReport
    ) -> Settled | ImageError:
        """Store what was read; where that fails for a reason that nobody foresaw, return the failure of this one."""
        image, sha256, now = photograph.image, photograph.sha256, self._clock()
        try:
            with self._uow() as uow:
                analysis = _with_opinions(uow, sha256, analysis)
                uow.codes.replace_analysis(
                    image, analysis, thresholds=request.thresholds, reading_version=READING_VERSION, now=now
                )
                settled = settle_content(
                    uow,
                    sha256,
                    image.id,
                    analysis.codes,
                    thresholds=request.thresholds,
                    unread_reason=analysis.unread_reason,
                    now=now,
                )
                if request.save_tokens:
                    uow.tokens.replace(image, analysis.tokens, now=now)
                uow.commit()
        except TroostwatchError:
            raise
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("photograph %s of %s: unforeseen error", image.position, image.lot)
            return ImageError(unforeseen(error))
        report.read.append(photograph)
        report.analyzed += 1
        report.codes += len(settled.codes)
        report.approved += sum(code.status is CodeStatus.APPROVED for code in settled.codes)
        report.shared += settled.photographs - 1
        report.needs_review += settled.photographs if settled.reason else 0
        return settled

    def _record_failure(self, photograph: Downloaded, error: ImageError, report: AnalysisReport) -> None:
        parked = error.permanent or photograph.image.analysis_attempts + 1 >= self._max_attempts
        with self._uow() as uow:
            uow.images.record_analysis_failure(photograph.sha256, str(error), parked=parked)
            uow.commit()
        report.failures.append((photograph.image, str(error)))


def _with_opinions(uow: Unit, sha256: str, analysis: Analysis) -> Analysis:
    """Return the reading together with what a second reader once said about the content: it was paid for."""
    questions = uow.questions.latest(sha256)
    if not questions:
        return analysis
    content = uow.images.content(sha256)
    readings = (*analysis.readings, *opinions(questions))
    judgement = judge(readings, width=content.width, height=content.height)
    versions = {q.reader: version_of(q.model, q.prompt_version) for q in questions}
    return replace(
        analysis,
        backend=Backend.OPENAI,
        readers=analysis.readers | versions,
        readings=readings,
        codes=judgement.codes,
        unread_reason=judgement.unread_reason,
    )


def _until(stop: Stop, photographs: Sequence[Downloaded]) -> Iterator[Downloaded]:
    for photograph in photographs:
        if stop.requested:
            return
        yield photograph
