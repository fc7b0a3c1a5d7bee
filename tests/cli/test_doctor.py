"""`troostwatch doctor` tries what an installation is for, and says plainly what is broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.conftest import Run

from troostwatch.app import doctor
from troostwatch.interfaces.cli.errors import ExitCode


def checked(run: Run, line: str = "doctor --json") -> tuple[int, dict[str, dict[str, str]]]:
    said = run(line)
    return said.code, {row["what"]: row for row in map(json.loads, said.out.splitlines())}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_read", lambda *_: "4 of 4 codes")  # takes its time, and another test tries it


def test_an_installation_that_works_reads_a_label_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    code, found = checked(run)

    assert code == ExitCode.OK
    assert found["reads a drawn label"]["state"] == "ok"
    assert found["reads a drawn label"]["detail"].startswith("4 of 4 codes by barcode")
    assert found["reads it by Tesseract"]["state"] == "ok"
    assert found["database"]["detail"].startswith("none yet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("reads_nothing")
def test_a_key_is_told_to_be_there_and_never_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    said = run("doctor")
    assert "has a key" in said.out
    assert "sk-secret" not in said.out + said.err


def test_without_tesseract_the_main_job_still_works(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    code, found = checked(run)
    assert code == ExitCode.OK
    assert found["reads it by Tesseract"]["state"] == "absent"


@pytest.mark.usefixtures("reads_nothing")
def test_a_database_of_another_program_is_told_as_broken(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"no database at all" * 100)
    code, found = checked(run, "doctor --json --db other.db")
    assert code == ExitCode.ERROR
    assert found["database"]["state"] == "broken"
    assert "cannot open other.db" in found["database"]["detail"]


@pytest.mark.usefixtures("reads_nothing")
def test_a_folder_that_cannot_be_written_is_told_as_broken(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROOSTWATCH_PATHS__IMAGES", "/proc/photographs")
    code, found = checked(run)
    assert code == ExitCode.ERROR
    assert found["photographs"]["detail"].startswith("cannot write to /proc")
