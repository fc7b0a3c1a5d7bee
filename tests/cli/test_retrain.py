"""`images retrain` and the training script, as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from cli.conftest import Run
from fakes.words import stickers
from fakes.world import World

from troostwatch.domain.token_format import values_of
from troostwatch.infrastructure.learning import training

ROOT = Path(__file__).parents[2]


@pytest.fixture
def words(tmp_path: Path) -> Path:
    file = tmp_path / "words.jsonl"
    file.write_text("".join(json.dumps(values_of(row)) + "\n" for row in stickers(8)))
    return file


def test_what_is_exported_has_the_form_of_the_schema(run: Run, world: World, words: Path) -> None:
    schema = json.loads((ROOT / "schema" / "tokens.schema.json").read_text())
    run("images review --approve " + str(world.code_id("CD123456")))
    lines = [run(f"images export-tokens {more}").out.splitlines()[0] for more in ("", "--include-reviewed")]

    for line in [*lines, *words.read_text().splitlines()]:
        jsonschema.validate(json.loads(line), schema)
    assert [json.loads(line)["complete"] for line in lines] == [False, True]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the slow models away; the script below tries them all."""
    models = training.candidates()
    monkeypatch.setattr(training, "candidates", lambda: {"logistic_regression": models["logistic_regression"]})


def test_decisions_and_more_words_make_a_model_and_a_second_time_nothing_changes(
    run: Run, world: World, words: Path, tmp_path: Path, quick: None
) -> None:
    run("images review --approve " + str(world.code_id("CD123456")))

    first = run(f"images retrain --also {words}")
    again = run(f"images retrain --also {words}")

    assert first.code == 0, first.err
    assert "logistic_regression" in first.out
    assert "rules P / R / F1" in first.out
    assert (tmp_path / "data" / "label_classifier.manifest.json").is_file()
    assert again.code == 0
    assert again.err.endswith("nothing changed since the model in place was trained\n")
    assert "retrain" in run("images stats").out


def test_too_little_to_learn_from_is_an_error_with_advice(run: Run, world: World) -> None:
    said = run("images retrain")

    assert said.code == 1
    assert "no word has a label that a person stands behind" in said.err
    assert "try: " in said.err


def test_a_model_that_is_none_of_ours_is_refused(run: Run, world: World, words: Path, tmp_path: Path) -> None:
    model = tmp_path / "data" / "label_classifier.pkl"
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_bytes(b"somebody else's")

    said = run(f"images retrain --also {words}")

    assert said.code == 1
    assert "has no manifest" in said.err
    assert model.read_bytes() == b"somebody else's"


def script(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts" / "train_label_classifier.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_script_trains_from_a_file(words: Path, tmp_path: Path) -> None:
    said = script("--input", words, "--output", tmp_path / "m.pkl")

    assert said.returncode == 0, said.stderr
    assert all(name in said.stdout for name in training.candidates())
    assert (tmp_path / "m.pkl").is_file()


def test_the_script_names_the_line_that_makes_no_sense(words: Path, tmp_path: Path) -> None:
    words.write_text(words.read_text() + "no JSON\n")

    said = script("--input", words, "--output", tmp_path / "m.pkl")

    assert said.returncode == 2
    assert "words.jsonl line 9: not as an export of words is written" in said.stderr
    assert "Traceback" not in said.stderr
