"""What holds for every test: no network but loopback, no settings of this machine, an empty folder to stand in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def nobody_elses_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away environment and folder, so that no test finds a key, a configuration or the default database."""
    for name in os.environ:
        if name.upper().startswith(("TROOSTWATCH_", "OPENAI_", "LABEL_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
