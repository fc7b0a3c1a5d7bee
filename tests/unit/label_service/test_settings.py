"""What the documentation says of the service's settings is what the service does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from troostwatch.label_service.settings import Settings

ROOT = Path(__file__).parents[3]


def test_the_table_of_settings_has_every_variable_with_its_default() -> None:
    table = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `LABEL_OCR_(\w+)` \| (?:`(.+?)` )?\|", table, re.MULTILINE))
    defaults = Settings().model_dump(mode="json")

    assert told.keys() == {name.upper() for name in defaults}
    for name, value in defaults.items():
        shown = told[name.upper()].replace('"', "'").lower()
        default = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value).lower()
        assert default.endswith(shown) and bool(shown) == bool(default), name


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_OCR_WORKERS", "3")
    monkeypatch.setenv("LABEL_OCR_HOSTS", '["labels.example"]')
    monkeypatch.setenv("LABEL_OCR_TOKEN", "secret")

    settings = Settings()

    assert (settings.workers, settings.hosts) == (3, ["labels.example"])
    assert "secret" not in repr(settings)


def test_a_token_is_taken_as_a_header_can_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABEL_OCR_TOKEN", "secret-token\n")
    assert (token := Settings().token) and token.get_secret_value() == "secret-token"

    monkeypatch.setenv("LABEL_OCR_TOKEN", "secret\ntoken")
    with pytest.raises(ValueError, match="LABEL_OCR_TOKEN has a blank") as caught:
        Settings()
    assert "secret" not in str(caught.value)


def test_the_folder_of_the_roadmap_makes_the_service_when_a_server_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from label_ocr_api.app import main

    assert main._made == {}
    monkeypatch.setenv("LABEL_OCR_WORKERS", "3")
    assert main.app.state.service.settings.workers == 3
    assert main.app is main.app
    main._made.clear()
