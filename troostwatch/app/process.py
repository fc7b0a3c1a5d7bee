"""What lives as long as the process: settings, models, clients and readers. Threads may share it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from troostwatch.app import clients, clock, needs
from troostwatch.app.models import Models
from troostwatch.config import Settings
from troostwatch.domain.decisions import settle
from troostwatch.domain.readings import Analysis, Backend, OcrEngine
from troostwatch.infrastructure.files import Place, write
from troostwatch.infrastructure.photographs.store import FolderStore

if TYPE_CHECKING:
    from troostwatch.domain.tokens import TokenRow
    from troostwatch.infrastructure.ai.openai_analyzer import OpenaiReader
    from troostwatch.infrastructure.photographs.downloader import ImageDownloader
    from troostwatch.infrastructure.pixels.perceptual_hash import PhotographHasher
    from troostwatch.infrastructure.web.site import PageSource
    from troostwatch.services.ports import Analyzer
    from troostwatch.services.requests import AnalysisRequest
    from troostwatch.services.retraining import Train

# How often the time without a sign of life one request may take, whatever comes meanwhile.
_FOR_A_PAGE, _FOR_A_PHOTOGRAPH = 4, 10
_THREADS = min(4, os.cpu_count() or 1)  # that decode photographs beside other work


class Process:
    """Makes readers, models and clients from the settings; heavy rooms are entered when first asked for.

    Models are loaded once and kept. Every method may be called from any thread.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.photographs = FolderStore(settings.paths.images)  # the one way to the folder of photographs
        self.models = Models(settings, threads=_THREADS)

    # Readers

    def analyzer(self, request: AnalysisRequest) -> Analyzer:
        """Return the reader of a backend. Raises MissingDependencyError for one that cannot work here."""
        needs.require(request.backend)
        from troostwatch.infrastructure.ai import image_analyzer, pool

        image_analyzer.check(request.engine)
        opened, max_pixels = self.photographs.open, self.settings.download.max_pixels
        here = pool.AnalysisPool(
            lambda photograph: (image_analyzer.analyze_photograph, (opened, photograph, request.engine, max_pixels)),
            jobs=request.jobs,
            timeout_seconds=self.settings.analysis.timeout_seconds,
        )
        return self._label_service(here) if request.backend is Backend.ML else here

    def _label_service(self, here: Analyzer) -> Analyzer:
        """Return the label service as a reader, with reading here wherever it does not answer."""
        from troostwatch.infrastructure.ai.label_api_client import LabelApiAnalyzer

        client, at_once = clients.label_service(self.settings), self.settings.label_api.concurrency
        return LabelApiAnalyzer(client, self.photographs.open, lambda: here, concurrency=at_once)

    def read_file(self, path: Path, engine: OcrEngine | None, *, draw_to: Place | None = None) -> Analysis:
        """Read a picture file that no database knows; see `read`."""
        from troostwatch.infrastructure.ai import image_analyzer

        return self.read(image_analyzer.file_bytes(path), engine, draw_to=draw_to)

    def read(self, picture: bytes, engine: OcrEngine | None, *, draw_to: Place | None = None) -> Analysis:
        """Read a picture that no database knows; with `draw_to` write what was seen there.

        Raises ImageError when it cannot be read.
        """
        from troostwatch.infrastructure.ai import image_analyzer
        from troostwatch.infrastructure.pixels import drawing

        engine = engine or self.settings.analysis.ocr_engine
        image_analyzer.check(engine)
        most = self.settings.download.max_pixels
        analysis = image_analyzer.analyze_picture(picture, engine, most)
        codes = settle(analysis.codes, (), auto_approve_threshold=self.settings.analysis.auto_approve_threshold)
        if draw_to:
            drawn = drawing.draw_codes(picture, codes, draw_to.suffix, max_pixels=most, readings=analysis.readings)
            write(draw_to, drawn)
        return replace(analysis, codes=tuple(codes))

    def second_reader(self) -> OpenaiReader:
        """Return OpenAI vision as a reader. Raises MissingDependencyError without its package or a key."""
        needs.require(Backend.OPENAI)
        from troostwatch.infrastructure.ai.openai_analyzer import OpenaiReader
        from troostwatch.infrastructure.ai.openai_api import Prices

        settings = self.settings.openai
        return OpenaiReader(
            clients.openai(self.settings, settings.model),
            Prices(settings.eur_per_million_input_tokens, settings.eur_per_million_output_tokens),
            self.photographs.open,
            max_pixels=self.settings.download.max_pixels,
        )

    def hasher(self) -> PhotographHasher:
        from troostwatch.infrastructure.pixels.perceptual_hash import PhotographHasher

        most = self.settings.download.max_pixels
        return PhotographHasher(self.photographs.open, max_pixels=most, threads=_THREADS)

    def trainer(self, *, force: bool) -> Train:
        """Return what trains the token classifier. Raises MissingDependencyError without scikit-learn."""
        training, target = needs.learning("training"), self.settings.learning.model
        return lambda rows: training.train(rows, target, now=clock.now(), force=force, beat=True)

    def labelled_words(self, files: Sequence[Path]) -> Iterator[TokenRow]:
        """Yield the photographs of files of labelled words. Raises UsageError, naming the line."""
        rows: Iterator[TokenRow] = needs.learning("data").read(files)
        return rows

    # Clients of other machines

    def pages(self) -> PageSource:
        from troostwatch.infrastructure.web.site import PageSource

        sync = self.settings.sync
        return PageSource(
            clients.http(
                self.settings,
                connections=2,
                per_host=1,
                patience=_FOR_A_PAGE,
                delay=sync.delay_seconds,
                jitter=sync.jitter_seconds,
            ),
            sites=sync.sites,
            most_bytes=sync.max_page_bytes,
            clock=clock.now,
            respect_robots=sync.respect_robots,
        )

    def downloader(self, at_once: int) -> ImageDownloader:
        """Return what fetches photographs, so many at once."""
        from troostwatch.infrastructure.photographs.downloader import ImageDownloader, Limits

        download = self.settings.download
        return ImageDownloader(
            self.photographs,
            clients.http(
                self.settings, connections=at_once, per_host=min(at_once, download.per_host), patience=_FOR_A_PHOTOGRAPH
            ),
            Limits(most_bytes=download.max_bytes, most_pixels=download.max_pixels),
            concurrency=at_once,
        )

    def picture(self, source: str) -> bytes:
        """Return the bytes of a picture in a file or at an address. Raises UsageError and HttpError."""
        from troostwatch.infrastructure.persistence.pictures import picture

        options = clients.http(self.settings, connections=1, per_host=1, patience=_FOR_A_PHOTOGRAPH)
        return picture(source, options, most_bytes=self.settings.download.max_bytes)
