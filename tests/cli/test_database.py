"""The database itself, settings, and what else stands around the work."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.world import World, sha

from troostwatch import __version__
from troostwatch.infrastructure.db.schema.migrations import CURRENT_SCHEMA_VERSION


def test_migrate_makes_a_database_and_status_tells_its_version(run: Run, tmp_path: Path) -> None:
    made = run("db migrate")
    status = run("db status")

    assert made.out == f"data/troostwatch.db has schema version {CURRENT_SCHEMA_VERSION}\n"
    assert status.out == (
        "database   data/troostwatch.db\n"
        f"version    {CURRENT_SCHEMA_VERSION}\n"
        f"program    {CURRENT_SCHEMA_VERSION}\n"
        "missing    none\n"
    )
    assert json.loads(run("db status --json").out)["version"] == CURRENT_SCHEMA_VERSION


def test_a_newer_database_is_refused_by_every_command(world: World, run: Run) -> None:
    world.connection.execute("INSERT INTO schema_migrations VALUES (999, 'later', '')")

    for line in ("lots list", "db migrate", "images review", "images download"):
        said = run(line)
        assert said.code == 1
        assert said.err == (
            f"troostwatch: the database has schema version 999, this program knows {CURRENT_SCHEMA_VERSION}\n"
            "  try: install the newer Troostwatch, or restore a backup made by this one\n"
        )
    assert "version    999" in run("db status").out


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("", r"data/backups/troostwatch-\d{8}T\d{6}Z\.db"),
        ("copies/", r"copies/troostwatch-\d{8}T\d{6}Z\.db"),
        ("copies/mine.db", r"copies/mine\.db"),
    ],
)
def test_a_backup_goes_where_it_is_told_and_can_be_worked_with(world: World, run: Run, target: str, place: str) -> None:
    said = run(f"db backup {target}")

    written = said.out.strip()
    assert said.code == 0
    assert re.fullmatch(place, written)
    assert run(f"images export-codes --db {written}").out == run("images export-codes").out


def test_a_backup_that_cannot_be_written_is_told(world: World, run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    said = run("db backup file/copy.db")

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("troostwatch: cannot write a backup to file/copy.db: ")


def test_verify_finds_nothing_where_all_is_well(world: World, run: Run, tmp_path: Path) -> None:
    give_files(world, tmp_path)

    said = run("db verify")

    assert (said.code, said.out) == (0, "")
    assert said.err == "3 files and all rows are as they should be\n"


def test_verify_names_each_damage_and_changes_nothing(world: World, run: Run, tmp_path: Path) -> None:
    give_files(world, tmp_path)
    orphan = tmp_path / "data" / "images" / "A1-1-1" / "9-left.jpg"
    orphan.write_bytes(b"left over")
    world.connection.execute("DELETE FROM analyses WHERE content_sha256 = ?", (digest("own"),))

    said = run("db verify")

    assert said.code == 4
    assert said.out == (
        "photograph 2 is analyzed but its content was never read\nfile A1-1-1/9-left.jpg belongs to no photograph\n"
    )
    assert orphan.exists()
    assert run("db verify") == said


def test_every_setting_is_shown_with_where_it_comes_from(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my.json").write_text('{"analysis": {"jobs": 3}}')
    monkeypatch.setenv("TROOSTWATCH_DOWNLOAD__CONCURRENCY", "8")

    shown = run("--config my.json config show --json").out
    settings = {line["name"]: line for line in map(json.loads, shown.splitlines())}

    assert settings["analysis.jobs"] == {"name": "analysis.jobs", "value": 3, "source": "my.json"}
    assert settings["download.concurrency"]["source"] == "environment TROOSTWATCH_DOWNLOAD__CONCURRENCY"
    assert settings["paths.database"] == {"name": "paths.database", "value": "data/troostwatch.db", "source": "default"}
    table = run("--config my.json config show").out
    assert re.search(r"^analysis\.jobs +3 +my\.json *$", table, re.MULTILINE)


def test_a_flag_beats_every_setting(world: World, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run("db backup copies/mine.db")
    monkeypatch.setenv("TROOSTWATCH_PATHS__DATABASE", "lost.db")

    assert run("lots list").code == 1
    assert run("lots list --db copies/mine.db").code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_given_what_completes_our_words(run: Run, shell: str) -> None:
    assert f"_TROOSTWATCH_COMPLETE={shell}_complete" in run(f"completion {shell}").out


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out == f"troostwatch, version {__version__}\n"


@pytest.mark.parametrize(
    "line",
    [
        "images download",
        "images analyze --jobs 1 --ocr-engine tesseract",
        "db verify",
        "batch",
        "images reprocess-failed",
        "images export-tokens -o t.jsonl",
        "images stats",
        "images review",
    ],
)
def test_quiet_leaves_stderr_empty(world: World, run: Run, line: str) -> None:
    world.photograph("A1-1-2", 6, "its file is nowhere")

    said = run(f"--quiet {line}")

    assert said.code in (0, 4)
    assert said.err == ""


def test_errors_are_told_even_under_quiet(run: Run) -> None:
    assert "no database at" in run("--quiet images stats").err


def test_what_a_run_did_is_on_record(world: World, run: Run) -> None:
    run("images analyze --jobs 1")

    with closing(sqlite3.connect("data/troostwatch.db")) as connection:
        rows = connection.execute("SELECT stage, outcome, message FROM runs").fetchall()
    assert rows == [("analyze", "done", "no photograph waits to be analyzed")]
    assert "no photograph waits to be analyzed" in run("images stats").out


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def give_files(world: World, folder: Path) -> None:
    """Lay down the files of the small world: a content is named after its bytes."""
    for path, sha256 in world.connection.execute("SELECT local_path, content_sha256 FROM lot_images"):
        (body,) = (content for content in ("shared", "own") if sha(content) == sha256)
        file = folder / "data" / "images" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body.encode())
