"""Tables for people: nothing broken that is copied, nothing from strangers that the terminal obeys."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from troostwatch.interfaces.cli import output

CLOSES = datetime(2025, 11, 30, 19, 30, tzinfo=UTC)
LOT = ("A1-39499-11", "Lenovo ThinkPad T14 Gen 2 with docking station and bag", CLOSES, "1250.00 EUR", 8, 5)


def show(capsys: pytest.CaptureFixture[str]) -> list[str]:
    output.table("1 lots", ("lot", "title", "closes", "bid", "#photos", "#to review"), [LOT])
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

    with pytest.raises(KeyError), output.destination(target) as file:
        file.write("half")
        raise KeyError

    assert target.read_text() == "yesterday"
    assert [*tmp_path.iterdir()] == [target]
