"""Comparing what was read with what is there."""

from __future__ import annotations

from dataclasses import replace

from troostwatch.domain.codes import CodeType
from troostwatch.domain.comparison import ReadCode, Tally, TrueCode, compare

SERIAL = TrueCode(
    "A1-1-1", 0, "u", CodeType.SERIAL_NUMBER, "PF20ABCD", frozenset({(CodeType.SERIAL_NUMBER, "PF20ABCD")})
)
PART = TrueCode(
    "A1-1-1",
    0,
    "u",
    CodeType.PART_NUMBER,
    "WD181KRYZ-68C",
    frozenset({(CodeType.PART_NUMBER, "WD181KRYZ-68C"), (CodeType.MODEL_NUMBER, "WD181KRYZ")}),
)


def read(kind: CodeType, value: str, *, lot: str = "A1-1-1", position: int = 0) -> ReadCode:
    return ReadCode(lot, position, kind, value, 0.9)


def test_what_is_not_reported_is_missed() -> None:
    result = compare([SERIAL, PART], [read(CodeType.SERIAL_NUMBER, "PF20ABCD")])

    assert result.found == (SERIAL,)
    assert result.missed == (PART,)
    assert result.wrong == ()


def test_punctuation_makes_no_difference() -> None:
    assert compare([PART], [read(CodeType.PART_NUMBER, "WD181KRYZ 68C")]).found == (PART,)


def test_another_name_that_is_right_too_is_found() -> None:
    assert compare([PART], [read(CodeType.MODEL_NUMBER, "WD181KRYZ")]).of(CodeType.MODEL_NUMBER) == Tally(0, 0, 0)


def test_the_right_value_under_the_wrong_type_is_wrong_and_missed() -> None:
    result = compare([SERIAL], [read(CodeType.PART_NUMBER, "PF20ABCD")])

    assert result.of(CodeType.PART_NUMBER) == Tally(0, 0, 1)
    assert result.of(CodeType.SERIAL_NUMBER) == Tally(1, 0, 0)
    assert result.of(None).missed == 1


def test_a_code_is_right_only_on_the_photograph_that_shows_it() -> None:
    result = compare([SERIAL], [read(CodeType.SERIAL_NUMBER, "PF20ABCD", position=1)])

    assert result.of(None) == Tally(1, 0, 1)


def test_what_need_not_be_found_counts_neither_way() -> None:
    optional = replace(SERIAL, required=False)

    assert compare([optional], []).of(None) == Tally(0, 0, 0)
    assert compare([optional], [read(CodeType.SERIAL_NUMBER, "PF20ABCD")]).of(None) == Tally(0, 0, 0)


def test_what_a_symbol_holds_without_a_name_is_no_claim() -> None:
    assert compare([], [read(CodeType.OTHER, "[)>06")]).wrong == ()
