"""What lives as long as a database connection: the services over it. One for a command, a request, a job."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

from troostwatch.app import clock, outputs, requests
from troostwatch.app.finding import Finding
from troostwatch.app.pictures import Pictures
from troostwatch.app.process import Process
from troostwatch.config import secrets
from troostwatch.domain.images import RetryPolicy
from troostwatch.domain.second_opinion import Budget
from troostwatch.domain.secrets import without_secrets
from troostwatch.infrastructure.db.schema import migrations
from troostwatch.infrastructure.db.unit_of_work import SqliteSnapshot, SqliteUnitOfWork, open_database
from troostwatch.infrastructure.persistence.lock import stage_lock
from troostwatch.infrastructure.photographs.inventory import FolderInventory
from troostwatch.services.analysis import AnalysisService
from troostwatch.services.care import CareService
from troostwatch.services.image_analysis import ImageAnalysisService
from troostwatch.services.reports import ReportService
from troostwatch.services.review import ReviewService
from troostwatch.services.runs import RunLog
from troostwatch.services.stages import Stages
from troostwatch.services.token_export import LabelImportService, TokenExportService

if TYPE_CHECKING:
    from troostwatch.services.image_download import ImageDownloadService
    from troostwatch.services.ports import Progress
    from troostwatch.services.retraining import RetrainingService
    from troostwatch.services.search import SearchService
    from troostwatch.services.second_opinions import SecondOpinionService
    from troostwatch.services.sync.sync import SyncService


class Workspace:
    """The services, joined to one database, for one thread. Use it in a `with` block, or close it."""

    def __init__(self, process: Process, database: Path, connection: sqlite3.Connection) -> None:
        self.process = process
        self.settings = process.settings
        self.database = database
        self.connection = connection
        self.uow, self.snapshot = partial(SqliteUnitOfWork, connection), partial(SqliteSnapshot, connection)
        self.schema_version = migrations.version(connection)
        runs = RunLog(self.uow, clock.now, lambda text: without_secrets(text, secrets()))
        self.stages = Stages(lambda stage: stage_lock(database, stage), runs)
        own = self.settings.openai
        self._budget = Budget(own.calls_per_run, own.calls_per_day, own.eur_per_run, own.eur_per_day)
        self.finding = Finding(process, database, self.uow, self.snapshot, self._budget)
        self.pictures = Pictures(process, self.snapshot)

    @classmethod
    def open(cls, process: Process, database: Path, *, create: bool = True, dry_run: bool = False) -> Self:
        """Open a database for the thread that asks, and join everything that works on it.

        For a dry run a database that does not exist yet is made in memory. Raises DatabaseError.
        """
        in_memory = dry_run and not database.exists()
        return cls(process, database, open_database(Path(":memory:") if in_memory else database, create=create))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    # The way of a photograph

    def sync(self, *, progress: Progress | None = None) -> SyncService:
        from troostwatch.services.sync.sync import SyncService

        refresh_after = timedelta(hours=self.settings.sync.refresh_after_hours)
        return SyncService(self.uow, self.process.pages, clock.now, refresh_after=refresh_after, progress=progress)

    def downloads(self, *, at_once: int | None = None, progress: Progress | None = None) -> ImageDownloadService:
        """Return the service that fetches photographs, `at_once` of them or as many as the settings say."""
        from troostwatch.services.image_download import ImageDownloadService

        own = self.settings.download
        source, policy = self.process.downloader(at_once or own.concurrency), RetryPolicy(max_attempts=own.max_attempts)
        return ImageDownloadService(self.uow, source, clock.now, policy, progress=progress)

    def analysis(self, *, progress: Progress | None = None) -> AnalysisService:
        attempts = self.settings.analysis.max_attempts
        return AnalysisService(
            self.uow, clock.now, analyzer_for=self.process.analyzer, max_attempts=attempts, progress=progress
        )

    def second_opinions(self, *, progress: Progress | None = None) -> SecondOpinionService:
        """Return the service that asks OpenAI. Raises MissingDependencyError without its package or a key."""
        from troostwatch.services.second_opinions import SecondOpinionService

        return SecondOpinionService(
            self.uow,
            clock.now,
            self.process.second_reader(),
            self._budget,
            concurrency=self.settings.openai.concurrency,
            progress=progress,
        )

    def images(self) -> ImageAnalysisService:
        """Return the whole way in one service, as the settings have it."""
        kept = outputs.protected(self.process, self.database)
        return ImageAnalysisService(
            self.uow,
            usual=requests.analysis(self.settings),
            downloads=self.downloads,
            analysis=self.analysis,
            second_opinions=self.second_opinions,
            inventory=FolderInventory(self.process.photographs),
            write_tokens=lambda path, rows: outputs.write_token_file(path, rows, kept),
        )

    # People and reports

    def review(self, *, by: str | None = None) -> ReviewService:
        """Return the queue and what takes decisions, kept under a name: this one, or that of the settings."""
        return ReviewService(self.uow, clock.now, snapshot=self.snapshot, by=by or self.settings.web.reviewer)

    def reports(self) -> ReportService:
        return ReportService(self.snapshot, clock.now)

    def search(self, *, progress: Progress | None = None) -> SearchService:
        return self.finding.search(progress=progress)

    def export_tokens(self, target: TextIO, *, include_reviewed: bool, array: bool) -> int:
        """Write the words of photographs with their labels; return of how many."""
        rows = TokenExportService(self.uow).rows(include_reviewed=include_reviewed)
        return outputs.write_tokens(target, rows, array=array)

    def labels(self) -> LabelImportService:
        return LabelImportService(self.uow, clock.now)

    def retraining(self, *, force: bool = False) -> RetrainingService:
        """Return the service that trains the token classifier. Raises MissingDependencyError without scikit-learn."""
        from troostwatch.services.retraining import RetrainingService

        return RetrainingService(self.uow, self.process.trainer(force=force))

    def care(self) -> CareService:
        return CareService(self.snapshot, FolderInventory(self.process.photographs))
