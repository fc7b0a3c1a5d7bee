"""Settings: flag over environment over file over default, and each tells where it comes from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from troostwatch import config
from troostwatch.config import ConfigError, Configuration


def write(file: Path, **sections: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(sections))
    return file


def sources(configuration: Configuration) -> dict[str, str]:
    return {setting.name: setting.source for setting in configuration.explain()}


def test_without_anything_the_defaults_hold() -> None:
    configuration = config.load()

    assert configuration.file is None
    assert configuration.settings.download.concurrency == 4
    assert configuration.settings.paths.database == Path("data/troostwatch.db")
    assert set(sources(configuration).values()) == {"default"}


def test_the_environment_beats_the_file_and_the_file_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "my.json", download={"concurrency": 8, "per_host": 2})
    monkeypatch.setenv("TROOSTWATCH_DOWNLOAD__CONCURRENCY", "16")

    configuration = config.load(file)

    download = configuration.settings.download
    assert (download.concurrency, download.per_host, download.max_attempts) == (16, 2, 5)
    told = sources(configuration)
    assert told["download.concurrency"] == "environment TROOSTWATCH_DOWNLOAD__CONCURRENCY"
    assert told["download.per_host"] == str(file)
    assert told["download.max_attempts"] == "default"


def test_every_setting_is_explained_once() -> None:
    names = [setting.name for setting in config.load().explain()]

    assert len(names) == len(set(names))
    assert {"paths.database", "network.allow_private", "analysis.ocr_engine", "batch.max_minutes"} <= set(names)


def test_the_file_is_the_named_one_else_that_of_the_variable_else_the_one_lying_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = write(tmp_path / "config.json", download={"concurrency": 1})
    elsewhere = write(tmp_path / "else" / "where.json", download={"concurrency": 2})
    named = write(tmp_path / "named.json", download={"concurrency": 3})

    assert config.load().settings.download.concurrency == 1
    assert config.load().file == Path(here.name)
    monkeypatch.setenv("TROOSTWATCH_CONFIG", str(elsewhere))
    assert config.load().settings.download.concurrency == 2
    assert config.load(named).settings.download.concurrency == 3


def test_paths_of_the_file_start_at_its_folder_and_those_of_the_environment_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "far" / "my.json", paths={"database": "db/t.db", "images": "/photos"})
    assert config.load(file).settings.paths.database == tmp_path / "far" / "db" / "t.db"
    assert config.load(file).settings.paths.images == Path("/photos")

    monkeypatch.setenv("TROOSTWATCH_PATHS__DATABASE", "here.db")

    assert config.load(file).settings.paths.database == Path("here.db")


def test_a_tilde_is_the_home_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    file = write(tmp_path / "my.json", paths={"database": "~/t.db"})
    monkeypatch.setenv("TROOSTWATCH_PATHS__IMAGES", "~/images")

    paths = config.load(file).settings.paths

    assert (paths.database, paths.images) == (Path("/home/someone/t.db"), Path("/home/someone/images"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"download": {"concurency": 8}}, "there is no setting download.concurency"),
        ({"downloads": {}}, "there is no setting downloads"),
        ({"download": {"concurrency": 0}}, "setting download.concurrency: Input should be greater than"),
        (
            {"analysis": {"ocr_engine": "magic"}},
            "setting analysis.ocr_engine: Input should be 'rapidocr' or 'tesseract'",
        ),
        ({"analysis": 7}, "setting analysis: "),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_its_file(
    tmp_path: Path, written: dict[str, object], said: str
) -> None:
    file = write(tmp_path / "my.json", **written)

    with pytest.raises(ConfigError, match=said) as caught:
        config.load(file)

    assert str(file) in str(caught.value.hint)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("TROOSTWATCH_DOWNLOAD__CONCURRENCY", "many", "setting download.concurrency"),
        ("TROOSTWATCH_DOWNLOAD__NONSENSE", "1", "there is no setting download.nonsense"),
        ("TROOSTWATCH_PATH__DATABASE", "x.db", "there is no setting TROOSTWATCH_PATH__DATABASE"),
        ("TROOSTWATCH_SYNC__SOURCES", "A1-39499", "the environment: "),
        ("TROOSTWATCH_DOWNLOAD", "5", "setting download"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named_and_the_file_is_not_blamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigError, match=said) as caught:
        config.load(write(tmp_path / "my.json", sync={"sources": []}))

    assert caught.value.hint
    assert "my.json" not in str(caught.value.hint)


def test_lists_and_tables_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROOSTWATCH_SYNC__SOURCES", '["A1-39499", "pages/"]')
    monkeypatch.setenv("TROOSTWATCH_SYNC__SITES__A3", "https://sister.example")

    sync = config.load().settings.sync

    assert sync.sources == ("A1-39499", "pages/")
    assert sync.sites == {"A3": "https://sister.example"}


@pytest.mark.parametrize(
    ("content", "said"), [("{", "cannot read settings from"), ("[]", "holds no JSON object"), ("\xff", "cannot read")]
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "my.json").write_text(content, encoding="latin-1")

    with pytest.raises(ConfigError, match=said):
        config.load(tmp_path / "my.json")


def test_a_file_that_was_asked_for_and_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"no settings file .*lost\.json"):
        config.load(tmp_path / "lost.json")
    monkeypatch.setenv("TROOSTWATCH_CONFIG", "gone.json")
    with pytest.raises(ConfigError, match=r"no settings file gone\.json"):
        config.load()


def test_settings_cannot_be_changed_while_they_are_used() -> None:
    settings = config.load().settings

    with pytest.raises(ValueError, match="frozen"):
        settings.download.concurrency = 9  # type: ignore[misc]


def test_the_environment_can_be_set_aside_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROOSTWATCH_DOWNLOAD__CONCURRENCY", "16")

    with config.environment_set_aside():
        assert config.load().settings.download.concurrency == 4
    assert os.environ["TROOSTWATCH_DOWNLOAD__CONCURRENCY"] == "16"
