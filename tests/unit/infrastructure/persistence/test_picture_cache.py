"""Small pictures are made once and kept until there are too many; those looked at last stay longest."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from troostwatch.infrastructure.persistence.picture_cache import PictureCache


def never() -> bytes:
    raise AssertionError("made twice")


def kept(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_a_picture_is_made_once_even_by_a_later_run(tmp_path: Path) -> None:
    assert PictureCache(tmp_path, most_bytes=100).get("a", lambda: b"one") == b"one"

    assert PictureCache(tmp_path, most_bytes=100).get("a", never) == b"one"


def test_what_is_kept_stays_below_the_limit_and_what_was_looked_at_stays(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path, most_bytes=100)
    for number in range(9):
        cache.get(f"n{number}", lambda: b"0123456789")
    for age, path in enumerate(sorted(tmp_path.iterdir(), key=lambda path: path.name)):
        os.utime(path, (age, age))  # long ago
    cache.get("n4", never)  # looked at now

    for number in range(9, 30):
        cache.get(f"n{number}", lambda: b"0123456789")
        assert kept(tmp_path) <= 100

    cache.get("n29", never)
    cache.get("n4", lambda: b"0123456789")


def test_what_a_run_before_kept_counts(tmp_path: Path) -> None:
    for number in range(10):
        PictureCache(tmp_path, most_bytes=1000).get(f"n{number}", lambda: b"0123456789")

    PictureCache(tmp_path, most_bytes=50).get("more", lambda: b"0123456789")

    assert kept(tmp_path) <= 50


def test_without_room_every_picture_is_made_and_none_kept(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path, most_bytes=0)

    assert [cache.get("a", lambda: b"x"), cache.get("a", lambda: b"x")] == [b"x", b"x"]
    assert kept(tmp_path) == 0


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    assert PictureCache(tmp_path / "file", most_bytes=100).get("a", lambda: b"x") == b"x"


def test_what_cannot_be_made_is_told_and_not_kept(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path / "c", most_bytes=100)

    with pytest.raises(AssertionError):
        cache.get("a", never)
    assert cache.get("a", lambda: b"x") == b"x"


def test_names_are_no_paths(tmp_path: Path) -> None:
    PictureCache(tmp_path / "c", most_bytes=100).get("../../a\0b/" + "x" * 500, lambda: b"x")

    assert [path.parent for path in tmp_path.rglob("*.bin")] == [tmp_path / "c"]


def test_threads_share_a_cache_and_its_limit(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path, most_bytes=200)

    def get(number: int) -> bytes:
        return cache.get(f"n{number % 40}", f"{number % 40:010}".encode)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(get, range(400)))

    assert found == [f"{number % 40:010}".encode() for number in range(400)]
    assert kept(tmp_path) <= 200
