"""The only place that joins services to infrastructure."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from troostwatch.config import CONFIG_NAME, Configuration, Settings, keys, secrets
from troostwatch.domain.calibration import Bin
from troostwatch.domain.codes import Code
from troostwatch.domain.decisions import settle
from troostwatch.domain.embedding import OTHER, EmbeddingSpace, kind_of_category
from troostwatch.domain.errors import ImageError, MissingDependencyError
from troostwatch.domain.geometry import Box
from troostwatch.domain.images import RetryPolicy, Thresholds
from troostwatch.domain.learning.training_report import manifest_path
from troostwatch.domain.readings import Analysis, Backend, OcrEngine
from troostwatch.domain.runs import Stage
from troostwatch.domain.second_opinion import Budget
from troostwatch.domain.secrets import without_secrets
from troostwatch.infrastructure.db.care import backup
from troostwatch.infrastructure.db.connection import connect
from troostwatch.infrastructure.db.schema import migrations
from troostwatch.infrastructure.db.unit_of_work import SqliteUnitOfWork, open_database
from troostwatch.infrastructure.files import Place as Place
from troostwatch.infrastructure.files import Protected as Protected
from troostwatch.infrastructure.files import place_for_output as place_for_output
from troostwatch.infrastructure.files import write
from troostwatch.infrastructure.files import writing as writing
from troostwatch.infrastructure.observability import logs
from troostwatch.infrastructure.observability.stop import StopFlag
from troostwatch.infrastructure.persistence.inventory import FolderInventory
from troostwatch.infrastructure.persistence.lock import stage_lock
from troostwatch.services.batch import BatchReport, Step, run_all
from troostwatch.services.care import CareService
from troostwatch.services.duplicates import DuplicateService, HashReport
from troostwatch.services.image_analysis import AnalysisReport, ImageAnalysisService
from troostwatch.services.reports import ReportService
from troostwatch.services.review import ReviewService
from troostwatch.services.runs import AnyReport, RunLog
from troostwatch.services.search import SearchIndexService, SearchService
from troostwatch.services.token_export import LabelImportService

if TYPE_CHECKING:
    import sqlite3

    from troostwatch.domain.tokens import TokenRow
    from troostwatch.infrastructure.ai.image_embedder import ClipEmbedder
    from troostwatch.infrastructure.ai.openai_api import Connection
    from troostwatch.infrastructure.http.client import ClientOptions
    from troostwatch.services.demo import DrawnAuction
    from troostwatch.services.image_download import DownloadReport, ImageDownloadService
    from troostwatch.services.image_embedding import EmbeddingReport, ImageEmbeddingService
    from troostwatch.services.paid_texts import PaidTextEmbedder
    from troostwatch.services.ports import Analyzer, Progress, Stop
    from troostwatch.services.retraining import RetrainingService
    from troostwatch.services.second_opinions import SecondOpinionService
    from troostwatch.services.sync.report import SyncReport
    from troostwatch.services.sync.sync import SyncService
    from troostwatch.services.vector_search import VectorSearchService


_OF_A_DATABASE = ("", "-wal", "-shm", "-journal")
_THREADS = min(4, os.cpu_count() or 1)  # that decode photographs beside other work


def now() -> datetime:
    return datetime.now(UTC)


def listening(*, max_minutes: float | None = None) -> StopFlag:
    """Return a flag that turns true on SIGTERM or when the minutes are over."""
    stop = StopFlag(max_seconds=None if max_minutes is None else max_minutes * 60)
    stop.listen()
    return stop


@dataclass(frozen=True, slots=True)
class Session:
    """What one command line works with: its settings and how it talks."""

    configuration: Configuration
    quiet: bool

    @property
    def settings(self) -> Settings:
        return self.configuration.settings

    def database(self, named: Path | None) -> Path:
        """Return the database to use: the one named by --db, or the configured one."""
        return named or self.settings.paths.database

    def protected(self, db_path: Path | None, *read: Path) -> Protected:
        """Tell what no output of a command may replace: data, settings, models, and the files that it reads."""
        files = dict.fromkeys(read, "a file that is read here")
        folders = {self.settings.paths.images: "the folder of photographs"}
        for database in {self.database(db_path), self.settings.paths.database}:
            folders[_vectors_of(database)] = "the folder of vectors"
            files |= {database.with_name(database.name + ending): "the database" for ending in _OF_A_DATABASE}
        model, weights = self.settings.learning.model, self.settings.embedding.weights
        files |= {model: "the token classifier", manifest_path(model): "the manifest of the token classifier"}
        if weights:
            files[weights] = "the weights of the model that embeds"
        # Where no settings were read, a file of this name would be the settings of the next run.
        files[self.configuration.file or Path(CONFIG_NAME)] = "the file of settings"
        return Protected(files, folders)

    @contextmanager
    def open(self, db_path: Path | None, *, create: bool = True, rehearsal: bool = False) -> Iterator[Application]:
        """Open the database and join everything that works on it; closed at the end of the block.

        For a rehearsal a database that does not exist yet is thought up in memory.
        """
        path = self.database(db_path)
        thought_up = rehearsal and not path.exists()
        connection = open_database(Path(":memory:") if thought_up else path, create=create)
        try:
            yield Application(self.settings, path, connection)
        finally:
            connection.close()

    def read_file(self, path: Path, engine: OcrEngine | None, *, draw_to: Place | None = None) -> Analysis:
        """Read a picture file that no database knows; with `draw_to` write what was seen there.

        Raises ImageError when it cannot be read.
        """
        from troostwatch.infrastructure.ai import image_analyzer
        from troostwatch.infrastructure.pixels import drawing

        engine = engine or self.settings.analysis.ocr_engine
        image_analyzer.check(engine)
        most = self.settings.download.max_pixels
        analysis = image_analyzer.analyze_file(str(path), engine, most)
        codes = settle(analysis.codes, (), auto_approve_threshold=self.settings.analysis.auto_approve_threshold)
        if draw_to:
            picture = drawing.draw_codes(path, codes, draw_to.suffix, max_pixels=most, readings=analysis.readings)
            write(draw_to, picture)
        return replace(analysis, codes=tuple(codes))


def _vectors_of(database: Path) -> Path:
    return database.with_name(database.name + ".vectors")


def session(configuration: Configuration, *, verbosity: int, quiet: bool) -> Session:
    logs.set_up(verbosity=verbosity, quiet=quiet, secrets=secrets())
    return Session(configuration, quiet)


def schema_status(database: Path) -> dict[str, object]:
    """Tell how a database stands to this program, without changing it."""
    connection = connect(database, create=False)
    try:
        found = migrations.version(connection)
    finally:
        connection.close()
    return {
        "database": str(database),
        "version": found,
        "program": migrations.CURRENT_SCHEMA_VERSION,
        "missing": ", ".join(f"{m.version:04d}_{m.name}" for m in migrations.available() if m.version > found)
        or "none",
    }


@contextmanager
def demo_folder(folder: Path) -> Iterator[None]:
    """Make or empty a folder for a demonstration, and keep another one out of it while the block runs."""
    from troostwatch.infrastructure.persistence import demo_folder

    demo_folder.claim(folder)
    with stage_lock(folder / demo_folder.DATABASE, "demo"):
        demo_folder.clear(folder)
        yield


@contextmanager
def drawn_auction(seed: int, *, lots: int, hardship: float) -> Iterator[DrawnAuction]:
    """Draw an auction and serve it on loopback while the block runs."""
    from troostwatch.domain.comparison import TrueCode
    from troostwatch.infrastructure.synthetic import auction, site
    from troostwatch.services.demo import DrawnAuction

    drawn = auction.draw_auction(seed, lots=lots, hardship=hardship)
    with site.serve(drawn) as served:
        yield DrawnAuction(
            name=drawn.name,
            url=served.auction_url,
            site=served.base_url,
            lots=len(drawn.lots),
            photographs=sum(len(lot.photographs) for lot in drawn.lots),
            codes=tuple(
                TrueCode(
                    lot.display_id, position, served.base_url + photograph.path,
                    code.type, code.value, code.accepted, code.required,
                )
                for lot in drawn.lots
                for position, photograph in enumerate(lot.photographs)
                for code in photograph.truth.codes
            ),
        )  # fmt: skip


def require(backend: Backend) -> None:
    """Raise MissingDependencyError for a backend that cannot work here: OpenAI without its package or a key."""
    if backend is not Backend.OPENAI:
        return
    if importlib.util.find_spec("openai") is None:
        raise MissingDependencyError(
            "the package openai is not installed, so nobody can be asked", hint="pip install 'troostwatch[openai]'"
        )
    if not keys().openai:
        raise MissingDependencyError(
            "there is no OPENAI_API_KEY in the environment, so OpenAI cannot be asked",
            hint="export OPENAI_API_KEY=…; nothing was read",
        )


def _learning(module: str) -> Any:  # noqa: ANN401 (a module)
    """Return a module of the room of learning, which works only where scikit-learn is installed."""
    try:
        return importlib.import_module(f"troostwatch.infrastructure.learning.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("troostwatch"):
            raise
        raise MissingDependencyError(
            f"training needs {error.name}, which is not installed", hint="pip install 'troostwatch[ml]'"
        ) from error


@dataclass(frozen=True, slots=True)
class EmbeddingChoice:
    """What a command line says about the model, in place of the settings."""

    model: str | None = None
    pretrained: str | None = None
    weights: Path | None = None
    device: str | None = None


def require_embedding() -> None:
    """Raise MissingDependencyError when the extra that embeds is not installed."""
    from troostwatch.infrastructure.ai import image_embedder

    image_embedder.check()


def embedder(settings: Settings, chosen: EmbeddingChoice, *, download: bool = True) -> ClipEmbedder:
    """Load the model of the settings, or the chosen one. Raises MissingDependencyError.

    Without `download` the weights have to be here: a search asks no hub.
    """
    from troostwatch.infrastructure.ai.image_embedder import ClipEmbedder, ClipOptions

    own = settings.embedding
    named = chosen.model is not None or chosen.pretrained is not None  # then a file in the settings is not meant
    weights = chosen.weights or (None if named else own.weights)
    return ClipEmbedder(
        ClipOptions(
            model=chosen.model or own.model,
            pretrained=chosen.pretrained or own.pretrained,
            weights=weights,
            weights_sha256=own.weights_sha256 if weights == own.weights else None,
            device=chosen.device or own.device,
            threads=_THREADS,
            max_pixels=settings.download.max_pixels,
            folder=settings.paths.images,
            download=download,
        )
    )


def embedder_of(settings: Settings, space: EmbeddingSpace) -> ClipEmbedder:
    """Load the model that made the vectors of a space. Raises MissingDependencyError when it is not to be had."""
    of_a_file = space.pretrained.startswith("sha256:")
    if of_a_file and settings.embedding.weights is None:
        raise MissingDependencyError(
            f"the vectors were made by weights in a file ({space.pretrained[:20]}…)",
            hint="set embedding.weights (and embedding.model) to it",
        )
    chosen = EmbeddingChoice() if of_a_file else EmbeddingChoice(space.model, space.pretrained)
    made = embedder(settings, chosen, download=False)
    if made.space != space:
        raise MissingDependencyError(
            f"the vectors are of {space.model} {space.pretrained[:20]}, the settings name {made.space.model} "
            f"{made.space.pretrained[:20]}",
            hint="run 'troostwatch images embed', or set embedding.model and embedding.weights to what made them",
        )
    return made


def image_weight(settings: Settings, category: str | None) -> float:
    """Return how much a photograph counts beside the text, for an auction's category path or a kind of thing."""
    own = settings.embedding
    kind = category if category in own.image_weights else kind_of_category(category, own.categories)
    return own.image_weights.get(kind or OTHER, own.image_weights.get(OTHER, 0.6))


