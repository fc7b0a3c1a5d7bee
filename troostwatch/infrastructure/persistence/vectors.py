"""Vectors in files that are mapped into memory: made from the database, again when it changed, and searched."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.errors import TroostwatchError
from troostwatch.domain.remedies import Remedy
from troostwatch.domain.vectors import Near, StoredSpace, VectorKind, nearest

Rows = Callable[[], Iterator[tuple[int, bytes]]]

_FLOAT = np.dtype("<f4")
_NUMBER = np.dtype("<i8")
_ROWS_AT_ONCE = 4096
_FORGOTTEN_SECONDS = 3600.0

_RECALL_QUERIES = 32
_RECALL_AT = 200
_TRAINED_ON = 20_000  # vectors that tell the centre
_MOST_SHARES = 8  # each is looked through by one core
_PROPOSALS = (1_000, 4_000, 16_000)  # taken from faiss and scored exactly: the fewest that miss nothing


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """The vectors of one kind in one space as they were when the files were made."""

    matrix: NDArray[np.float32]
    numbers: NDArray[np.int64]
    faiss_files: tuple[Path, ...] = ()
    proposals: int = 0  # taken from faiss for up to `_RECALL_AT` vectors, and in proportion for more
    recall: float | None = None  # at `_RECALL_AT`, of the answers by faiss, measured when its files were made

    @property
    def size(self) -> int:
        return len(self.numbers)

    def search(self, asked: NDArray[np.float32], count: int, allowed: NDArray[np.int64] | None = None) -> list[Near]:
        """Return the `count` vectors nearest to any of the asked ones; with `allowed` of those numbers alone.

        Exact by numpy. Where files for faiss are there and all vectors are allowed, faiss proposes and the
        proposals are scored exactly.
        """
        if not self.faiss_files or allowed is not None:
            return nearest(self.matrix, self.numbers, asked, count, allowed)
        return _by_faiss(_read_faiss(self.faiss_files), self, asked, count, self.proposals)


class VectorFiles:
    """The folder beside a database where the vectors lie, in files named after space and change."""

    def __init__(self, folder: Path, *, faiss_from: int) -> None:
        self._folder = folder
        self._faiss_from = faiss_from

    def open(self, kind: VectorKind, stored: StoredSpace, rows: Rows) -> VectorIndex:
        """Return the index, made now from `rows` when its files are not there. Raises TroostwatchError.

        `rows` yields (number, float32 vector) in order of number.
        """
        stem = self._folder / f"{kind}-{stored.id}-{stored.changes}"
        try:
            if not _is_whole(stem, stored.space.dimension):
                self._make(stem, rows, stored.space.dimension)
                self._sweep(kind, stem)
            index = _mapped(stem, stored.space.dimension)
            return self._with_faiss(stem, index)
        except OSError as error:
            raise TroostwatchError(
                f"cannot keep vectors in {self._folder}: {error.strerror or error}",
                hint="free some space, or make the folder of the database one that you may write to",
            ) from error

    def _make(self, stem: Path, rows: Rows, dimension: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # The numbers are moved in before the vectors: who sees these finds those too.
        with _beside(stem.with_suffix(".f32")) as vectors, _beside(stem.with_suffix(".ids")) as numbers:
            for number, vector in rows():
                if len(vector) != dimension * _FLOAT.itemsize:
                    raise TroostwatchError(f"vector {number} is not of {dimension} numbers", hint=Remedy.VERIFY)
                vectors.write(vector)
                numbers.write(number.to_bytes(_NUMBER.itemsize, "little"))

    def _sweep(self, kind: VectorKind, stem: Path) -> None:
        """Remove what was made of older rows; who still has it open keeps it."""
        for path in self._folder.glob(f"{kind}-*"):
            if path.name.partition(".")[0] != stem.name:
                path.unlink(missing_ok=True)
        for path in self._folder.glob(f".{kind}-*.partial"):  # of a run that was killed, unless it is at work now
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _FORGOTTEN_SECONDS:
                    path.unlink()

    def _with_faiss(self, stem: Path, index: VectorIndex) -> VectorIndex:
        if len(index.numbers) < self._faiss_from or not _faiss_is_there():
            return index
        told = stem.with_suffix(".proposals.json")
        if not told.is_file():
            names = [f"{stem.name}.{number}.faiss" for number in range(min(_MOST_SHARES, os.cpu_count() or 1))]
            files = [stem.with_name(name) for name in names]
            _make_faiss(files, index)
            proposals, recall = _fewest_proposals(_read_faiss(tuple(files)), index)
            with _beside(told) as note:
                note.write(json.dumps({"files": names, "proposals": proposals, "recall": recall}).encode())
        known = json.loads(told.read_text())
        if known["recall"] < 1.0:  # numpy misses nothing
            return index
        files = [stem.with_name(name) for name in known["files"]]
        return replace(index, faiss_files=tuple(files), proposals=known["proposals"], recall=known["recall"])


@contextmanager
def _beside(target: Path) -> Iterator[IO[bytes]]:
    """Yield a file beside its place that is synced and moved in when the block ends well; nobody sees half of it."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _is_whole(stem: Path, dimension: int) -> bool:
    """Tell whether the files are there and as long as each other says: a disk that was full leaves shorter ones."""
    try:
        numbers, vectors = (stem.with_suffix(suffix).stat().st_size for suffix in (".ids", ".f32"))
    except FileNotFoundError:
        return False
    count, left = divmod(numbers, _NUMBER.itemsize)
    return not left and vectors == count * dimension * _FLOAT.itemsize


