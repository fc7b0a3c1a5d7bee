"""What finds: the index of words, vectors, likeness of photographs; and what embeds for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from troostwatch.app import clock, needs, outputs
from troostwatch.app.process import Process
from troostwatch.app.requests import ModelChoice
from troostwatch.domain.second_opinion import Budget
from troostwatch.services.duplicates import DuplicateService
from troostwatch.services.search import SearchIndexService, SearchService

if TYPE_CHECKING:
    from troostwatch.services.image_embedding import EmbeddingReport, ImageEmbeddingService
    from troostwatch.services.paid_texts import PaidTextEmbedder
    from troostwatch.services.ports import Progress, Snapshots, Stop, UnitOfWork
    from troostwatch.services.requests import Selection
    from troostwatch.services.vector_search import VectorSearchService


@dataclass(frozen=True, slots=True)
class Finding:
    """The services that find and what prepares them, over one database; part of a workspace."""

    process: Process
    database: Path
    uow: UnitOfWork
    snapshot: Snapshots
    budget: Budget  # for the texts that are paid for

    def index(self, *, progress: Progress | None = None) -> SearchIndexService:
        return SearchIndexService(self.uow, self.snapshot, progress)

    def search(self, *, progress: Progress | None = None) -> SearchService:
        return SearchService(self.snapshot, clock.now, self.index(progress=progress), ways=(self.vectors().rankings,))

    def vectors(self) -> VectorSearchService:
        from troostwatch.infrastructure.persistence.vectors import VectorFiles
        from troostwatch.services.vector_search import VectorSearchService

        models, settings = self.process.models, self.process.settings
        return VectorSearchService(
            self.snapshot,
            clock.now,
            store=VectorFiles(outputs.vectors_of(self.database), faiss_from=settings.search.faiss_from),
            embedder=lambda stored: models.of_space(stored.space),
            require_embedding=needs.require_embedding,
            fetch=self.process.picture,
            image_weight=models.image_weight,
            paid=self.paid_texts,
            paid_model=settings.openai.embedding_model,
        )

    def duplicates(self, *, progress: Progress | None = None) -> DuplicateService:
        return DuplicateService(self.uow, self.snapshot, clock.now, self.process.hasher(), progress)

    def paid_texts(self) -> PaidTextEmbedder | None:
        """Return OpenAI's model of texts, or None where it is not wanted, not installed, or there is no key."""
        from troostwatch.services.paid_texts import PaidTextEmbedder

        model = self.process.models.paid_texts()
        return PaidTextEmbedder(self.uow, clock.now, model, self.budget) if model else None

    def embedding(self, chosen: ModelChoice, *, progress: Progress | None = None) -> ImageEmbeddingService:
        from troostwatch.services.image_embedding import ImageEmbeddingService

        return ImageEmbeddingService(
            self.uow,
            clock.now,
            photographs=self.process.photographs,
            embedder=lambda: self.process.models.embedder(chosen),
            paid=self.paid_texts,
            refresh_documents=self.index().refresh,
            max_attempts=self.process.settings.embedding.max_attempts,
            progress=progress,
        )

    def embed(
        self,
        chosen: ModelChoice,
        selection: Selection,
        stop: Stop,
        *,
        batch_size: int,
        progress: Progress | None = None,
    ) -> EmbeddingReport:
        """Embed what waits and make the files that search maps. Raises MissingDependencyError without the extra."""
        needs.require_embedding()
        report = self.embedding(chosen, progress=progress).embed_pending(selection, stop=stop, batch_size=batch_size)
        self.vectors().prepare()
        return report