def fetched_picture(settings: Settings, source: str) -> bytes:
    """Return the bytes of a picture in a file or at an address. Raises UsageError and HttpError."""
    from troostwatch.infrastructure.persistence.pictures import picture

    options = client_options(settings, connections=1, per_host=1)
    return picture(source, options, most_bytes=settings.download.max_bytes)


def client_options(
    settings: Settings, *, connections: int, per_host: int, delay: float = 0.0, jitter: float = 0.0
) -> ClientOptions:
    from troostwatch.infrastructure.http.client import ClientOptions

    network = settings.network
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


class Application:
    """The services, joined to one database. Heavy rooms (readers, HTTP) are entered when first asked for."""

    def __init__(self, settings: Settings, database: Path, connection: sqlite3.Connection) -> None:
        self.settings = settings
        self.database = database
        self._connection = connection
        self._runs = RunLog(self.uow, now, lambda text: without_secrets(text, secrets()))

    def uow(self) -> SqliteUnitOfWork:
        return SqliteUnitOfWork(self._connection)

    def snapshot(self) -> SqliteUnitOfWork:
        """A unit of work that only reads: it waits for nobody and sees one moment."""
        return SqliteUnitOfWork(self._connection, reads_only=True)

    def run(self, stage: Stage, work: Callable[[Stop], AnyReport], *, stop: Stop | None = None) -> AnyReport:
        """Do the work of a stage under its lock, with SIGTERM heard and a row in `runs`.

        Raises LockedError at once when another run of this stage works on the same database.
        """
        with stage_lock(self.database, stage):
            return self._runs.record(stage, lambda: work(stop or listening()))

    def rehearse(self, work: Callable[[Stop], AnyReport]) -> AnyReport:
        """Do work that writes nothing: without a lock and without a row in `runs`."""
        return work(listening())

    def sync(self, *, progress: Progress | None = None) -> SyncService:
        from troostwatch.infrastructure.web.site import PageSource
        from troostwatch.services.sync.sync import SyncService

        sync = self.settings.sync
        options = client_options(
            self.settings, connections=2, per_host=1, delay=sync.delay_seconds, jitter=sync.jitter_seconds
        )

        def pages() -> PageSource:
            return PageSource(
                options,
                sites=sync.sites,
                most_bytes=sync.max_page_bytes,
                clock=now,
                respect_robots=sync.respect_robots,
            )

        refresh_after = timedelta(hours=sync.refresh_after_hours)
        return SyncService(self.uow, pages, now, refresh_after=refresh_after, progress=progress)

    def image_downloads(
        self, *, concurrency: int | None = None, progress: Progress | None = None
    ) -> ImageDownloadService:
        """Return the service that fetches photographs; `concurrency` overrides the setting."""
        from troostwatch.infrastructure.persistence.images import ImageDownloader, Limits
        from troostwatch.services.image_download import ImageDownloadService

        download = self.settings.download
        at_once = concurrency or download.concurrency
        downloader = ImageDownloader(
            self.settings.paths.images,
            client_options(self.settings, connections=at_once, per_host=min(at_once, download.per_host)),
            Limits(most_bytes=download.max_bytes, most_pixels=download.max_pixels),
            concurrency=at_once,
        )
        policy = RetryPolicy(max_attempts=download.max_attempts)
        return ImageDownloadService(self.uow, downloader, now, policy, progress=progress)

    def images(self, *, concurrency: int | None = None, progress: Progress | None = None) -> ImageAnalysisService:
        settings = self.settings.analysis
        return ImageAnalysisService(
            self.uow,
            now,
            downloads=lambda: self.image_downloads(concurrency=concurrency, progress=progress),
            analyzer_for=self._analyzer,
            thresholds=Thresholds(settings.confidence_threshold, settings.auto_approve_threshold),
            max_attempts=settings.max_attempts,
            inventory=FolderInventory(self.settings.paths.images),
            progress=progress,
        )

    def _analyzer(self, backend: Backend, engine: OcrEngine | None, jobs: int | None) -> Analyzer:
        require(backend)
        from troostwatch.infrastructure.ai import image_analyzer, pool

        engine = engine or self.settings.analysis.ocr_engine
        image_analyzer.check(engine)
        folder, max_pixels = self.settings.paths.images, self.settings.download.max_pixels
        here = pool.AnalysisPool(
            lambda image: (
                image_analyzer.analyze_file,
                (str(folder / (image.local_path or "")), engine, max_pixels, image.sha256),
            ),
            jobs=jobs or self.settings.analysis.jobs,
            timeout_seconds=self.settings.analysis.timeout_seconds,
        )
        return self._label_service(here) if backend is Backend.ML else here

    def _label_service(self, here: Analyzer) -> Analyzer:
        """Return the label service as a reader, with reading here wherever it does not answer."""
        from troostwatch.infrastructure.ai import image_analyzer
        from troostwatch.infrastructure.ai.label_api_client import LabelApiAnalyzer, LabelAPIClient

        settings, folder = self.settings.label_api, self.settings.paths.images
        client = LabelAPIClient(
            settings.url,
            token=keys().label_api,
            timeout_seconds=settings.timeout_seconds,
            attempts=settings.attempts,
        )
        return LabelApiAnalyzer(
            client,
            lambda image: image_analyzer.file_bytes(str(folder / (image.local_path or "")), image.sha256),
            lambda: here,
            concurrency=settings.concurrency,
        )

    def second_opinions(self, *, progress: Progress | None = None) -> SecondOpinionService:
        """Return the service that asks OpenAI. Raises MissingDependencyError without its package or a key."""
        require(Backend.OPENAI)
        from troostwatch.infrastructure.ai.openai_analyzer import OpenaiReader
        from troostwatch.infrastructure.ai.openai_api import Prices
        from troostwatch.services.second_opinions import SecondOpinionService

        settings = self.settings.openai
        reader = OpenaiReader(
            self._openai(settings.model),
            Prices(settings.eur_per_million_input_tokens, settings.eur_per_million_output_tokens),
            self.settings.paths.images,
            max_pixels=self.settings.download.max_pixels,
        )
        budget = self._budget()
        return SecondOpinionService(self.uow, now, reader, budget, concurrency=settings.concurrency, progress=progress)

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

    def _budget(self) -> Budget:
        settings = self.settings.openai
        return Budget(settings.calls_per_run, settings.calls_per_day, settings.eur_per_run, settings.eur_per_day)

    def paid_texts(self) -> PaidTextEmbedder | None:
        """Return OpenAI's model of texts, or None where it is not wanted, not installed, or there is no key."""
        if not (self.settings.embedding.openai_texts and keys().openai and importlib.util.find_spec("openai")):
            return None
        from troostwatch.infrastructure.ai.openai_api import Prices
        from troostwatch.infrastructure.ai.openai_embedder import OpenaiTexts
        from troostwatch.services.paid_texts import PaidTextEmbedder

        settings = self.settings.openai
        model = OpenaiTexts(
            self._openai(settings.embedding_model),
            Prices(settings.eur_per_million_embedding_tokens, 0.0),
            dimension=settings.embedding_dimension,
        )
        return PaidTextEmbedder(self.uow, now, model, self._budget())

    def review(self) -> ReviewService:
        return ReviewService(self.uow, now, snapshot=self.snapshot)

    def reports(self) -> ReportService:
        return ReportService(self.snapshot, now)

    def search_index(self, *, progress: Progress | None = None) -> SearchIndexService:
        return SearchIndexService(self.uow, self.snapshot, progress)

    def search(self, *, progress: Progress | None = None) -> SearchService:
        ways = (self.vector_search().rankings,)
        return SearchService(self.snapshot, now, self.search_index(progress=progress), ways)

    def vector_search(self) -> VectorSearchService:
        from troostwatch.infrastructure.persistence.vectors import VectorFiles
        from troostwatch.services.vector_search import VectorSearchService

        return VectorSearchService(
            self.snapshot,
            now,
            store=VectorFiles(_vectors_of(self.database), faiss_from=self.settings.search.faiss_from),
            embedder=lambda stored: embedder_of(self.settings, stored.space),
            require_embedding=require_embedding,
            fetch=lambda source: fetched_picture(self.settings, source),
            image_weight=lambda category: image_weight(self.settings, category),
            paid=self.paid_texts,
            paid_model=self.settings.openai.embedding_model,
        )

    def embedding(self, chosen: EmbeddingChoice, *, progress: Progress | None = None) -> ImageEmbeddingService:
        from troostwatch.services.image_embedding import ImageEmbeddingService

        return ImageEmbeddingService(
            self.uow,
            now,
            embedder=lambda: embedder(self.settings, chosen),
            paid=self.paid_texts,
            refresh_documents=self.search_index().refresh,
            max_attempts=self.settings.embedding.max_attempts,
            progress=progress,
        )

    def embed(
        self,
        chosen: EmbeddingChoice,
        *,
        batch_size: int | None = None,
        limit: int | None = None,
        lots: Sequence[str] = (),
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> EmbeddingReport:
        """Embed what waits, under the lock of its stage, and make the files that search maps.

        Raises MissingDependencyError without the extra, before the lock is asked for.
        """
        require_embedding()
        service = self.embedding(chosen, progress=progress)

        def work(stop: Stop) -> EmbeddingReport:
            size = batch_size or self.settings.embedding.batch_size
            report = service.embed_pending(stop=stop, batch_size=size, limit=limit, lots=lots)
            self.vector_search().prepare()
            return report

        return self.run(Stage.EMBED, work, stop=stop)

    def duplicates(self, *, progress: Progress | None = None) -> DuplicateService:
        from troostwatch.infrastructure.pixels.perceptual_hash import PhotographHasher

        hasher = PhotographHasher(
            self.settings.paths.images, max_pixels=self.settings.download.max_pixels, threads=_THREADS
        )
        return DuplicateService(self.uow, self.snapshot, now, hasher, progress)

    def labels(self) -> LabelImportService:
        return LabelImportService(self.uow, now)

    def retraining(self, *, force: bool = False) -> RetrainingService:
        """Return the service that trains the token classifier. Raises MissingDependencyError without scikit-learn."""
        from troostwatch.services.retraining import RetrainingService

        training = _learning("training")
        target = self.settings.learning.model
        return RetrainingService(self.uow, lambda rows: training.train(rows, target, now=now(), force=force, beat=True))

    def labelled_words(self, files: Sequence[Path]) -> Iterator[TokenRow]:
        """Yield the photographs of files of labelled words. Raises UsageError, naming the line."""
        rows: Iterator[TokenRow] = _learning("data").read(files)
        return rows

    def care(self) -> CareService:
        return CareService(self.snapshot, FolderInventory(self.settings.paths.images))

    def batch(self, stop: Stop) -> BatchReport:
        """Sync the configured sources, download, analyze, hash; each stage under its own lock and with its own row."""
        sources = self.settings.sync.sources
        tokens = self.settings.analysis.save_tokens

        def sync(stop: Stop) -> SyncReport:
            return self.sync().sync(sources, stop=stop, unattended=True)

        def download(stop: Stop) -> DownloadReport:
            return self.images().download_pending_images(stop=stop)

        def analyze(stop: Stop) -> AnalysisReport:
            return self.images().analyze_pending_images(Backend.LOCAL, stop=stop, save_tokens=tokens)

        def hash_missing(stop: Stop) -> HashReport:
            return self.duplicates().hash_missing(stop=stop)

        steps: list[Step] = [(Stage.SYNC, lambda: self.run(Stage.SYNC, sync, stop=stop))] if sources else []
        steps.append((Stage.DOWNLOAD, lambda: self.run(Stage.DOWNLOAD, download, stop=stop)))
        steps.append((Stage.ANALYZE, lambda: self.run(Stage.ANALYZE, analyze, stop=stop)))
        steps.append((Stage.HASH, lambda: self.run(Stage.HASH, hash_missing, stop=stop)))
        if self.settings.embedding.in_batch:
            steps.append((Stage.EMBED, lambda: self.embed(EmbeddingChoice(), stop=stop)))
        return run_all(steps, stop)

    def schema_version(self) -> int:
        return migrations.version(self._connection)

    def backup(self, place: Place) -> None:
        backup(self._connection, place)

    def photograph(self, relative: str | None) -> Path | None:
        """Return where a photograph lies on this machine."""
        return self.settings.paths.images / relative if relative else None

    def draw_codes(self, relative: str, codes: Sequence[Code], place: Place) -> None:
        """Write a photograph with its codes drawn on it. Raises ImageError."""
        from troostwatch.infrastructure.pixels import drawing

        source = self.settings.paths.images / relative
        write(place, drawing.draw_codes(source, codes, place.suffix, max_pixels=self.settings.download.max_pixels))

    def draw_reliability(self, bins: Sequence[Bin], place: Place) -> None:
        """Write the picture of how probabilities kept their word."""
        from troostwatch.infrastructure.pixels import reliability

        write(place, reliability.draw_reliability(bins, title="Codes that people decided about"))

    def thumbnails(self, lot: str, *, count: int, side: int) -> list[tuple[int, bytes]]:
        """Return (position, JPEG) of the first photographs of a lot that are here and can be read."""
        from troostwatch.infrastructure.pixels.thumbnails import thumbnail

        with self.snapshot() as uow:
            photographs = [i for i in uow.images.of_lot(lot) if i.local_path and i.vanished_at is None]
        found: list[tuple[int, bytes]] = []
        for photograph in photographs:
            if len(found) == count:
                break
            with contextlib.suppress(ImageError):  # a sheet without it is still one
                path = self.settings.paths.images / str(photograph.local_path)
                data = thumbnail(path, side=side, max_pixels=self.settings.download.max_pixels)
                found.append((photograph.position, data))
        return found

    def crop(self, relative: str, box: Box, name: str) -> Path:
        """Write a piece of a photograph for a person's eye and return its path. Raises ImageError."""
        from troostwatch.infrastructure.pixels import crops

        target = self.settings.paths.images.parent / "review" / f"{name}.png"
        return crops.cut(
            self.settings.paths.images / relative, box, target, max_pixels=self.settings.download.max_pixels
        )
