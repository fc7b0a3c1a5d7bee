"""A bar where a person watches; nothing in pipes, in cron and under --quiet."""

from __future__ import annotations

import io
import sys

import pytest

from troostwatch.interfaces.cli import progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def watch(monkeypatch: pytest.MonkeyPatch, screen: Screen) -> None:
    """Put a terminal behind stderr."""
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")


def test_a_person_sees_how_much_is_done_and_of_what(monkeypatch: pytest.MonkeyPatch) -> None:
    watch(monkeypatch, screen := Screen())

    with progress.bar("download", quiet=False) as move:
        assert move
        move(3, None, "listing [of one]")
        move(4, 7, "A1-39499-12")

    assert "download" in screen.getvalue()
    assert "4/7" in screen.getvalue()
    assert "A1-39499-12" in screen.getvalue()


def test_nothing_moves_under_quiet_or_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    watch(monkeypatch, screen := Screen())

    with progress.bar("download", quiet=True) as move:
        assert move is None
    monkeypatch.setattr(Screen, "isatty", lambda self: False)
    with progress.bar("download", quiet=False) as move:
        assert move is None

    assert screen.getvalue() == ""