def _mapped(stem: Path, dimension: int) -> VectorIndex:
    numbers = np.fromfile(stem.with_suffix(".ids"), dtype=_NUMBER)
    shape = (len(numbers), dimension)
    if not len(numbers):  # nothing to map
        return VectorIndex(np.empty(shape, dtype=_FLOAT), numbers)
    return VectorIndex(np.memmap(stem.with_suffix(".f32"), dtype=_FLOAT, mode="r", shape=shape), numbers)


def _faiss_is_there() -> bool:
    return importlib.util.find_spec("faiss") is not None


def _make_faiss(targets: Sequence[Path], index: VectorIndex) -> None:
    """Write the vectors for faiss, a share to each file, by RaBitQ (Gao and Long, 2024): a bit for each number."""
    import faiss

    edges = np.linspace(0, index.size, len(targets) + 1).astype(int)
    step = max(1, index.size // _TRAINED_ON)
    sample = np.ascontiguousarray(index.matrix[::step])
    for target, start, stop in zip(targets, edges[:-1], edges[1:], strict=True):
        share = faiss.IndexRaBitQFastScan(index.matrix.shape[1], faiss.METRIC_INNER_PRODUCT)
        share.train(sample)
        for row in range(start, stop, _ROWS_AT_ONCE):
            share.add(np.ascontiguousarray(index.matrix[row : min(row + _ROWS_AT_ONCE, stop)]))
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        faiss.write_index(share, str(partial))
        partial.replace(target)


def _fewest_proposals(made: Any, index: VectorIndex) -> tuple[int, float]:  # noqa: ANN401 (an index of faiss)
    """Return how many proposals miss none of the nearest to some vectors of the index, and the recall by so many.

    Where the most that are tried miss some, the recall is below 1.
    """
    chosen = np.random.default_rng(0).choice(index.size, size=min(_RECALL_QUERIES, index.size), replace=False)
    queries = [np.array(index.matrix[row : row + 1]) for row in sorted(chosen)]
    exact = [_numbers(nearest(index.matrix, index.numbers, asked, _RECALL_AT)) for asked in queries]
    for proposals in _PROPOSALS:
        quick = [_numbers(_by_faiss(made, index, asked, _RECALL_AT, proposals)) for asked in queries]
        found = sum(len(right & got) for right, got in zip(exact, quick, strict=True))
        recall = found / sum(map(len, exact))
        if recall == 1.0:
            break
    return proposals, recall


def _numbers(near: Sequence[Near]) -> set[int]:
    return {one.number for one in near}


@lru_cache(maxsize=len(VectorKind))  # the name of a file says what it was made of
def _read_faiss(files: tuple[Path, ...]) -> Any:  # noqa: ANN401 (an index of faiss)
    """Return an index of which each share is looked through by a thread of its own."""
    import faiss

    shares = [faiss.read_index(str(file)) for file in files]
    together = faiss.IndexShards(shares[0].d, True, True)  # threads; numbers go on from share to share
    for share in shares:
        together.add_shard(share)
    return together


def _by_faiss(
    made: Any,  # noqa: ANN401 (an index of faiss)
    index: VectorIndex,
    asked: NDArray[np.float32],
    count: int,
    proposals: int,
) -> list[Near]:
    wanted = max(proposals, proposals * count // _RECALL_AT)
    _, rows = made.search(asked, min(wanted, index.size))
    candidates = np.unique(rows[rows >= 0])
    return nearest(index.matrix[candidates], index.numbers[candidates], asked, count)
