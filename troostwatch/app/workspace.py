"""What lives as long as a database connection: the services over it. One for a command, a request, a job."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

from troostwatch.app import clock, needs, outputs
from troostwatch.app.process import EmbeddingChoice, Process
from troostwatch.config import Settings, secrets
from troostwatch.domain.calibration import Bin
from troostwatch.domain.codes import Code
from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Box
from troostwatch.domain.images import RetryPolicy, Stored, Thresholds
from troostwatch.domain.runs import Stage
from troostwatch.domain.second_opinion import Budget
from troostwatch.domain.secrets import without_secrets
from troostwatch.infrastructure.db.care import backup
from troostwatch.infrastructure.db.schema import migrations
from troostwatch.infrastructure.db.unit_of_work import SqliteSnapshot, SqliteUnitOfWork
from troostwatch.infrastructure.files import Place, write
from troostwatch.infrastructure.persistence.lock import stage_lock
from troostwatch.infrastructure.photographs.inventory import FolderInventory
from troostwatch.services.care import CareService
from troostwatch.services.duplicates import DuplicateService
from troostwatch.services.image_analysis import ImageAnalysisService
from troostwatch.services.reports import ReportService
from troostwatch.services.review import ReviewService
from troostwatch.services.runs import AnyReport, RunLog
from troostwatch.services.search import SearchIndexService, SearchService
from troostwatch.services.stages import Stages
from troostwatch.services.token_export import LabelImportService, TokenExportService

if TYPE_CHECKING:
    import sqlite3

    from troostwatch.services.image_download import ImageDownloadService
    from troostwatch.services.image_embedding import EmbeddingReport, ImageEmbeddingService
    from troostwatch.services.paid_texts import PaidTextEmbedder
    from troostwatch.services.ports import Progress, Stop
    from troostwatch.services.retraining import RetrainingService
    from troostwatch.services.second_opinions import SecondOpinionService
    from troostwatch.services.sync.sync import SyncService
    from troostwatch.services.vector_search import VectorSearchService


class Workspace:
    """The services, joined to one database, for one thread. Use it in a `with` block, or close it."""

    def __init__(self, process: Process, database: Path, connection: sqlite3.Connection) -> None:
        self.process = process
        self.database = database
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @property
    def settings(self) -> Settings:
        return self.process.settings

    def uow(self) -> SqliteUnitOfWork:
        return SqliteUnitOfWork(self._connection)

    def snapshot(self) -> SqliteSnapshot:
        """What reads as of one moment and waits for nobody."""
        return SqliteSnapshot(self._connection)

    @cached_property
    def stages(self) -> Stages:
        runs = RunLog(self.uow, clock.now, lambda text: without_secrets(text, secrets()))
        return Stages(lambda stage: stage_lock(self.database, stage), runs)

    def run(self, stage: Stage, work: Callable[[Stop], AnyReport], stop: Stop) -> AnyReport:
        """Do the work of a stage under its lock and with its row. Raises LockedError when another run holds it."""
        return self.stages.run(stage, lambda: work(stop))

    # The way of a photograph

    def sync(self, *, progress: Progress | None = None) -> SyncService:
        from troostwatch.services.sync.sync import SyncService

        refresh_after = timedelta(hours=self.settings.sync.refresh_after_hours)
        return SyncService(self.uow, self.process.pages, clock.now, refresh_after=refresh_after, progress=progress)

    def image_downloads(
        self, *, concurrency: int | None = None, progress: Progress | None = None
    ) -> ImageDownloadService:
        """Return the service that fetches photographs; `concurrency` overrides the setting."""
        from troostwatch.services.image_download import ImageDownloadService

        policy = RetryPolicy(max_attempts=self.settings.download.max_attempts)
        return ImageDownloadService(
            self.uow, self.process.downloader(concurrency), clock.now, policy, progress=progress
        )

    def images(self, *, concurrency: int | None = None, progress: Progress | None = None) -> ImageAnalysisService:
        settings, kept = self.settings.analysis, outputs.protected(self.process, self.database)
        return ImageAnalysisService(
            self.uow,
            clock.now,
            downloads=lambda: self.image_downloads(concurrency=concurrency, progress=progress),
            analyzer_for=self.process.analyzer,
            thresholds=Thresholds(settings.confidence_threshold, settings.auto_approve_threshold),
            max_attempts=settings.max_attempts,
            inventory=FolderInventory(self.process.photographs),
            second_opinions=lambda: self.second_opinions(progress=progress),
            write_tokens=lambda path, rows: outputs.write_token_file(path, rows, kept),
            progress=progress,
        )

    def second_opinions(self, *, progress: Progress | None = None) -> SecondOpinionService:
        """Return the service that asks OpenAI. Raises MissingDependencyError without its package or a key."""
        from troostwatch.services.second_opinions import SecondOpinionService

        return SecondOpinionService(
            self.uow,
            clock.now,
            self.process.second_reader(),
            self._budget(),
            concurrency=self.settings.openai.concurrency,
            progress=progress,
        )

    def _budget(self) -> Budget:
        settings = self.settings.openai
        return Budget(settings.calls_per_run, settings.calls_per_day, settings.eur_per_run, settings.eur_per_day)

    # People and reports

    def review(self) -> ReviewService:
        return ReviewService(self.uow, clock.now, snapshot=self.snapshot)

    def reports(self) -> ReportService:
        return ReportService(self.snapshot, clock.now)

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

    def schema_version(self) -> int:
        return migrations.version(self._connection)

    def backup(self, place: Place) -> None:
        backup(self._connection, place)

    # Finding

    def search_index(self, *, progress: Progress | None = None) -> SearchIndexService:
        return SearchIndexService(self.uow, self.snapshot, progress)

    def search(self, *, progress: Progress | None = None) -> SearchService:
        ways = (self.vector_search().rankings,)
        return SearchService(self.snapshot, clock.now, self.search_index(progress=progress), ways)

    def vector_search(self) -> VectorSearchService:
        from troostwatch.infrastructure.persistence.vectors import VectorFiles
        from troostwatch.services.vector_search import VectorSearchService

        return VectorSearchService(
            self.snapshot,
            clock.now,
            store=VectorFiles(outputs.vectors_of(self.database), faiss_from=self.settings.search.faiss_from),
            embedder=lambda stored: self.process.embedder_of(stored.space),
            require_embedding=needs.require_embedding,
            fetch=self.process.picture,
            image_weight=self.process.image_weight,
            paid=self.paid_texts,
            paid_model=self.settings.openai.embedding_model,
        )

    def duplicates(self, *, progress: Progress | None = None) -> DuplicateService:
        return DuplicateService(self.uow, self.snapshot, clock.now, self.process.hasher(), progress)

    def paid_texts(self) -> PaidTextEmbedder | None:
        """Return OpenAI's model of texts, or None where it is not wanted, not installed, or there is no key."""
        from troostwatch.services.paid_texts import PaidTextEmbedder

        model = self.process.paid_text_model()
        return PaidTextEmbedder(self.uow, clock.now, model, self._budget()) if model else None

    def embedding(self, chosen: EmbeddingChoice, *, progress: Progress | None = None) -> ImageEmbeddingService:
        from troostwatch.services.image_embedding import ImageEmbeddingService

        return ImageEmbeddingService(
            self.uow,
            clock.now,
            photographs=self.process.photographs,
            embedder=lambda: self.process.embedder(chosen),
            paid=self.paid_texts,
            refresh_documents=self.search_index().refresh,
            max_attempts=self.settings.embedding.max_attempts,
            progress=progress,
        )

    def embed(
        self,
        chosen: EmbeddingChoice,
        stop: Stop,
        *,
        batch_size: int | None = None,
        limit: int | None = None,
        lots: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> EmbeddingReport:
        """Embed what waits and make the files that search maps. Raises MissingDependencyError without the extra."""
        needs.require_embedding()
        size = batch_size or self.settings.embedding.batch_size
        service = self.embedding(chosen, progress=progress)
        report = service.embed_pending(stop=stop, batch_size=size, limit=limit, lots=lots)
        self.vector_search().prepare()
        return report

    # Pictures

    def photograph(self, relative: str | None) -> Path | None:
        """Return where a photograph lies on this machine."""
        return self.process.photographs.place_of(relative) if relative else None

    def draw_codes(self, photograph: Stored, codes: Sequence[Code], place: Place) -> None:
        """Write a photograph with its codes drawn on it. Raises ImageError."""
        from troostwatch.infrastructure.pixels import drawing

        source = self.process.photographs.open(photograph)
        write(place, drawing.draw_codes(source, codes, place.suffix, max_pixels=self.settings.download.max_pixels))

    def draw_reliability(self, bins: Sequence[Bin], place: Place) -> None:
        """Write the picture of how probabilities kept their word."""
        from troostwatch.infrastructure.pixels import reliability

        write(place, reliability.draw_reliability(bins, title="Codes that people decided about"))

    def thumbnails(self, lot: str, *, count: int, side: int) -> list[tuple[int, bytes]]:
        """Return (position, JPEG) of the first photographs of a lot that are here and can be read."""
        from troostwatch.infrastructure.pixels.thumbnails import thumbnail

        with self.snapshot() as uow:
            photographs = [i.downloaded for i in uow.images.of_lot(lot) if i.downloaded and i.vanished_at is None]
        found: list[tuple[int, bytes]] = []
        for photograph in photographs:
            if len(found) == count:
                break
            with contextlib.suppress(ImageError):  # a sheet without it is still one
                source = self.process.photographs.open(photograph)
                data = thumbnail(source, side=side, max_pixels=self.settings.download.max_pixels)
                found.append((photograph.image.position, data))
        return found

    def crop(self, photograph: Stored, box: Box, name: str) -> Path:
        """Write a piece of a photograph for a person's eye and return its path. Raises ImageError."""
        from troostwatch.infrastructure.pixels import crops

        source = self.process.photographs.open(photograph)
        target = self.process.photographs.folder.parent / "review" / f"{name}.png"
        return crops.cut(source, box, target, max_pixels=self.settings.download.max_pixels)
