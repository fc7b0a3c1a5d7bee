"""No output replaces what matters: data, settings, photographs, devices."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.sticker_photographs import taken
from fakes.world import World

DATABASE = Path("data/troostwatch.db")

OUTPUTS = [
    "images export-codes -o {}",
    "images export-codes --format csv -o {}",
    "images export-tokens -o {}",
    "images stats --calibration {}",
    "search page {} laptop",
    "images read sticker.jpg --draw {}",
]


@pytest.fixture
def home(world: World, tmp_path: Path) -> Path:
    """A folder with a database that people decided in, settings, a model, photographs, and a picture to read."""
    world.review().approve(world.code_id("CD123456"))
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "sticker.jpg").write_bytes(taken()[0])
    for name in ("data/label_classifier.pkl", "data/label_classifier.manifest.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("of the classifier")
    (tmp_path / "data" / "images" / "A1-1-1").mkdir(parents=True)
    (tmp_path / "data" / "images" / "A1-1-1" / "0.jpg").write_text("a photograph")
    with closing(sqlite3.connect(tmp_path / "older.db")) as other:
        other.execute("CREATE TABLE t (x)")
    (tmp_path / "hard.db").hardlink_to(DATABASE)
    (tmp_path / "soft.db").symlink_to(DATABASE)
    return tmp_path


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize(
    "place",
    [
        "data/troostwatch.db", "data/../data/troostwatch.db", "hard.db", "soft.db",
        "data/troostwatch.db-wal", "data/troostwatch.db-shm", "data/troostwatch.db-journal", "older.db",
        "data/label_classifier.pkl", "data/label_classifier.manifest.json",
        "config.json", "data/images/A1-1-1/0.jpg", "data/images/new.png",
    ],
)  # fmt: skip
def test_no_output_replaces_what_matters(home: Path, run: Run, output: str, place: str) -> None:
    before = contents(home)

    said = run(output.format(place))

    assert said.code == 2, said.err
    assert said.err.startswith(f"troostwatch: {place} ")
    assert contents(home) == before


@pytest.mark.parametrize(
    "target", ["data/troostwatch.db", "hard.db", "soft.db", "data/x/../troostwatch.db", "config.json"]
)
def test_a_backup_refuses_its_own_source_and_the_settings(home: Path, run: Run, target: str) -> None:
    before = contents(home)

    said = run(f"db backup {target}")

    assert (said.code, said.out) == (2, "")
    assert "which no output may replace" in said.err
    assert contents(home) == before


def test_a_backup_refuses_a_source_that_has_no_suffix(run: Run, tmp_path: Path) -> None:
    run("db migrate --db lots")

    assert run("db backup lots --db lots").code == 2
    assert (tmp_path / "lots").read_bytes().startswith(b"SQLite format 3")


def test_a_backup_may_replace_an_older_one(home: Path, run: Run) -> None:
    assert run("db backup copy.db").code == run("db backup copy.db").code == 0


def test_a_database_that_is_configured_is_safe_while_another_is_asked(home: Path, run: Run) -> None:
    run("db backup copy.db")

    assert run("images export-codes --db copy.db -o data/troostwatch.db").code == 2
    assert run("db backup data/troostwatch.db --db copy.db").code == 2


@pytest.mark.parametrize("drawing", ["sticker.jpg", "./x/../sticker.jpg", "same.jpg"])
def test_a_drawing_does_not_paint_over_the_photograph(home: Path, run: Run, drawing: str) -> None:
    (home / "x").mkdir()
    (home / "same.jpg").hardlink_to(home / "sticker.jpg")
    before = contents(home)

    said = run(f"images read sticker.jpg --draw {drawing}")

    assert (said.code, said.out) == (2, "")
    assert f"{Path(drawing)} is a file that is read here" in said.err
    assert contents(home) == before


def test_a_page_does_not_replace_the_picture_that_it_looks_for(home: Path, run: Run) -> None:
    assert run("search page sticker.jpg --image sticker.jpg").code == 2
    assert (home / "sticker.jpg").read_bytes() == taken()[0]


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_folder_that_is_missing_is_told_and_not_made(home: Path, run: Run, output: str) -> None:
    said = run(output.format("nowhere/x.png"))

    assert said.code == 2
    assert "there is no folder nowhere" in said.err
    assert not (home / "nowhere").exists()


@pytest.mark.parametrize("output", [*OUTPUTS, "db backup {}"])
def test_a_pipe_gets_the_output_and_stays_a_pipe(home: Path, run: Run, output: str) -> None:
    os.mkfifo(home / "pipe")
    with ThreadPoolExecutor(1) as pool:
        got = pool.submit((home / "pipe").read_bytes)

        said = run(output.format("pipe"))

        os.close(os.open(home / "pipe", os.O_RDWR))  # whoever still waits for a writer has met one
    assert said.code == 0, said.err
    assert got.result()
    assert (home / "pipe").is_fifo()


@pytest.mark.parametrize(
    ("output", "begins"),
    [
        ("images export-codes -o /dev/stdout", b'{"lot"'),
        ("images read sticker.jpg --draw /dev/stdout", b"\x89PNG"),
        ("db backup /dev/stdout", b"SQLite format 3\0"),
    ],
)
@pytest.mark.parametrize("mode", ["pipe", "file"])
def test_stdout_may_be_named_as_a_device(home: Path, output: str, begins: bytes, mode: str) -> None:
    with (home / "out").open("wb") as file:
        file.write(b"before ")
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "troostwatch", *shlex.split(output)],
            stdout=subprocess.PIPE if mode == "pipe" else file,
            stderr=subprocess.PIPE,
        )

    assert done.returncode == 0, done.stderr
    written = done.stdout if mode == "pipe" else (home / "out").read_bytes().removeprefix(b"before ")
    assert written.startswith(begins)


def test_an_answer_on_stdout_may_be_asked_for_as_a_dash(world: World, run: Run) -> None:
    assert run("images export-codes -o -").out == run("images export-codes").out


def contents(folder: Path) -> dict[Path, bytes]:
    """Return every file but the -shm, which readers of a database may touch."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }


def many_at_once(count: int, work: Callable[[], int]) -> list[int]:
    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(work) for _ in range(count)]]


@pytest.mark.parametrize("line", ["images export-tokens -o both.jsonl", "db backup both.db"])
def test_several_outputs_to_one_name_all_end_well(home: Path, line: str) -> None:
    words = [sys.executable, "-m", "troostwatch", *shlex.split(line)]

    codes = many_at_once(4, lambda: subprocess.run(words, capture_output=True).returncode)

    assert codes == [0] * 4
    assert not [*home.glob(".both*")]
