"""The library's page shows what works: its examples are run, and type-checked as a user's script would be."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.sticker_photographs import taken
from fakes.world import World, analysis, code

import troostwatch
from troostwatch import api
from troostwatch.domain.errors import DatabaseError, ImageError

ROOT = Path(__file__).parents[2]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    """Lay out what the examples work on: a sticker, and a database with a doubtful code."""
    (tmp_path / "sticker.png").write_bytes(taken()[0])
    world = World.at(tmp_path / "troostwatch.db")
    world.lot("A1-1-1", title="Laptop")
    world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("AB123456", 0.5)))
    world.analyze()
    world.connection.close()
    api._process.cache_clear()
    return tmp_path


def test_every_example_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    for example in EXAMPLES:
        exec(compile(example, "docs/library.md", "exec"), {})

    said = capsys.readouterr().out
    assert "serial_number " in said  # of the sticker
    assert "A1-1-1 serial_number AB123456" in said  # of the database, approved by the example


def test_a_script_of_a_user_is_checked_strictly_against_the_types_of_the_package(folder: Path) -> None:
    (folder / "mine.py").write_text("\n".join(EXAMPLES), encoding="utf-8")

    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", "mine.py"],
        capture_output=True, text=True, cwd=folder, env={"MYPYPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip

    assert checked.stdout.startswith("Success"), checked.stdout


def test_importing_the_package_reads_nothing_and_changes_nothing() -> None:
    code = (
        "import logging, sys, troostwatch; import troostwatch.api; "
        "assert logging.root.handlers == [] and logging.getLogger('troostwatch').handlers == []; "
        "assert not {'stamina', 'httpx', 'onnxruntime', 'PIL'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"TROOSTWATCH_NONSENSE": "1"})


def test_what_a_caller_can_cause_is_an_error_of_ours(folder: Path) -> None:
    with pytest.raises(ImageError):
        troostwatch.read(b"no picture")
    with pytest.raises(DatabaseError):
        troostwatch.open(folder / "none.db")
