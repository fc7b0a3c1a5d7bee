"""Is every file there and unchanged, and does it belong to a row?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.world import World

from troostwatch.domain.images import Content, Fetched
from troostwatch.infrastructure.photographs.inventory import FolderInventory
from troostwatch.infrastructure.photographs.store import FolderStore
from troostwatch.services.care import CareService, VerifyReport


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    world.lot("A1-1-1")
    for position in range(3):
        body = f"photograph {position}".encode()
        sha256 = hashlib.sha256(body).hexdigest()
        path = f"A1-1-1/{position}.jpg"
        (tmp_path / "images" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "images" / path).write_bytes(body)
        world.photograph_at("A1-1-1", position, Fetched(0, path, Content(sha256, len(body), 4, 3, "JPEG")))
    yield world
    world.connection.close()


def verify(world: World, tmp_path: Path) -> VerifyReport:
    return CareService(world.uow, FolderInventory(FolderStore(tmp_path / "images"))).verify()


def test_all_is_well(world: World, tmp_path: Path) -> None:
    report = verify(world, tmp_path)

    assert report.problems == []
    assert report.summary() == "3 files and all rows are as they should be"


def test_missing_changed_and_orphaned_files_are_each_told(world: World, tmp_path: Path) -> None:
    (tmp_path / "images" / "A1-1-1" / "0.jpg").unlink()
    (tmp_path / "images" / "A1-1-1" / "1.jpg").write_bytes(b"other")
    (tmp_path / "images" / "A1-1-9").mkdir()
    (tmp_path / "images" / "A1-1-9" / "0.jpg").write_bytes(b"whose?")

    report = verify(world, tmp_path)

    new, old = (hashlib.sha256(body).hexdigest()[:16] for body in (b"other", b"photograph 1"))
    assert report.problems == [
        "file A1-1-1/0.jpg is missing",
        f"file A1-1-1/1.jpg changed: its SHA-256 is {new}…, not {old}…",
        "file A1-1-9/0.jpg belongs to no photograph",
    ]
    assert report.summary() == "3 problems in 3 files and the database"


def test_without_a_folder_every_file_is_missing(world: World, tmp_path: Path) -> None:
    (tmp_path / "images").rename(tmp_path / "elsewhere")

    assert len(verify(world, tmp_path).problems) == 3


def test_rows_that_break_a_promise_are_told_beside_the_files(world: World, tmp_path: Path) -> None:
    world.connection.execute("INSERT INTO contents VALUES (?, 1, 1, 1, 'JPEG', NULL)", ("0" * 64,))

    assert verify(world, tmp_path).problems == [f"content {'0' * 16}… belongs to no photograph"]
