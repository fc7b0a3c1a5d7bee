"""Results that cannot be written: a full disk, a closed stdout, a reader that goes away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fakes.world import World

LINES = ["lots list --json", "lots show A1-1-1", "images export-codes", "--quiet images export-tokens", "--help"]


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"], autouse=True)
def unbuffered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", request.param)


def typed(line: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    program = f"{sys.executable} -m troostwatch"
    return subprocess.run(
        ["bash", "-c", line.replace("troostwatch", program)], cwd=tmp_path, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("line", LINES)
def test_a_full_disk_behind_stdout_is_told(world: World, tmp_path: Path, line: str) -> None:
    said = typed(f"troostwatch {line} > /dev/full", tmp_path)

    assert (said.returncode, said.stderr) == (1, "troostwatch: cannot write to stdout: No space left on device\n")


@pytest.mark.parametrize("line", LINES)
def test_a_result_that_nobody_can_get_is_an_error_without_a_traceback(world: World, tmp_path: Path, line: str) -> None:
    said = typed(f"troostwatch {line} >&-", tmp_path)

    assert (said.returncode, said.stderr) == (1, "troostwatch: cannot write to stdout: Bad file descriptor\n")


def test_a_command_without_a_result_needs_no_stdout(world: World, tmp_path: Path) -> None:
    assert typed("troostwatch images reprocess-failed >&-", tmp_path).returncode == 0
    assert typed("troostwatch images reprocess-failed <&- >&- 2>&-", tmp_path).returncode == 0


@pytest.mark.parametrize("line", LINES)
def test_a_reader_that_has_seen_enough_is_no_error(world: World, tmp_path: Path, line: str) -> None:
    said = typed(f"troostwatch {line} | true; echo ${{PIPESTATUS[0]}}", tmp_path)

    assert (said.stdout, said.stderr) == ("0\n", "")
