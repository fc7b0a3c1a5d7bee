"""The way of a photograph after sync: download, analyze, second reader, tokens, and what failed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from troostwatch.domain.codes import CodeStatus
from troostwatch.domain.counting import counted
from troostwatch.domain.errors import ImageError, TroostwatchError, unforeseen
from troostwatch.domain.images import Downloaded, LotImage, Thresholds
from troostwatch.domain.judgement.fusion import READING_VERSION, judge
from troostwatch.domain.readings import Analysis, Backend, OcrEngine
from troostwatch.domain.runs import Outcome, ended
from troostwatch.domain.second_opinion import opinions, version_of
from troostwatch.domain.tokens import TokenRow
from troostwatch.services.image_download import DownloadReport, ImageDownloadService
from troostwatch.services.ports import (
    Analyzer,
    Clock,
    FileInventory,
    NeverStop,
    Progress,
    Stop,
    UnitOfWork,
    say_nothing,
    stopped_by,
)
from troostwatch.services.second_opinions import SecondOpinionReport, SecondOpinionService
from troostwatch.services.settling import Settled, settle_content
from troostwatch.services.token_export import TokenExportService

if TYPE_CHECKING:
    from troostwatch.services.ports import Unit

Tell = Callable[[LotImage, Settled], None]
AnalyzerFor = Callable[[Backend, OcrEngine | None, int | None], Analyzer]

# Writes the words of photographs to a file, and returns of how many.
WriteTokens = Callable[[Path, Iterable[TokenRow]], int]

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


class ImageAnalysisService:
    """Moves photographs along; one transaction each, none open while pixels are read."""

    def __init__(
        self,
        uow: UnitOfWork,
        clock: Clock,
        *,
        downloads: Callable[[], ImageDownloadService],
        analyzer_for: AnalyzerFor,
        thresholds: Thresholds,
        max_attempts: int,
        inventory: FileInventory,
        second_opinions: Callable[[], SecondOpinionService],
        write_tokens: WriteTokens,
        progress: Progress | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._downloads = downloads
        self._analyzer_for = analyzer_for
        self._thresholds = thresholds
        self._max_attempts = max_attempts
        self._inventory = inventory
        self._second_opinions = second_opinions
        self._write_tokens = write_tokens
        self._progress = progress or say_nothing

    def download_pending_images(
        self,
        limit: int | None = None,
        *,
        stop: Stop | None = None,
        lots: Sequence[str] = (),
        closing_within: timedelta | None = None,
    ) -> DownloadReport:
        """Fetch the photographs that wait; lots about to close first."""
        return self._downloads().download_pending(
            limit=limit, lots=lots, closing_within=closing_within, stop=stop or NeverStop()
        )

    def analyze_pending_images(
        self,
        backend: Backend = Backend.LOCAL,
        *,
        stop: Stop | None = None,
        limit: int | None = None,
        lots: Sequence[str] = (),
        closing_within: timedelta | None = None,
        save_tokens: bool = True,
        confidence_threshold: float | None = None,
        auto_approve_threshold: float | None = None,
        ocr_engine: OcrEngine | None = None,
        jobs: int | None = None,
        since_version: int | None = None,
        tell: Tell | None = None,
    ) -> AnalysisReport:
        """Read the photographs that wait, each content once, and store what was concluded.

        `tell` hears of each photograph when it is stored. With `since_version` the photographs that an older
        version of the reading read wait again.
        Raises MissingDependencyError before the first photograph when the backend cannot work here.
        """
        stop = stop or NeverStop()
        reader = self._analyzer_for(backend, ocr_engine, jobs)
        thresholds = Thresholds(
            self._thresholds.review if confidence_threshold is None else confidence_threshold,
            self._thresholds.approve if auto_approve_threshold is None else auto_approve_threshold,
        )
        report = AnalysisReport()
        waiting = self._waiting(report, since_version, limit, lots, closing_within)
        results = reader.analyze_all(_until(stop, waiting))
        for number, (photograph, result) in enumerate(results, 1):
            if isinstance(result, ImageError):
                self._record_failure(photograph, result, report)
            else:
                settled = self._recorded(photograph, result, thresholds, report, save_tokens=save_tokens)
                if settled and tell:
                    tell(photograph.image, settled)
            self._progress(number, len(waiting), photograph.image.lot)
        if stop.requested and report.analyzed + len(report.failures) < len(waiting):
            report.stopped = stopped_by(stop)
        return report

    def _waiting(
        self,
        report: AnalysisReport,
        since_version: int | None,
        limit: int | None,
        lots: Sequence[str],
        closing_within: timedelta | None,
    ) -> list[Downloaded]:
        now = self._clock()
        with self._uow() as uow:
            report.shared = uow.images.adopt_known_analyses(reading_version=since_version or 0)
            waiting = uow.images.pending_analysis(
                now=now,
                limit=limit,
                lots=lots,
                closing_before=None if closing_within is None else now + closing_within,
                since_version=since_version,
            )
            uow.commit()
        return waiting

    def _recorded(
        self,
        photograph: Downloaded,
        analysis: Analysis,
        thresholds: Thresholds,
        report: AnalysisReport,
        *,
        save_tokens: bool,
    ) -> Settled | None:
        """Store what was read, or that storing it failed for a reason that nobody foresaw: then None."""
        try:
            return self._record(photograph, analysis, thresholds, report, save_tokens=save_tokens)
        except TroostwatchError:
            raise
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            image = photograph.image
            _log.exception("photograph %s of %s: unforeseen error", image.position, image.lot)
            self._record_failure(photograph, ImageError(unforeseen(error)), report)
            return None

    def _record(
        self,
        photograph: Downloaded,
        analysis: Analysis,
        thresholds: Thresholds,
        report: AnalysisReport,
        *,
        save_tokens: bool,
    ) -> Settled:
        image, sha256, now = photograph.image, photograph.sha256, self._clock()
        with self._uow() as uow:
            analysis = _with_opinions(uow, sha256, analysis)
            uow.codes.replace_analysis(image, analysis, thresholds=thresholds, reading_version=READING_VERSION, now=now)
            settled = settle_content(
                uow,
                sha256,
                image.id,
                analysis.codes,
                thresholds=thresholds,
                unread_reason=analysis.unread_reason,
                now=now,
            )
            if save_tokens:
                uow.tokens.replace(image, analysis.tokens, now=now)
            uow.commit()
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

    def promote_to_openai(self, limit: int | None = None, *, stop: Stop | None = None) -> SecondOpinionReport:
        """Ask OpenAI about the photographs that need review. Raises MissingDependencyError without a key."""
        return self._second_opinions().promote(stop=stop or NeverStop(), limit=limit)

    def export_token_data(self, output_path: Path, *, include_reviewed: bool = False) -> int:
        """Write the words of every photograph that was read, with labels; return of how many photographs.

        JSON lines, or one JSON array where the name ends in .json; see TokenExportService for what is among them.
        """
        return self._write_tokens(output_path, TokenExportService(self._uow).rows(include_reviewed=include_reviewed))

    def reprocess_failed(self, limit: int | None = None) -> tuple[int, int]:
        """Bring failed downloads and failed readings back to their queues; return how many of each.

        `limit` is the most photographs of both together. One that failed because its file is lost or changed waits
        to be downloaded again.
        """
        with self._uow() as uow:
            failed = uow.images.failed_analyses(limit)
        lost = [each for each in failed if self._inventory.digest(each.path) != each.sha256]
        with self._uow() as uow:
            for photograph in lost:
                uow.images.forget_file(photograph.image.id)
            downloads, analyses = uow.images.reopen_failed(None if limit is None else max(0, limit - len(lost)))
            uow.likeness.forget_problems()
            uow.embeddings.forget_failures()
            uow.commit()
        return downloads + len(lost), analyses


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
