"""What lives as long as the process: settings, models, clients and readers. Threads may share it."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from troostwatch.app import clock, needs
from troostwatch.config import Settings, keys
from troostwatch.domain.decisions import settle
from troostwatch.domain.embedding import EmbeddingSpace, image_weight
from troostwatch.domain.errors import MissingDependencyError
from troostwatch.domain.readings import Analysis, Backend, OcrEngine
from troostwatch.domain.remedies import Remedy
from troostwatch.infrastructure.db.unit_of_work import open_database
from troostwatch.infrastructure.files import Place, write
from troostwatch.infrastructure.photographs.store import FolderStore

if TYPE_CHECKING:
    from troostwatch.app.workspace import Workspace
    from troostwatch.domain.tokens import TokenRow
    from troostwatch.infrastructure.ai.image_embedder import ClipEmbedder
    from troostwatch.infrastructure.ai.openai_analyzer import OpenaiReader
    from troostwatch.infrastructure.ai.openai_api import Connection
    from troostwatch.infrastructure.ai.openai_embedder import OpenaiTexts
    from troostwatch.infrastructure.http.client import ClientOptions
    from troostwatch.infrastructure.photographs.downloader import ImageDownloader
    from troostwatch.infrastructure.pixels.perceptual_hash import PhotographHasher
    from troostwatch.infrastructure.web.site import PageSource
    from troostwatch.services.ports import Analyzer
    from troostwatch.services.retraining import Train

_THREADS = min(4, os.cpu_count() or 1)  # that decode photographs beside other work


@dataclass(frozen=True, slots=True)
class EmbeddingChoice:
    """What a door says about the model, in place of the settings."""

    model: str | None = None
    pretrained: str | None = None
    weights: Path | None = None
    device: str | None = None


class Process:
    """Makes readers, models and clients from the settings; heavy rooms are entered when first asked for.

    Models are loaded once and kept. Every method may be called from any thread.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.photographs = FolderStore(settings.paths.images)  # the one way to the folder of photographs
        self._models: dict[object, ClipEmbedder] = {}
        self._loading = threading.Lock()

    @contextmanager
    def open(self, database: Path, *, create: bool = True, dry_run: bool = False) -> Iterator[Workspace]:
        """Open a database for the length of a block; see `connect`."""
        with self.connect(database, create=create, dry_run=dry_run) as workspace:
            yield workspace

    def connect(self, database: Path, *, create: bool = True, dry_run: bool = False) -> Workspace:
        """Open a database for the thread that asks, and join everything that works on it.

        For a dry run a database that does not exist yet is made in memory.
        """
        from troostwatch.app.workspace import Workspace

        in_memory = dry_run and not database.exists()
        return Workspace(self, database, open_database(Path(":memory:") if in_memory else database, create=create))

    # Readers

    def analyzer(self, backend: Backend, engine: OcrEngine | None, jobs: int | None) -> Analyzer:
        """Return the reader of a backend. Raises MissingDependencyError for one that cannot work here."""
        needs.require(backend)
        from troostwatch.infrastructure.ai import image_analyzer, pool

        engine = engine or self.settings.analysis.ocr_engine
        image_analyzer.check(engine)
        opened, max_pixels = self.photographs.open, self.settings.download.max_pixels
        here = pool.AnalysisPool(
            lambda photograph: (image_analyzer.analyze_photograph, (opened, photograph, engine, max_pixels)),
            jobs=jobs or self.settings.analysis.jobs,
            timeout_seconds=self.settings.analysis.timeout_seconds,
        )
        return self._label_service(here) if backend is Backend.ML else here

    def _label_service(self, here: Analyzer) -> Analyzer:
        """Return the label service as a reader, with reading here wherever it does not answer."""
        from troostwatch.infrastructure.ai.label_api_client import LabelApiAnalyzer, LabelAPIClient

        settings = self.settings.label_api
        client = LabelAPIClient(
            settings.url,
            token=keys().label_api,
            timeout_seconds=settings.timeout_seconds,
            attempts=settings.attempts,
        )
        return LabelApiAnalyzer(client, self.photographs.open, lambda: here, concurrency=settings.concurrency)

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
            self._openai(settings.model),
            Prices(settings.eur_per_million_input_tokens, settings.eur_per_million_output_tokens),
            self.photographs.open,
            max_pixels=self.settings.download.max_pixels,
        )

    def paid_text_model(self) -> OpenaiTexts | None:
        """Return OpenAI's model of texts, or None where it is not wanted, not installed, or there is no key."""
        if not (self.settings.embedding.openai_texts and keys().openai and importlib.util.find_spec("openai")):
            return None
        from troostwatch.infrastructure.ai.openai_api import Prices
        from troostwatch.infrastructure.ai.openai_embedder import OpenaiTexts

        settings = self.settings.openai
        return OpenaiTexts(
            self._openai(settings.embedding_model),
            Prices(settings.eur_per_million_embedding_tokens, 0.0),
            dimension=settings.embedding_dimension,
        )

    def _openai(self, model: str) -> Connection:
        from troostwatch.infrastructure.ai.openai_api import Connection

        settings, given = self.settings.openai, keys()
        return Connection(
            key=given.openai or "",
            base_url=settings.base_url or given.openai_base_url,
            model=model,
            timeout_seconds=settings.timeout_seconds,
            attempts=settings.attempts,
        )

    # Models

    def embedder(self, chosen: EmbeddingChoice | None = None, *, download: bool = True) -> ClipEmbedder:
        """Return the model of the settings, or the chosen one. Raises MissingDependencyError.

        Without `download` the weights have to be here: a search asks no hub.
        """
        from troostwatch.infrastructure.ai.image_embedder import ClipEmbedder, ClipOptions

        own, chosen = self.settings.embedding, chosen or EmbeddingChoice()
        named = chosen.model is not None or chosen.pretrained is not None  # then a file in the settings is not meant
        weights = chosen.weights or (None if named else own.weights)
        options = ClipOptions(
            model=chosen.model or own.model,
            pretrained=chosen.pretrained or own.pretrained,
            weights=weights,
            weights_sha256=own.weights_sha256 if weights == own.weights else None,
            device=chosen.device or own.device,
            threads=_THREADS,
            max_pixels=self.settings.download.max_pixels,
            download=download,
        )
        with self._loading:
            same = replace(options, download=True)  # once it is here, nobody need ask where it came from
            if same not in self._models:
                self._models[same] = ClipEmbedder(options)
            return self._models[same]

    def embedder_of(self, space: EmbeddingSpace) -> ClipEmbedder:
        """Return the model that made the vectors of a space. Raises MissingDependencyError when it is not to be had."""
        of_a_file = space.pretrained.startswith("sha256:")
        if of_a_file and self.settings.embedding.weights is None:
            raise MissingDependencyError(
                f"the vectors were made by weights in a file ({space.pretrained[:20]}…)",
                hint="set embedding.weights (and embedding.model) to it",
            )
        chosen = EmbeddingChoice() if of_a_file else EmbeddingChoice(space.model, space.pretrained)
        made = self.embedder(chosen, download=False)
        if made.space != space:
            raise MissingDependencyError(
                f"the vectors are of {space.model} {space.pretrained[:20]}, the settings name {made.space.model} "
                f"{made.space.pretrained[:20]}",
                hint=Remedy.EMBED_AGAIN.about("set embedding.model and embedding.weights to what made them"),
            )
        return made

    def image_weight(self, category: str | None) -> float:
        """Return how much a photograph counts beside the text, for an auction's category path or a kind of thing."""
        return image_weight(self.settings.embedding.image_weights, self.settings.embedding.categories, category)

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

    # Clients

    def pages(self) -> PageSource:
        from troostwatch.infrastructure.web.site import PageSource

        sync = self.settings.sync
        return PageSource(
            self._client_options(connections=2, per_host=1, delay=sync.delay_seconds, jitter=sync.jitter_seconds),
            sites=sync.sites,
            most_bytes=sync.max_page_bytes,
            clock=clock.now,
            respect_robots=sync.respect_robots,
        )

    def downloader(self, concurrency: int | None = None) -> ImageDownloader:
        """Return what fetches photographs; `concurrency` overrides the setting."""
        from troostwatch.infrastructure.photographs.downloader import ImageDownloader, Limits

        download = self.settings.download
        at_once = concurrency or download.concurrency
        return ImageDownloader(
            self.photographs,
            self._client_options(connections=at_once, per_host=min(at_once, download.per_host)),
            Limits(most_bytes=download.max_bytes, most_pixels=download.max_pixels),
            concurrency=at_once,
        )

    def picture(self, source: str) -> bytes:
        """Return the bytes of a picture in a file or at an address. Raises UsageError and HttpError."""
        from troostwatch.infrastructure.persistence.pictures import picture

        options = self._client_options(connections=1, per_host=1)
        return picture(source, options, most_bytes=self.settings.download.max_bytes)

    def _client_options(
        self, *, connections: int, per_host: int, delay: float = 0.0, jitter: float = 0.0
    ) -> ClientOptions:
        from troostwatch.infrastructure.http.client import ClientOptions

        network = self.settings.network
        return ClientOptions(
            user_agent=network.user_agent,
            allow_private=network.allow_private,
            timeout_seconds=network.timeout_seconds,
            attempts=network.attempts,
            connections=connections,
            per_host=per_host,
            delay_seconds=delay,
            jitter_seconds=jitter,
        )
