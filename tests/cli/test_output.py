"""Tables for people: nothing broken that is copied, nothing from strangers that the terminal obeys."""

from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from troostwatch import bootstrap
from troostwatch.domain.errors import TroostwatchError
from troostwatch.domain.lots import FailedItem
from troostwatch.interfaces.cli import errors, output, sync
from troostwatch.interfaces.csv_lines import csv_line
from troostwatch.services.sync.report import SyncReport

CLOSES = datetime(2025, 11, 30, 19, 30, tzinfo=UTC)
LOT = ("A1-39499-11", "Lenovo ThinkPad T14 Gen 2 with docking station and bag", CLOSES, "1250.00 EUR", 8, 5)


def show(capsys: pytest.CaptureFixture[str]) -> list[str]:
    output.table("1 lot", ("lot", "title", "closes", "bid", "#photos", "#to review"), [LOT])
    return capsys.readouterr().out.splitlines()


def test_in_a_narrow_terminal_ids_and_numbers_stay_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")  # 80 columns, no colours
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    lines = show(capsys)

    assert [line for line in lines if len(line) > 80] == []
    assert any("A1-39499-11" in line and "1250.00 EUR" in line and "2025-11-30 " in line for line in lines)


def test_in_a_pipe_a_row_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    _title, header, row = show(capsys)

    assert header.split() == ["lot", "title", "closes", "bid", "photos", "to", "review"]
    assert str(LOT[1]) in row


def test_what_strangers_wrote_is_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    output.table("", ("title",), [("[red]free[/red] \x1b[2J\x1e\N{RIGHT-TO-LEFT OVERRIDE}",)])

    assert "[red]free[/red] ␛[2J␞�" in capsys.readouterr().out


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "codes.jsonl"
    target.write_text("yesterday")

    with pytest.raises(KeyError), output.destination(target, bootstrap.Protected()) as file:
        file.write("half")
        raise KeyError

    assert target.read_text() == "yesterday"
    assert [*tmp_path.iterdir()] == [target]


@pytest.mark.parametrize("text", ["=1+1", "+31", "-5", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_nothing_that_a_stranger_wrote(text: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_line([text, [text, "b"], -5, "a=b"]), newline=""))

    assert row == [f"'{text}", f"'{text}; b", "-5", "a=b"]


def test_lists_stand_in_one_cell(capsys: pytest.CaptureFixture[str]) -> None:
    assert csv_line([["printed after 'S/N'", "read twice"], [1, 2], []]) == "printed after 'S/N'; read twice,1 2,"


def test_nothing_that_is_said_moves_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b[2Jhttps://x\r\u202e"
    failed = FailedItem(f"x.har: {evil}", evil, evil)

    output.talk(evil, quiet=False)
    errors.tell(TroostwatchError(evil, hint=evil))
    sync.tell(SyncReport(dry_run=True, failed=[failed], planned=[evil]), as_json=False)

    said = "".join(capsys.readouterr())
    assert said.count("\N{SYMBOL FOR ESCAPE}[2Jhttps://x") == 7
    assert not {"\x1b", "\r", "\u202e"} & set(said)
