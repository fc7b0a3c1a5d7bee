"""What the documentation says of the service's settings is what the service does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from label_ocr_api.app.settings import Settings

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
