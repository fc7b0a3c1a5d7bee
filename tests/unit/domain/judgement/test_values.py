"""Where a printed value begins and ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType, squeeze
from troostwatch.domain.judgement.values import goes_on, value_in

SERIAL, MODEL, PART = CodeType.SERIAL_NUMBER, CodeType.MODEL_NUMBER, CodeType.PART_NUMBER


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (PART, "0 601 9H5 302", "0 601 9H5 302"),
        (PART, "308 04-9", "308 04-9"),
        (PART, "195 JG 249", "195 JG 249"),
        (PART, "1.120.000.070", "1.120.000.070"),
        (SERIAL, "118 40 722", "118 40 722"),
        (SERIAL, "AB 12345", "AB 12345"),
        (SERIAL, "20417 /B", "20417 /B"),
        (SERIAL, "12/345", "12/345"),
        (MODEL, "LS 2208-SR", "LS 2208-SR"),
        (MODEL, "TTK 70 S", "TTK 70 S"),
        (MODEL, "HB 124A", "HB 124A"),
        (MODEL, "Latitude 5400", "LATITUDE 5400"),
        (MODEL, "UAP-AC-LR", "UAP-AC-LR"),
    ],
)
def test_a_value_of_several_groups_is_never_cut_in_half(kind: CodeType, text: str, value: str) -> None:
    assert value_in(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (MODEL, "XR-500 230V 50Hz", "XR-500"),
        (SERIAL, "KX204177 Rev. 2", "KX204177"),
        (PART, "773-0012 MADE IN CHINA", "773-0012"),
        (SERIAL, "20417722 IP55", "20417722"),
        (SERIAL, "12345 2019", "12345"),
        (PART, "12345-A 10 PCS", "12345-A"),
    ],
)
def test_units_revisions_ratings_years_and_words_are_no_part_of_a_value(kind: CodeType, text: str, value: str) -> None:
    assert value_in(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"), [(MODEL, "230V"), (MODEL, "Bunker"), (SERIAL, "2019"), (MODEL, "2.4GHz WI-FI"), (PART, "05/2020")]
)
def test_a_rating_a_word_or_a_date_is_no_value(kind: CodeType, text: str) -> None:
    assert value_in(kind, text) is None


def test_more_may_follow_a_value_where_a_group_or_no_word_of_any_language_stands_behind_it() -> None:
    assert goes_on(" 22 90")
    assert goes_on(" GOSK")
    assert not goes_on(" 230V")
    assert not goes_on(" MADE IN CHINA")
    assert not goes_on("")


@given(st.sampled_from([SERIAL, MODEL, PART, CodeType.EAN, CodeType.MAC_ADDRESS]), st.text(max_size=40))
def test_a_value_consists_of_what_stands_there(kind: CodeType, text: str) -> None:
    value = value_in(kind, text)

    assert value is None or squeeze(value).lstrip("0") in squeeze(text)
