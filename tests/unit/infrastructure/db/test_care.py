"""Looking after the database: what is broken is found, and a copy is whole or not there."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fakes.world import World, analysis, code, sha

from troostwatch.domain.codes import CodeType
from troostwatch.domain.errors import DatabaseError
from troostwatch.infrastructure.db.care import backup
from troostwatch.infrastructure.db.unit_of_work import SqliteUnitOfWork, open_database
from troostwatch.infrastructure.files import Place, Protected, place_for_output


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("AB123456", 0.6), code("CD123456", 0.99)))
    world.analyze()
    yield world
    world.connection.close()


def place(target: Path) -> Place:
    return place_for_output(target, Protected(), backup=True)


def problems(world: World) -> list[str]:
    with world.uow() as uow:
        return list(uow.care.broken_promises())


def force(world: World, *damage: str) -> None:
    """Damage rows in ways that the database itself would not let happen."""
    world.connection.execute("PRAGMA foreign_keys = OFF")
    world.connection.execute("PRAGMA ignore_check_constraints = ON")
    for statement in damage:
        world.connection.execute(statement)
    world.connection.execute("PRAGMA ignore_check_constraints = OFF")
    world.connection.execute("PRAGMA foreign_keys = ON")


def test_a_sound_database_breaks_no_promise(world: World) -> None:
    world.review().approve(world.code_id("AB123456"))
    world.review().reject(world.code_id("CD123456"))
    image = world.connection.execute("SELECT id FROM lot_images").fetchone()[0]
    world.review().add(image, CodeType.EAN, "4006381333931")
    world.review().correct(world.code_id("4006381333931"), "4006381333948")

    assert problems(world) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM analyses", "photograph 1 is analyzed but its content was never read"),
        ("DELETE FROM lots", "table lot_images row 1 points to a missing row of lots"),
        ("UPDATE lot_images SET download_status = 'pending'", "CHECK constraint failed in lot_images"),
        ("UPDATE lot_images SET content_sha256 = NULL", f"content {sha('a')[:16]}… belongs to no photograph"),
        (
            "UPDATE lot_images SET content_sha256 = NULL",
            "code 1 (AB123456) was read on a photograph of another content",
        ),
        (
            f"""INSERT INTO decisions (content_sha256, code_type, value, verdict, decided_at)
                VALUES ('{sha("a")}', 'ean', '1', 'approved', '')""",
            "the decision about ean 1 is not seen in the codes",
        ),
        (
            f"""INSERT INTO decisions (content_sha256, code_type, value, verdict, decided_at)
                VALUES ('{sha("a")}', 'serial_number', 'CD123456', 'rejected', '')""",
            "the rejected serial_number CD123456 came back",
        ),
    ],
)
def test_each_broken_promise_is_told_in_a_sentence(world: World, damage: str, said: str) -> None:
    force(world, damage)

    assert any(said in problem for problem in problems(world))


def test_a_copy_holds_everything_in_one_file(world: World, tmp_path: Path) -> None:
    target = tmp_path / "new" / "copy.db"

    backup(world.connection, place(target))

    assert [path.name for path in target.parent.iterdir()] == ["copy.db"]
    with closing(open_database(target)) as copy:
        values = [row[0] for row in copy.execute("SELECT value FROM extracted_codes ORDER BY id")]
    assert values == ["AB123456", "CD123456"]


def test_a_copy_is_whole_while_another_connection_writes(world: World, tmp_path: Path) -> None:
    """Rows come in pairs, each pair in one transaction: a copy with an odd number would be half a transaction."""
    writing, enough = threading.Event(), threading.Event()

    def write() -> None:
        with closing(open_database(tmp_path / "t.db")) as connection:
            number = 0
            while not enough.is_set():
                with SqliteUnitOfWork(connection) as uow:
                    for _ in range(2):
                        connection.execute(
                            "INSERT INTO auctions (display_id, observed_at) VALUES (?, '')", (f"A1-{number}",)
                        )
                        number += 1
                    uow.commit()
                writing.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert writing.wait(60)
    targets = [tmp_path / "copies" / f"{i}.db" for i in range(5)]
    try:
        for target in targets:
            backup(world.connection, place(target))
    finally:
        enough.set()
        writer.join()

    for target in targets:
        with closing(sqlite3.connect(target)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            count = copy.execute("SELECT count(*) FROM auctions").fetchone()[0]
            assert (count > 0, count % 2) == (True, 0)


def test_a_backup_that_fails_leaves_the_old_one_and_nothing_half(world: World, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "copy.db"
    backup(world.connection, place(target))
    before = target.read_bytes()
    closed = sqlite3.connect(tmp_path / "t.db")
    closed.close()

    with pytest.raises(DatabaseError, match="cannot write a backup to"):
        backup(closed, place(target))

    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == ["copy.db"]


def test_a_place_that_cannot_be_written_is_told(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(DatabaseError, match="cannot write a backup to"):
        backup(world.connection, place(tmp_path / "file" / "copy.db"))
