"""The demo runs the real thing, tells the truth about it, and touches nothing but its folder."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest
from PIL import Image

from troostwatch import bootstrap
from troostwatch.domain.errors import LockedError
from troostwatch.interfaces.cli import demo, main
from troostwatch.interfaces.cli.errors import ExitCode


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six lots are the fewest that have all the troubles."""
    monkeypatch.setattr(demo, "_LOTS", 6)


def test_the_demo_takes_an_auction_the_whole_way(
    small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TROOSTWATCH_PATHS__DATABASE", str(tmp_path / "mine.db"))
    folder = tmp_path / "demo"

    code = main.run(["demo", "--folder", str(folder)])

    said = capfd.readouterr().out
    assert code == ExitCode.OK
    commands = re.findall(r"^\$ troostwatch --config \S+ (\w+(?: [a-z-]+)?)", said, re.MULTILINE)
    assert [c for c in commands if not c.startswith("sync")] == [
        "images download",
        "images analyze",
        "images export-codes",
        "images review",
        "images review",
        "images export-codes",
        "images export-tokens",
        "images stats",
    ]
    drawn, found, missed, *_ = map(int, re.search(r"^all +(.*)$", said, re.MULTILINE)[1].split())
    assert found + missed == drawn
    assert found > 0.8 * drawn
    assert not (tmp_path / "mine.db").exists()
    assert _statuses(folder) == {"downloaded", "gone", "pending"}  # the 404 and the file that was cut off


def test_the_demo_leaves_files_that_can_be_explored(
    small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "demo"
    main.run(["demo", "--folder", str(folder), "--seed", "2"])
    capfd.readouterr()
    monkeypatch.chdir(folder)

    shown = main.run(["lots", "show", "A1-90001-3"])
    verified = main.run(["db", "verify"])

    assert (shown, verified) == (ExitCode.OK, ExitCode.OK)
    assert "A1-90001-3" in capfd.readouterr().out
    for name in ("codes.jsonl", "codes-before-review.jsonl", "tokens.jsonl"):
        assert [json.loads(line) for line in (folder / name).read_text().splitlines()]
    with Image.open(folder / "found.png") as picture:
        picture.load()
    assert (folder / "found.png").stat().st_size < 400_000


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "thesis.txt"
    mine.write_text("years of work")

    code = main.run(["demo", "--folder", str(tmp_path)])

    assert code == ExitCode.USAGE
    assert [*tmp_path.iterdir()] == [mine]
    assert "is no demo" in capsys.readouterr().err


def test_a_new_demo_replaces_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with bootstrap.demo_folder(folder):
        (folder / "images" / "A1-90001-1").mkdir(parents=True)
        for made in ("troostwatch.db", "troostwatch.db-wal", "config.json", "codes.jsonl"):
            (folder / made).write_text("old")
    (folder / "notes.txt").write_text("mine")

    with bootstrap.demo_folder(folder):
        left = {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}

    assert left == {".troostwatch-demo", "notes.txt"}


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    with bootstrap.demo_folder(tmp_path / "demo"), pytest.raises(LockedError), bootstrap.demo_folder(tmp_path / "demo"):
        pass


def _statuses(folder: Path) -> set[str]:
    connection = sqlite3.connect(folder / "troostwatch.db")
    try:
        return {row[0] for row in connection.execute("SELECT DISTINCT download_status FROM lot_images")}
    finally:
        connection.close()
