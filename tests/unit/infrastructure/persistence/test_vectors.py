"""Files of vectors: as new as the database, whole or not there, and searched without being read into memory."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from troostwatch.domain.embedding import EmbeddingSpace
from troostwatch.domain.errors import TroostwatchError
from troostwatch.domain.vectors import StoredSpace, VectorKind, nearest
from troostwatch.infrastructure.persistence.vectors import VectorFiles

SPACE = EmbeddingSpace("m", "p", 1, 8)
NEVER = 1 << 40


def rows(count: int, seed: int = 0) -> list[tuple[int, bytes]]:
    made = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return [(3 * i + 1, vector.tobytes()) for i, vector in enumerate(made)]


def refuse() -> Iterator[tuple[int, bytes]]:
    raise AssertionError("the files are there")


def test_files_are_made_once_and_again_when_something_changed(tmp_path: Path) -> None:
    files = VectorFiles(tmp_path / "v", faiss_from=NEVER)
    first = files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 5), lambda: iter(rows(20)))
    again = files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 5), refuse)
    changed = files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 6), lambda: iter(rows(30)))

    assert (first.size, again.size, changed.size) == (20, 20, 30)
    assert sorted(path.name for path in (tmp_path / "v").iterdir()) == ["lots-1-6.f32", "lots-1-6.ids"]
    assert first.search(np.ones((1, 8), dtype=np.float32), 1)  # who has the old one open keeps it


def test_kinds_do_not_disturb_each_other(tmp_path: Path) -> None:
    files = VectorFiles(tmp_path, faiss_from=NEVER)
    for kind in VectorKind:
        files.open(kind, StoredSpace(1, SPACE, 1), lambda: iter(rows(4)))

    assert len(list(tmp_path.iterdir())) == 4


def test_a_search_finds_what_brute_force_finds(tmp_path: Path) -> None:
    made = rows(200)
    index = VectorFiles(tmp_path, faiss_from=NEVER).open(VectorKind.LOTS, StoredSpace(1, SPACE, 1), lambda: iter(made))
    asked = np.frombuffer(made[17][1], dtype=np.float32)[np.newaxis]

    found = index.search(asked, 3)
    some = index.search(asked, 3, np.array([1, 4, 52, 9999], dtype=np.int64))

    assert isinstance(index.matrix, np.memmap)
    assert found[0].number == made[17][0]
    assert found[0].cosine == pytest.approx(1.0, abs=1e-6)
    assert some[0].number == made[17][0]
    assert {near.number for near in some} == {1, 4, 52}


def test_no_vectors_are_no_hits(tmp_path: Path) -> None:
    index = VectorFiles(tmp_path, faiss_from=1).open(VectorKind.LOTS, StoredSpace(1, SPACE, 1), lambda: iter(()))

    assert index.search(np.ones((1, 8), dtype=np.float32), 5) == []


def test_what_breaks_off_leaves_nothing_and_old_leftovers_are_swept(tmp_path: Path) -> None:
    files = VectorFiles(tmp_path, faiss_from=NEVER)
    left = tmp_path / ".lots-1-1.f32.99999.partial"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))

    with pytest.raises(TroostwatchError, match="vector 7 is not of 8 numbers"):
        files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 1), lambda: iter([(1, bytes(32)), (7, bytes(12))]))
    assert [path.name for path in tmp_path.iterdir()] == [left.name]

    files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 1), lambda: iter(rows(2)))
    assert not left.exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "v").write_text("a file in the way")

    with pytest.raises(TroostwatchError, match="cannot keep vectors in"):
        VectorFiles(tmp_path / "v", faiss_from=NEVER).open(
            VectorKind.LOTS, StoredSpace(1, SPACE, 1), lambda: iter(rows(2))
        )


@pytest.mark.skipif(importlib.util.find_spec("faiss") is None, reason="the extra 'faiss' is not installed")
def test_faiss_finds_what_numpy_finds_and_its_recall_is_known(tmp_path: Path) -> None:
    made = rows(500)
    files = VectorFiles(tmp_path, faiss_from=100)
    index = files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 1), lambda: iter(made))
    again = files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 1), refuse)
    asked = np.frombuffer(made[3][1] + made[9][1], dtype=np.float32).reshape(2, 8)

    assert index.recall == again.recall == 1.0
    assert again.search(asked, 5) == nearest(again.matrix, again.numbers, asked, 5)
    assert (tmp_path / "lots-1-1.0.faiss").is_file()
    files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 2), lambda: iter(made))
    assert not list(tmp_path.glob("lots-1-1.*"))


@pytest.mark.skipif(importlib.util.find_spec("faiss") is None, reason="the extra 'faiss' is not installed")
@pytest.mark.parametrize(("count", "proposals"), [(6_000, 4_000), (40_000, 0)])
def test_where_few_proposals_miss_something_more_are_taken_and_at_last_numpy_answers(
    tmp_path: Path, count: int, proposals: int
) -> None:
    # Two tight heaps: what tells the vectors of one apart is lost in a bit for each number.
    rng = np.random.default_rng(1)
    heaps = np.where(np.arange(count)[:, np.newaxis] % 2, 1.0, -1.0) + 1e-3 * rng.normal(size=(count, 8))
    heaps = (heaps / np.linalg.norm(heaps, axis=1, keepdims=True)).astype(np.float32)
    files = VectorFiles(tmp_path, faiss_from=100)
    made = [(number, vector.tobytes()) for number, vector in enumerate(heaps)]
    files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 1), lambda: iter(made))
    index = files.open(VectorKind.LOTS, StoredSpace(1, SPACE, 1), refuse)

    assert index.proposals == proposals
    assert index.recall == (1.0 if proposals else None)
    found = {near.number for near in index.search(heaps[7:8], 20)}
    assert found == {near.number for near in nearest(index.matrix, index.numbers, heaps[7:8], 20)}
