"""GS1 element strings and links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from troostwatch.domain.judgement import gs1

GTINS = st.from_regex(r"[0-9]{13}", fullmatch=True).map(lambda body: body + ean.calc_check_digit(body))
SERIALS = st.from_regex(r"[0-9A-Z/-]{1,20}", fullmatch=True)


@given(GTINS.filter(lambda gtin: int(gtin) > 10**8), SERIALS, SERIALS)
def test_what_is_put_together_comes_apart_again(gtin: str, serial: str, batch: str) -> None:
    text = f"01{gtin}11260131{'21'}{serial}{gs1.SEPARATOR}10{batch}"

    assert gs1.elements(text) == [("01", gtin), ("11", "260131"), ("21", serial), ("10", batch)]


@pytest.mark.parametrize(
    "text",
    [
        "PF3K7M2W",
        "0195042177480",  # an EAN is no element string
        "01095060001343",  # too short for its identifier
        "0109506000134353" + "21ABC",  # wrong check digit
        "0109506000134352" + "21" + "X" * 21,  # too long
        "",
    ],
)
def test_what_is_no_element_string_as_a_whole_gives_nothing(text: str) -> None:
    assert gs1.elements(text) == []


def test_a_weight_has_six_digits_after_four() -> None:
    assert gs1.elements("0109506000134352" + "3103001750" + "21A1") == [
        ("01", "09506000134352"),
        ("3103", "001750"),
        ("21", "A1"),
    ]


@given(st.text())
def test_no_text_and_no_address_breaks_the_parsers(text: str) -> None:
    gs1.elements(text)
    list(gs1.link("https://example.org/" + text.replace("[", "").replace("]", "")))
