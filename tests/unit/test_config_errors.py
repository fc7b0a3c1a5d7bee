"""Settings that cannot be understood: what is told, and where the operator is sent to look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from troostwatch import config
from troostwatch.config import ConfigError


def write(file: Path, **sections: object) -> Path:
    file.write_text(json.dumps(sections))
    return file


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TROOSTWATCH_SYNC__SITES", "nojson"), ("TROOSTWATCH_SYNC__SOURCES", "A1-1"), ("TROOSTWATCH_SYNC", "nojson")],
)
def test_a_variable_that_is_no_json_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv("TROOSTWATCH_SYNC__DELAY_SECONDS", "2")
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError, match=f"the environment: {variable} is no JSON") as caught:
        config.load(write(tmp_path / "my.json", sync={"sites": {}}))

    assert "my.json" not in str(caught.value.hint)


def test_a_section_that_is_no_table_is_told_also_when_the_environment_sets_one_of_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "my.json", sync=["x"])
    monkeypatch.setenv("TROOSTWATCH_SYNC__DELAY_SECONDS", "2")

    with pytest.raises(ConfigError, match=r"setting sync: it should be a table") as caught:
        config.load(file)

    assert caught.value.hint == f"look at {file}"


def test_the_place_that_is_wrong_is_blamed_where_file_and_environment_set_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "my.json", sync={"sites": {"A1": 3}})
    monkeypatch.setenv("TROOSTWATCH_SYNC__SITES__A3", "https://sister.example")

    with pytest.raises(ConfigError, match=r"setting sync\.sites\.A1") as caught:
        config.load(file)

    assert caught.value.hint == f"look at {file}"


def test_the_variables_of_the_program_that_are_no_settings_are_let_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_TROOSTWATCH_COMPLETE", "bash_source")
    monkeypatch.setenv("TROOSTWATCH_CONFIG", str(write(tmp_path / "my.json")))

    assert config.load().file == tmp_path / "my.json"


def test_a_tilde_before_the_settings_file_is_the_home_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "my.json", download={"concurrency": 3})

    assert config.load(Path("~/my.json")).settings.download.concurrency == 3
