"""Files that are none, folders that are nobody's, times that cannot be: one line each, at once, and nothing lost."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.world import World

from troostwatch.infrastructure.db.times import stamp


@pytest.mark.parametrize("line", [
    "sync saved", "images import-labels named", "images read named", "--config named lots list", "search --image named",
    "images retrain --also named",
])  # fmt: skip
def test_a_fifo_is_told_of_and_not_waited_for(run: Run, world: World, tmp_path: Path, line: str) -> None:
    (tmp_path / "saved").mkdir()
    for place in ("named", "saved/a.html"):
        os.mkfifo(tmp_path / place)
    said = run(line)
    assert said.code in (1, 2, 3, 4), said
    assert said.err.count("\n") <= 3


def test_a_home_that_leads_nowhere_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROOSTWATCH_PATHS__DATABASE", "~nosuchuser/t.db")
    said = run("lots list")
    assert said.code == 1
    assert "~nosuchuser/t.db: there is no such home folder" in said.err


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"network": {"user_agent": "é"}}', '{"network": {"user_agent": "a\\nb"}}']
)
def test_settings_that_make_no_sense_are_told_in_one_line(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    said = run("lots list")
    assert said.code == 1
    assert said.err.startswith("troostwatch: ")


def test_a_lock_that_cannot_be_taken_is_told_with_what_to_do(run: Run, world: World, tmp_path: Path) -> None:
    (tmp_path / "data" / "troostwatch.db.download.lock").mkdir()
    said = run("images download")
    assert said.code == 1
    assert "cannot lock" in said.err
    assert "remove it" in said.err


def test_a_wait_that_a_wrong_clock_set_is_not_waited(run: Run, world: World) -> None:
    world.connection.execute(
        "UPDATE lot_images SET download_status = 'pending', local_path = NULL, content_sha256 = NULL, "
        "analysis_status = 'pending', review_reason = NULL, retry_at = ?",
        (stamp(world.clock() + timedelta(days=1000)),),
    )
    with world.uow() as uow:
        assert len(uow.images.pending_downloads(now=world.clock())) == 3


def test_json_lines_hold_no_sign_that_acts_on_a_terminal(run: Run, world: World) -> None:
    evil = "a\x7fb\x9bc\u2028d\u202ee\u2066f"
    world.connection.execute("UPDATE lots SET title = ? WHERE display_id = 'A1-1-1'", (evil,))
    said = run("lots list --json")
    assert not set(evil) - set("abcdef") & set(said.out)
    assert evil in [json.loads(line)["title"] for line in said.out.splitlines()]


@pytest.mark.parametrize("title", ["Laptop;=1+1;x", "\uff1d1+1", "\u00a0=1", "\ufeff+1", "x\n@SUM(A1)", "x\t-1"])
def test_a_cell_of_a_stranger_begins_no_formula_wherever_a_spreadsheet_cuts_it(
    run: Run, world: World, title: str
) -> None:
    world.connection.execute("UPDATE lots SET title = ?", (title,))
    said = run("images export-codes --format csv")
    for separator in (";", "\t", "\n"):
        for cell in said.out.split(separator):
            assert cell.strip('"\u00a0\ufeff \r')[:1] not in {"=", "\uff1d"}, cell
