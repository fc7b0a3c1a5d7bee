"""Real pages and real photographs, from the site to codes in a file, scored against their hand-made truth."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.lot_site import CAPTURED, captured_site, needs_captured_lots

from troostwatch.interfaces.cli.main import run

pytestmark = needs_captured_lots


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Take the captured auction the whole way and return what the scorer says."""
    for name in ("NETWORK__ALLOW_PRIVATE=1", "SYNC__DELAY_SECONDS=0", "SYNC__JITTER_SECONDS=0"):
        monkeypatch.setenv(*f"TROOSTWATCH_{name}".split("=", 1))
    with captured_site() as base:
        monkeypatch.setenv("TROOSTWATCH_SYNC__SITES", json.dumps({"A1": base}))
        for words in (
            "sync A1-39499",
            "images download",
            "images analyze --jobs 2",
            "images export-codes -o codes.jsonl",
        ):
            assert run(words.split()) == 0, words
    score = [sys.executable, str(CAPTURED / "score.py"), str(tmp_path / "codes.jsonl"), "--json"]
    return json.loads(subprocess.run(score, capture_output=True, text=True, check=True).stdout)


def test_most_codes_are_found_few_are_wrong_and_none_is_approved_wrongly(figures) -> None:
    everything = figures["reported, confidence >= 0.5"]["all"]
    approved = figures["approved automatically"]["all"]

    assert everything["recall"] >= 0.9
    assert everything["precision"] >= 0.95
    assert approved["right"] == approved["reported"] > 0
    assert approved["recall"] >= 0.6
