"""The command line as a user types it, on a small world."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.world import World, analysis, code

from troostwatch import bootstrap
from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Box
from troostwatch.domain.readings import Token
from troostwatch.interfaces.cli import main


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Run = Callable[[str], Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a line such as 'lots list --limit 1'. Whatever a user types, no traceback answers."""

    def typed(line: str) -> Said:
        capsys.readouterr()
        exit_code = main.run(shlex.split(line))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Said(exit_code, captured.out, captured.err)

    return typed


@pytest.fixture
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_utc: None) -> Iterator[World]:
    """Fill the database that commands use by default, at the moment of which its clock tells.

    Two lots share a photograph with sure codes; the first has one of its own with a doubtful code.
    """
    world = World.at(tmp_path / "data" / "troostwatch.db")
    world.lot("A1-1-1", closes_in=timedelta(hours=30), title="Laptop")
    world.lot("A1-1-2", closes_in=timedelta(hours=2), title="Phone")
    for lot, position, content in (("A1-1-1", 0, "shared"), ("A1-1-1", 1, "own"), ("A1-1-2", 5, "shared")):
        world.photograph(lot, position, content)
    ean = code("4006381333931", 0.99, CodeType.EAN, Box(10, 60, 210, 90))
    world.shows("shared", analysis(code("AB123456", 0.97), ean))
    words = [
        Token(text, Box(10 + 60 * i, 20, 60 + 60 * i, 50), 0.9, 0, 0) for i, text in enumerate(("S/N", "CD123456"))
    ]
    world.shows("own", analysis(code("CD123456", 0.5), tokens=words))
    world.analyze()
    monkeypatch.setattr(bootstrap.clock, "now", world.clock)
    yield world
    world.connection.close()
