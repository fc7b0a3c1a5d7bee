"""What the services need from the world, in their own words. Infrastructure happens to fit; the app joins them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import IO, TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.embedding import EmbeddingSpace, Vector, WaitingPhotograph
from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Box
from troostwatch.domain.images import (
    Content,
    Downloaded,
    Fetched,
    FetchFailed,
    LotImage,
    OpenPhotograph,
    Stored,
)
from troostwatch.domain.lots import (
    FailedItem,
    ListingPage,
    LotDetailData,
    PageAddress,
)
from troostwatch.domain.readings import Analysis
from troostwatch.domain.runs import Outcome
from troostwatch.domain.second_opinion import Question, View
from troostwatch.domain.vectors import Near, StoredSpace, VectorKind

if TYPE_CHECKING:
    from troostwatch.infrastructure.db.unit_of_work import SqliteSnapshot, SqliteUnitOfWork

    Snapshot: TypeAlias = SqliteSnapshot
    Unit: TypeAlias = SqliteUnitOfWork

Clock = Callable[[], datetime]


class Stop(Protocol):
    """Set by a signal or by the clock: finish the item in hand and start no other."""

    @property
    def requested(self) -> bool: ...
    @property
    def out_of_time(self) -> bool: ...


class NeverStop:
    """Nobody wants this run to stop before its end."""

    requested = False
    out_of_time = False


def stopped_by(stop: Stop) -> Outcome:
    """Return how a run ends that was asked to stop."""
    return Outcome.OUT_OF_TIME if stop.out_of_time else Outcome.STOPPED


# One transaction over the repositories; without `commit()` the end of the block rolls back. A snapshot has no
# `commit`: it reads as of one moment and waits for nobody. There is one implementation, named by its type alone.
UnitOfWork = Callable[[], AbstractContextManager["Unit"]]
Snapshots = Callable[[], AbstractContextManager["Snapshot"]]


class PhotographStore(Protocol):
    """Keeps the photographs that were downloaded, and gives out no other bytes than those that came.

    `open` raises ImageError for one that is lost, or changed since. What is written to the file of `receiving` stays
    when it is `put`; else it is gone.
    """

    def open(self, photograph: Stored) -> bytes: ...
    def receiving(self, image: LotImage) -> AbstractContextManager[IO[bytes]]: ...
    def put(self, file: IO[bytes], image: LotImage, content: Content) -> Fetched: ...
    def share(self, known: Stored, waiting: LotImage, content: Content) -> Fetched: ...
    def names(self) -> set[str]: ...
    def digest(self, path: str) -> str | None: ...


class PhotographSource(Protocol):
    """Fetches photographs and puts them into the store; several at once, results as they come."""

    def fetch_all(self, images: Sequence[LotImage], stop: Stop) -> Iterator[Fetched | FetchFailed]: ...
    def share(self, known: Stored, waiting: LotImage, content: Content) -> Fetched: ...


class Analyzer(Protocol):
    """Reads photographs, perhaps several at once; results as they come, in any order."""

    def analyze_all(self, photographs: Iterable[Downloaded]) -> Iterator[tuple[Downloaded, Analysis | ImageError]]: ...


class TextEmbedder(Protocol):
    """Turns texts into vectors of length 1 of one space."""

    @property
    def space(self) -> EmbeddingSpace: ...
    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class PaidTextModel(Protocol):
    """Turns texts into vectors for money."""

    @property
    def space(self) -> EmbeddingSpace: ...
    def most_eur(self, texts: Sequence[str]) -> float: ...
    def ask(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], int, float]: ...


class VisionEmbedder(TextEmbedder, Protocol):
    """Turns photographs into vectors of the same space, batches as they come."""

    def embed_image(self, source: bytes) -> Vector: ...
    def embed_photographs(
        self, waiting: Sequence[WaitingPhotograph], open_photograph: OpenPhotograph, *, batch_size: int
    ) -> Generator[list[tuple[WaitingPhotograph, Vector | ImageError]]]: ...


class VectorIndex(Protocol):
    """Many vectors, to be searched."""

    @property
    def size(self) -> int: ...
    @property
    def recall(self) -> float | None: ...
    def search(
        self, asked: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None = None
    ) -> list[Near]: ...


class VectorStore(Protocol):
    """Keeps vectors where they can be searched, as new as the database."""

    def open(
        self, kind: VectorKind, stored: StoredSpace, rows: Callable[[], Iterator[tuple[int, bytes]]]
    ) -> VectorIndex: ...


class Hasher(Protocol):
    """Computes perceptual hashes of photographs, several at once; results in their order."""

    @property
    def version(self) -> int: ...
    def hash_all(self, photographs: Sequence[Stored]) -> Iterator[bytes | ImageError | None]: ...


class SecondReader(Protocol):
    """Is shown a photograph, or a piece of one, and names codes. Paid by the question; used by several threads."""

    name: str
    model: str
    prompt_version: str

    @property
    def version(self) -> str: ...
    @property
    def dearest_call(self) -> float: ...
    def ask(self, photograph: Stored, view: View, box: Box | None) -> Question: ...


class PageSource(Protocol):
    """Reads pages of the site, politely, and pages saved on disk; always one at a time."""

    def locate(self, source: str) -> PageAddress | None: ...
    def saved(self, source: str) -> Iterator[LotDetailData | ListingPage | FailedItem]: ...
    def listing(self, address: PageAddress) -> Iterator[ListingPage | FailedItem]: ...
    def lot(self, address: PageAddress) -> LotDetailData: ...


OpenPages = Callable[[], AbstractContextManager[PageSource]]

# Told how many items are done, of how many (where that is known), and which is next.
Progress = Callable[[int, int | None, str], None]


def say_nothing(_done: int, _total: int | None, _what: str) -> None:
    """Be the progress that nobody watches."""


class FileInventory(Protocol):
    """The files of photographs that lie on disk, by path relative to their folder."""

    def files(self) -> set[str]: ...
    def digest(self, path: str) -> str | None: ...
