"""Photographs and texts of lots to vectors: batch by batch, each committed, each content once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from troostwatch.domain.counting import counted
from troostwatch.domain.embedding import LotText, Vector, WaitingPhotograph
from troostwatch.domain.errors import BudgetReachedError, ImageError, TroostwatchError
from troostwatch.domain.runs import Outcome, ended
from troostwatch.services.ports import (
    Clock,
    PhotographStore,
    Progress,
    Stop,
    TextEmbedder,
    UnitOfWork,
    VisionEmbedder,
    say_nothing,
    stopped_by,
)
from troostwatch.services.requests import Selection

if TYPE_CHECKING:
    from troostwatch.services.ports import Unit

_TEXTS_AT_ONCE = 64


@dataclass(slots=True)
class EmbeddingReport:
    """What became of all photographs asked for: `total` are those processed and those skipped or left."""

    total: int = 0
    successful: int = 0
    failed: int = 0
    skipped: int = 0  # have a vector of this space, or are parked
    texts: int = 0
    paid_texts: int = 0  # the same again, by a paid model in a space of its own
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)  # of photographs, and of the paid model
    stopped: Outcome | None = None

    @property
    def processed(self) -> int:
        return self.successful + self.failed

    @property
    def outcome(self) -> Outcome:
        return ended(self.stopped, failed=bool(self.failures))

    def counts(self) -> dict[str, int]:
        return {
            "total": self.total,
            "processed": self.processed,
            "successful": self.successful,
            "failed": self.failed,
            "skipped": self.skipped,
            "texts": self.texts,
            "paid_texts": self.paid_texts,
        }

    def summary(self) -> str:
        rate = f", {self.processed / self.seconds:.1f} a second" if self.processed and self.seconds else ""
        return (
            f"{counted(self.total, 'photograph')}: {self.processed} processed, {self.successful} successful, "
            f"{self.failed} failed, {self.skipped} skipped; {counted(self.texts, 'text')} of lots"
            f"{f' and {self.paid_texts} by OpenAI' if self.paid_texts else ''}; "
            f"{self.seconds:.1f} s{rate}" + (", stopped early" if self.stopped else "")
        )


class ImageEmbeddingService:
    """Gives every content a vector of one space, and every lot one of its text."""

    def __init__(
        self,
        uow: UnitOfWork,
        clock: Clock,
        *,
        photographs: PhotographStore,
        embedder: Callable[[], VisionEmbedder],
        paid: Callable[[], TextEmbedder | None] = lambda: None,
        refresh_documents: Callable[[], object],
        max_attempts: int,
        progress: Progress | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._store = photographs
        self._embedder = embedder
        self._paid = paid
        self._refresh_documents = refresh_documents
        self._max_attempts = max_attempts
        self._progress = progress or say_nothing

    def embed_pending(self, selection: Selection, *, stop: Stop, batch_size: int) -> EmbeddingReport:
        """Embed what has no vector of the model's space. Raises MissingDependencyError when there is no model."""
        started = time.perf_counter()
        report, lots = EmbeddingReport(), selection.lots
        embedder = self._embedder()
        with self._uow() as uow:
            space = uow.embeddings.enter_space(embedder.space, now=self._clock())
            waiting = uow.embeddings.waiting(space, now=self._clock(), lots=lots)
            report.total = uow.embeddings.contents(lots)
            uow.commit()
        report.skipped = report.total - len(waiting)
        self._photographs(embedder, space, waiting[: selection.limit], batch_size, stop, report)
        if not report.stopped:
            report.texts = self.embed_texts(embedder, space, stop=stop, lots=lots)
            self._embed_paid(report, stop, lots)
        report.seconds = round(time.perf_counter() - started, 3)
        return report

    def _photographs(
        self,
        embedder: VisionEmbedder,
        space: int,
        waiting: Sequence[WaitingPhotograph],
        batch_size: int,
        stop: Stop,
        report: EmbeddingReport,
    ) -> None:
        started = time.perf_counter()
        batches = embedder.embed_photographs(waiting, self._store.open, batch_size=batch_size)
        try:
            for batch in batches:
                self._record(space, batch, report)
                rate = report.processed / (time.perf_counter() - started)
                self._progress(report.processed, len(waiting), f"{rate:.1f}/s")
                if stop.requested and report.processed < len(waiting):
                    report.stopped = stopped_by(stop)
                    return
        finally:
            batches.close()

    def _record(
        self, space: int, batch: Sequence[tuple[WaitingPhotograph, Vector | ImageError]], report: EmbeddingReport
    ) -> None:
        vectors: dict[str, Vector] = {}
        now = self._clock()
        with self._uow() as uow:
            for photograph, result in batch:
                if isinstance(result, ImageError):
                    self._record_failure(uow, photograph, result)
                    report.failed += 1
                    report.failures.append(f"{photograph.lot} {photograph.path}: {result}")
                else:
                    vectors[photograph.sha256] = result
            uow.embeddings.record_photographs(space, vectors, now=now)
            uow.commit()
        report.successful += len(vectors)

    def _record_failure(self, uow: Unit, photograph: WaitingPhotograph, error: ImageError) -> None:
        parked = error.permanent or photograph.attempts + 1 >= self._max_attempts
        uow.embeddings.record_failure(photograph.sha256, str(error), parked=parked, now=self._clock())

    def _embed_paid(self, report: EmbeddingReport, stop: Stop, lots: Sequence[str]) -> None:
        """Let the paid model, where there is one, embed the texts as well; what came is kept when it fails."""
        paid = self._paid()
        if paid is None:
            return
        with self._uow() as uow:
            space = uow.embeddings.enter_space(paid.space, now=self._clock())
            uow.commit()
        try:
            report.paid_texts = self.embed_texts(paid, space, stop=stop, lots=lots)
        except BudgetReachedError as error:
            report.stopped = Outcome.OVER_BUDGET
            report.failures.append(str(error))
        except TroostwatchError as error:
            report.failures.append(str(error))

    def embed_texts(self, embedder: TextEmbedder, space: int, *, stop: Stop, lots: Sequence[str] = ()) -> int:
        """Give lots whose text is new or changed a vector of it; return how many."""
        self._refresh_documents()
        with self._uow() as uow:
            waiting = iter(list(uow.embeddings.waiting_texts(space, lots)))
        done = 0
        for part in _parts(waiting):
            if stop.requested:
                break
            vectors = embedder.embed_texts([text.text for text in part])
            with self._uow() as uow:
                uow.embeddings.record_texts(space, list(zip(part, vectors, strict=True)), now=self._clock())
                uow.commit()
            done += len(part)
        return done


def _parts(texts: Iterator[LotText]) -> Iterator[list[LotText]]:
    while part := list(islice(texts, _TEXTS_AT_ONCE)):
        yield part
