"""Exact search over many vectors: which are the nearest, and how two rankings of cosines become one, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.embedding import EmbeddingSpace, combined_score


class VectorKind(StrEnum):
    """What vectors are of."""

    PHOTOGRAPHS = "photographs"
    LOTS = "lots"


@dataclass(frozen=True, slots=True)
class StoredSpace:
    """A space in the database; `changes` counts what was written, so files made from it know when they are old."""

    id: int
    space: EmbeddingSpace
    changes: int


@dataclass(frozen=True, slots=True)
class Near:
    """A vector that is near: its number, the cosine, and which of the asked vectors it is nearest to."""

    number: int
    cosine: float
    asked: int


# One product over many rows keeps all cores busy; its scores are small. Chosen rows are copied, which is not.
_MULTIPLIED_AT_ONCE = 1 << 20
_SELECTED_AT_ONCE = 1 << 16
_COPIED_AT_ONCE = 1 << 13


def nearest(
    matrix: NDArray[np.float32],
    numbers: NDArray[np.int64],
    asked: NDArray[np.float32],
    count: int,
    allowed: NDArray[np.int64] | None = None,
) -> list[Near]:
    """Return the `count` rows nearest to any of the asked vectors, by cosine, then by number.

    `matrix` holds one vector of length 1 a row and `numbers` their ascending numbers; `asked` is (queries, d). With
    `allowed`, ascending too, no other row is looked at. Memory is some megabytes whatever the size of the matrix.
    """
    best_scores = np.empty(0, dtype=np.float32)
    best_rows = np.empty(0, dtype=np.int64)
    for rows, scores in _scored(matrix, asked, None if allowed is None else _rows(numbers, allowed)):
        keep = _above(best_scores[-1], scores, count) if len(best_scores) == count else _largest(scores, count)
        best_scores = np.concatenate((best_scores, scores[keep]))
        best_rows = np.concatenate((best_rows, rows[keep]))
        order = np.lexsort((best_rows, -best_scores))[:count]
        best_scores, best_rows = best_scores[order], best_rows[order]
    which = np.argmax(matrix[best_rows] @ asked.T, axis=1) if len(best_rows) else []
    return [
        Near(int(numbers[row]), float(score), int(query))
        for row, score, query in zip(best_rows, best_scores, which, strict=True)
    ]


def _scored(
    matrix: NDArray[np.float32], asked: NDArray[np.float32], rows: NDArray[np.int64] | None
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Yield (rows, their cosines) a piece at a time; of all rows, or of those named."""
    if rows is not None:
        for start in range(0, len(rows), _COPIED_AT_ONCE):
            some = rows[start : start + _COPIED_AT_ONCE]
            yield some, _best_of_asked(matrix[some], asked)
        return
    for start in range(0, len(matrix), _MULTIPLIED_AT_ONCE):
        scores = _best_of_asked(matrix[start : start + _MULTIPLIED_AT_ONCE], asked)
        for piece in range(0, len(scores), _SELECTED_AT_ONCE):
            part = scores[piece : piece + _SELECTED_AT_ONCE]
            yield np.arange(start + piece, start + piece + len(part)), part


def _rows(numbers: NDArray[np.int64], allowed: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of the allowed numbers; one that the matrix does not have yet is left out."""
    rows = np.searchsorted(numbers, allowed)
    rows = rows[rows < len(numbers)]
    found: NDArray[np.int64] = rows[numbers[rows] == allowed[: len(rows)]]
    return found


def _best_of_asked(rows: NDArray[np.float32], asked: NDArray[np.float32]) -> NDArray[np.float32]:
    # One query is a matrix-vector product, which BLAS does faster than a matrix-matrix product with one column.
    scores: NDArray[np.float32] = rows @ asked[0] if len(asked) == 1 else (rows @ asked.T).max(axis=1)
    return scores


def _above(worst: np.float32, scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return where scores stand that are better than the worst so far; an equal one comes later and loses."""
    better = np.flatnonzero(scores > worst)
    return better[_largest(scores[better], count)]


def _largest(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return where the largest scores stand, in order of place; of equal ones at the edge, the first."""
    if len(scores) <= count:
        return np.arange(len(scores))
    edge = np.partition(scores, len(scores) - count)[len(scores) - count]
    above = np.flatnonzero(scores > edge)
    equal = np.flatnonzero(scores == edge)[: count - len(above)]
    return np.sort(np.concatenate((above, equal)))


_FIRST_DEPTH = 256  # mostly enough, so that the vectors are gone through once


class Ranked(Protocol):
    """One of two rankings that are combined."""

    def first(self, count: int, /) -> tuple[Mapping[str, float], float]:
        """Return the cosines of the lots of so many nearest vectors, and what no other lot can exceed."""

    def exactly(self, lots: Sequence[str], /) -> Mapping[str, float]:
        """Return the cosines of these lots, of those that have a vector."""


def combined_ranking(
    image: Ranked, text: Ranked, *, image_weight: float, limit: int, most: int
) -> list[tuple[str, float, float, float]]:
    """Return the best lots by w_image · cos_image + w_text · cos_text as (lot, score, cos_image, cos_text).

    Exact without looking at every lot in both spaces: the threshold algorithm of Fagin, Lotem and Naor (2003). Lots
    beyond the first n of both rankings cannot score more than the n-th of both together; n grows until that is below
    the worst of the answer. A lot without a vector in a space counts as 0 there. `most` is how many vectors there
    are in the larger space.
    """
    depth = max(limit, _FIRST_DEPTH)
    while True:
        (by_image, most_image), (by_text, most_text) = image.first(depth), text.first(depth)
        lots = list({**by_image, **by_text})
        cosines = (image.exactly(lots), text.exactly(lots))
        scored = [(lot, cosines[0].get(lot, 0.0), cosines[1].get(lot, 0.0)) for lot in lots]
        ranked = sorted(
            ((lot, combined_score(i, t, image_weight=image_weight), i, t) for lot, i, t in scored),
            key=lambda row: (-row[1], row[0]),
        )[:limit]
        # A lot without a vector has 0 in that space, which is more than a cosine below it.
        bound = combined_score(max(0.0, most_image), max(0.0, most_text), image_weight=image_weight)
        if depth >= most or (len(ranked) == limit and ranked[-1][1] > bound):
            return ranked
        depth *= 4
