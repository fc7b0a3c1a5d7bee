"""The way of a photograph after sync in one service: download, analyze, second reader, words, and what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from troostwatch.domain.readings import Backend
from troostwatch.domain.tokens import TokenRow
from troostwatch.services.analysis import AnalysisReport, AnalysisService
from troostwatch.services.image_download import DownloadReport, ImageDownloadService
from troostwatch.services.ports import FileInventory, NeverStop, Stop, UnitOfWork
from troostwatch.services.requests import AnalysisRequest, Selection
from troostwatch.services.second_opinion_report import SecondOpinionReport
from troostwatch.services.second_opinions import SecondOpinionService
from troostwatch.services.token_export import TokenExportService

# Writes the words of photographs to a file, and returns of how many.
WriteTokens = Callable[[Path, Iterable[TokenRow]], int]


class ImageAnalysisService:
    """Takes photographs along the whole way as the settings have it; what is asked otherwise is asked of its parts."""

    def __init__(
        self,
        uow: UnitOfWork,
        *,
        usual: AnalysisRequest,
        downloads: Callable[[], ImageDownloadService],
        analysis: Callable[[], AnalysisService],
        second_opinions: Callable[[], SecondOpinionService],
        inventory: FileInventory,
        write_tokens: WriteTokens,
    ) -> None:
        self._uow = uow
        self._usual = usual
        self._downloads = downloads
        self._analysis = analysis
        self._second_opinions = second_opinions
        self._inventory = inventory
        self._write_tokens = write_tokens

    def download_pending_images(self, limit: int | None = None, *, stop: Stop | None = None) -> DownloadReport:
        """Fetch the photographs that wait; lots about to close first."""
        return self._downloads().download_pending(Selection(limit), stop=stop or NeverStop())

    def analyze_pending_images(
        self, backend: Backend = Backend.LOCAL, *, limit: int | None = None, stop: Stop | None = None
    ) -> AnalysisReport:
        """Read the photographs that wait, each content once, and store what was concluded.

        Raises MissingDependencyError before the first photograph when the backend cannot work here.
        """
        request = replace(self._usual, backend=backend, selection=Selection(limit))
        return self._analysis().analyze(request, stop=stop or NeverStop())

    def promote_to_openai(self, limit: int | None = None, *, stop: Stop | None = None) -> SecondOpinionReport:
        """Ask OpenAI about the photographs that need review. Raises MissingDependencyError without a key."""
        return self._second_opinions().promote(Selection(limit), stop=stop or NeverStop())

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
