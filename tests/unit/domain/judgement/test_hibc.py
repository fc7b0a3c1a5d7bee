"""Labels of the health industry: product and serial, in one symbol or in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.judgement import hibc


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+A123BJC5D6E71G", [("part_number", "BJC5D6E7")]),  # the example of the standard
        ("+EXYZ3551410/$+SN00123/16D20250412%", [("part_number", "355141"), ("serial_number", "SN00123")]),
        ("+EXYZ3551420/$$+7SN001266", [("part_number", "355142"), ("serial_number", "SN00126")]),
        ("+EXYZ3551420/$$+0927SN001266", [("part_number", "355142"), ("serial_number", "SN00126")]),
        ("+EXYZ3551420/$$+3270930SN001266", [("part_number", "355142"), ("serial_number", "SN00126")]),
        ("+EXYZ3551420/$$+8103270930SN001266", [("part_number", "355142"), ("serial_number", "SN00126")]),
        ("+EXYZ3551420/$LOT776", [("part_number", "355142")]),
        ("+$+SN00123LC", [("serial_number", "SN00123")]),
        ("+EXYZ3551420/SAB1234Z", [("part_number", "355142"), ("serial_number", "AB1234")]),
        ("PF3K7M2W", []),
        ("+49 30 901820", []),
    ],
)
def test_product_and_serial_are_taken_out(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(kind.value, value) for kind, value in hibc.codes(text)] == expected


def test_the_last_sign_checks_the_others() -> None:
    assert hibc.is_checked("+A123BJC5D6E71G")
    assert not hibc.is_checked("+A123BJC5D6E71H")


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    hibc.codes("+" + text)
    hibc.is_checked("+" + text)
