"""Numbers in sentences."""

from __future__ import annotations

from troostwatch.domain.counting import counted


def test_one_is_not_many() -> None:
    assert [counted(number, "photograph") for number in (0, 1, 2)] == ["0 photographs", "1 photograph", "2 photographs"]
    assert [counted(number, "analysis", "analyses") for number in (1, 2)] == ["1 analysis", "2 analyses"]
