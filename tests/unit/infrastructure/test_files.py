"""Where output may go, and files that are whole or not there."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from troostwatch.domain.errors import TroostwatchError, UsageError
from troostwatch.infrastructure.files import Protected, place_for_output, read_regular, replacing, write, writing

NOTHING = Protected()
HOUR_AND_A_BIT = 3700


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    return path


def old(path: Path) -> Path:
    path.write_text("half")
    long_ago = path.stat().st_mtime - HOUR_AND_A_BIT
    os.utime(path, (long_ago, long_ago))
    return path


@pytest.mark.parametrize("way", ["as it is", "hard link", "link", "link to its folder", "..", "relative"])
def test_what_is_protected_is_refused_under_every_name(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.json"
    file.write_text("{}")
    names = {
        "as it is": file,
        "hard link": tmp_path / "hard",
        "link": tmp_path / "soft",
        "link to its folder": tmp_path / "folder" / file.name,
        "..": tmp_path / "none" / ".." / file.name,
        "relative": Path(file.name),
    }
    names["hard link"].hardlink_to(file)
    names["link"].symlink_to(file)
    (tmp_path / "folder").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError, match="is the file of settings, which no output may replace"):
        place_for_output(names[way], Protected({file: "the file of settings"}))


def test_what_is_protected_is_refused_also_where_it_is_not_there_yet(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is the database"):
        place_for_output(tmp_path / "t.db-wal", Protected({tmp_path / "t.db-wal": "the database"}))


def test_nothing_goes_below_a_protected_folder(tmp_path: Path) -> None:
    photographs = tmp_path / "images"
    (photographs / "A1-1-1").mkdir(parents=True)
    (tmp_path / "elsewhere").symlink_to(photographs)

    for path in (photographs / "A1-1-1" / "new.jpg", tmp_path / "elsewhere" / "new.jpg"):
        with pytest.raises(UsageError, match="lies in the photographs"):
            place_for_output(path, Protected(folders={photographs: "the photographs"}))
    assert place_for_output(tmp_path / "images.jsonl", Protected(folders={photographs: "the photographs"}))


def test_a_database_is_replaced_by_a_backup_alone(database: Path) -> None:
    with pytest.raises(UsageError, match="is a database, which no output may replace"):
        place_for_output(database, NOTHING)
    assert place_for_output(database, NOTHING, backup=True).target == database


def test_a_backup_does_not_replace_a_database_in_use(database: Path) -> None:
    database.with_name("other.db-wal").write_bytes(b"what was written last")

    with pytest.raises(UsageError, match="is a database in use"):
        place_for_output(database, NOTHING, backup=True)


def test_a_folder_that_is_missing_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no folder .*nowhere"):
        place_for_output(tmp_path / "nowhere" / "x.png", NOTHING)

    assert not (tmp_path / "nowhere").exists()


def test_a_backup_makes_its_folder_and_none_above_it(tmp_path: Path) -> None:
    place_for_output(tmp_path / "backups" / "t.db", NOTHING, backup=True)
    with pytest.raises(UsageError, match="there is no folder"):
        place_for_output(tmp_path / "disk" / "backups" / "t.db", NOTHING, backup=True)

    assert [path.name for path in tmp_path.iterdir()] == ["backups"]


@pytest.mark.parametrize("name", ["/dev/null", "/dev/full", "/dev/stdout", "/dev/fd/1"])
def test_devices_and_open_streams_are_written_straight(name: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(name)

    assert place_for_output(Path(name), NOTHING).straight
    assert place_for_output(tmp_path / "link", NOTHING).straight


def test_a_pipe_gets_what_is_written_and_stays_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)

        write(place_for_output(pipe, NOTHING), b"all of it")

        assert read.result(20) == b"all of it"
    assert pipe.is_fifo()


def test_a_full_device_is_told(tmp_path: Path) -> None:
    with pytest.raises(TroostwatchError, match="cannot write /dev/full: No space left on device"):
        write(place_for_output(Path("/dev/full"), NOTHING), b"x")


def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "november.jsonl").write_text("old")
    (tmp_path / "latest.jsonl").symlink_to("november.jsonl")

    write(place_for_output(tmp_path / "latest.jsonl", NOTHING), b"new")

    assert (tmp_path / "latest.jsonl").is_symlink()
    assert (tmp_path / "november.jsonl").read_text() == "new"


def test_a_file_that_breaks_off_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "codes.jsonl"
    target.write_text("yesterday")

    with pytest.raises(KeyError), writing(place_for_output(target, NOTHING)) as file:
        file.write(b"half")
        raise KeyError

    assert target.read_text() == "yesterday"
    assert [*tmp_path.iterdir()] == [target]


def test_two_outputs_to_one_name_do_not_meet(tmp_path: Path) -> None:
    place = place_for_output(tmp_path / "both.jsonl", NOTHING)
    begun = threading.Barrier(4)

    def export(number: int) -> bytes:
        text = b"%d" % number * 1000
        with writing(place) as file:
            file.write(text[:500])
            begun.wait(20)
            file.write(text[500:])
        return text

    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(export, range(4)))

    assert place.target.read_bytes() in texts
    assert [*tmp_path.iterdir()] == [place.target]


def test_what_a_killed_run_left_is_swept_after_an_hour(tmp_path: Path) -> None:
    with replacing(tmp_path / "codes.jsonl") as mine:
        mine.write_text("")
    killed = old(mine.with_name(mine.name.replace("codes", "another")))
    journal = old(tmp_path / f"{mine.name}-journal")
    of_earlier_versions = old(tmp_path / ".codes.jsonl.partial")
    at_work = tmp_path / mine.name.replace("codes", "third")
    at_work.write_text("half")
    of_others = old(tmp_path / ".film.mp4.partial")

    write(place_for_output(tmp_path / "codes.jsonl", NOTHING), b"whole")

    assert [path.exists() for path in (killed, journal, of_earlier_versions)] == [False, False, False]
    assert at_work.exists()
    assert of_others.exists()


@pytest.mark.parametrize("name", ["ü" * 127, "a" * 255])
def test_a_name_may_be_as_long_as_the_system_takes(tmp_path: Path, name: str) -> None:
    write(place_for_output(tmp_path / name, NOTHING), b"x")

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(TroostwatchError, match=r"cannot write .*: Is a directory"):
        write(place_for_output(tmp_path, NOTHING), b"x")


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["fifo", "folder"])
def test_what_is_no_file_is_refused_at_once_and_not_waited_for(tmp_path: Path, make: Callable[[Path], object]) -> None:
    place = tmp_path / "named"
    make(place)
    with pytest.raises(OSError, match=r"regular|directory"):
        read_regular(place)


def test_a_device_is_no_file_to_be_read() -> None:
    with pytest.raises(OSError, match="regular"):
        read_regular(Path("/dev/zero"))
