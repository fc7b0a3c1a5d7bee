"""The nearest vectors are those that brute force finds, whatever is filtered, and two rankings become one exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from troostwatch.domain import vectors
from troostwatch.domain.vectors import combined_ranking, nearest

DIMENSION = 4
# Elements are small whole numbers: every sum is exact, so ties are ties and the number alone decides their order.


@st.composite
def collections(draw: st.DrawFn) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    size = draw(st.integers(0, 40))
    matrix = draw(arrays(np.float32, (size, DIMENSION), elements=st.integers(-2, 2).map(np.float32)))
    numbers = sorted(draw(st.sets(st.integers(1, 500), min_size=size, max_size=size)))
    return matrix, np.array(numbers, dtype=np.int64)


def brute_force(
    matrix: NDArray[np.float32], numbers: NDArray[np.int64], asked: NDArray[np.float32], allowed: set[int] | None
) -> list[tuple[int, float]]:
    rows = [
        (int(number), float(max(row @ query for query in asked)))
        for number, row in zip(numbers, matrix, strict=True)
        if allowed is None or int(number) in allowed
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


@given(
    collections(),
    arrays(np.float32, st.tuples(st.integers(1, 3), st.just(DIMENSION)), elements=st.integers(-2, 2).map(np.float32)),
    st.integers(1, 50),
    st.none() | st.sets(st.integers(1, 500), max_size=60),
    st.sampled_from([3, 7, 1 << 16]),
)
def test_the_nearest_under_any_filter_are_those_of_brute_force(
    collection: tuple[NDArray[np.float32], NDArray[np.int64]],
    asked: NDArray[np.float32],
    count: int,
    allowed: set[int] | None,
    rows_at_once: int,
) -> None:
    matrix, numbers = collection
    mask = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("_MULTIPLIED_AT_ONCE", "_SELECTED_AT_ONCE", "_COPIED_AT_ONCE"):
            patch.setattr(vectors, name, rows_at_once if name != "_MULTIPLIED_AT_ONCE" else 2 * rows_at_once)
        found = nearest(matrix, numbers, asked, count, mask)

    assert [(near.number, near.cosine) for near in found] == brute_force(matrix, numbers, asked, allowed)[:count]
    for near in found:
        row = matrix[np.searchsorted(numbers, near.number)]
        assert float(row @ asked[near.asked]) == near.cosine


@dataclass
class Table:
    """A ranking of lots by cosines that are told; counts how many were looked at."""

    cosines: dict[str, float]

    def first(self, count: int) -> tuple[Mapping[str, float], float]:
        best = sorted(self.cosines.items(), key=lambda item: -item[1])[:count]
        return dict(best), best[-1][1] if len(best) == count else 0.0

    def exactly(self, lots: Sequence[str]) -> Mapping[str, float]:
        return {lot: self.cosines[lot] for lot in lots if lot in self.cosines}


TABLES = st.dictionaries(st.integers(0, 300).map(str), st.floats(-1, 1, width=16), max_size=120)


@given(TABLES, TABLES, st.floats(0, 1), st.integers(1, 20))
def test_the_combined_ranking_is_that_of_looking_at_every_lot(
    images: dict[str, float], texts: dict[str, float], weight: float, limit: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "_FIRST_DEPTH", 2)
        ranked = combined_ranking(
            Table(images), Table(texts), image_weight=weight, limit=limit, most=max(len(images), len(texts))
        )

    every = sorted(
        (weight * images.get(lot, 0.0) + (1.0 - weight) * texts.get(lot, 0.0) for lot in {**images, **texts}),
        reverse=True,
    )
    # A lot of which nothing but 0 is known may be left out or not; it changes no score above.
    assert [score for _, score, _, _ in ranked] == every[:limit]
    for lot, score, image, text in ranked:
        assert (image, text) == (images.get(lot, 0.0), texts.get(lot, 0.0))
        assert score == weight * image + (1.0 - weight) * text
