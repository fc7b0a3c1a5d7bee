"""Lines that documents and crontabs hold: each is typed as it is written there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.world import World, white_picture

from troostwatch.interfaces.cli.errors import ExitCode

HERE = Path(__file__).parents[2]

# Without OpenAI's key and without torch a line is told what is missing; that it is known is what is promised.
LINES = {
    "images download --limit 10": {ExitCode.OK},
    "images download --db data/troostwatch.db --limit 10": {ExitCode.OK},
    "images analyze --backend local --limit 10": {ExitCode.OK},
    "images analyze --backend openai --limit 10": {ExitCode.MISSING_DEPENDENCY},
    "images analyze --backend ml --limit 10": {ExitCode.OK},
    "images analyze --save-tokens --confidence-threshold 0.7 --limit 10": {ExitCode.OK},
    "images review": {ExitCode.OK},
    "images review --limit 5": {ExitCode.OK},
    "images review --promote-to-openai": {ExitCode.MISSING_DEPENDENCY},
    "images reprocess-failed": {ExitCode.OK},
    "images reprocess-failed --limit 100": {ExitCode.OK},
    "images export-tokens": {ExitCode.OK},
    "images export-tokens -o tokens.jsonl": {ExitCode.OK},
    "images export-tokens --include-reviewed --output training_data.json": {ExitCode.OK},
    "images stats": {ExitCode.OK},
    "images embed": {ExitCode.OK, ExitCode.MISSING_DEPENDENCY},
    "images embed --batch-size 100 --limit 10 --verbose": {ExitCode.OK, ExitCode.MISSING_DEPENDENCY},
    "images embed --lot A1-1-1": {ExitCode.OK, ExitCode.MISSING_DEPENDENCY},
    "search laptop": {ExitCode.OK},
    "search find laptop --limit 3": {ExitCode.OK},
    "search duplicates": {ExitCode.OK},
    "lots list": {ExitCode.OK},
    "lots show A1-1-1": {ExitCode.OK},
    "db verify": {ExitCode.OK},
    "batch": {ExitCode.OK},
}


@pytest.fixture
def folder(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    world.fill(tmp_path / "data" / "images", white_picture)
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_was_promised_can_be_typed(run: Run, folder: Path, line: str) -> None:
    said = run(line)
    assert said.code in LINES[line], said


def test_the_export_for_training_is_json_of_labelled_words_alone(run: Run, world: World, folder: Path) -> None:
    run(f"images review --approve {world.code_id('CD123456')}")
    run("images export-tokens --include-reviewed -o training_data.json")
    rows = json.loads((folder / "training_data.json").read_text(encoding="utf-8"))
    assert [sorted(row["labels"].items()) for row in rows] == [[("1", "serial_number")]]
