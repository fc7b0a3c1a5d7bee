"""Invented values have the shapes and check digits of real ones."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean, imei, luhn
from stdnum.iso7064 import mod_97_10

from troostwatch.infrastructure.synthetic import values

dice = st.integers(0, 2**32).map(Random)


@given(dice)
def test_the_last_digit_of_a_gtin_checks_the_others(rng) -> None:
    number = values.gtin("4710886", "0195")(rng)

    assert len(number) == 13
    assert ean.is_valid(number)


@given(dice)
def test_an_imei_ends_in_its_luhn_digit(rng) -> None:
    number = values.imei(rng)

    assert imei.is_valid(number)
    assert luhn.is_valid(number)


@given(dice)
def test_an_eid_is_32_digits_that_leave_1_by_97(rng) -> None:
    number = values.eid(rng)

    assert len(number) == 32
    assert mod_97_10.is_valid(number)


@given(dice)
def test_a_shape_fills_its_holes_and_keeps_its_letters(rng) -> None:
    assert values.shaped("H{9}-{A:2}{H:3}")(rng).startswith("H")
    assert [c.isdigit() for c in values.shaped("{9:4}{A:3}")(rng)] == [True] * 4 + [False] * 3


def test_letters_that_look_like_digits_do_not_occur() -> None:
    serial = values.shaped("{X:4000}")(Random(0))

    assert not {"I", "O"} & set(serial)


def test_an_express_code_is_the_service_tag_in_base_36() -> None:
    assert values.express_code("1BCDFGZ") == "286-269-224-3"
    assert int("2862692243") == int("1BCDFGZ", 36)
