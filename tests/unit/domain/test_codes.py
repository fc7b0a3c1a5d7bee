"""One form in which a value is kept and compared, whoever wrote it down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType, canonical


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (CodeType.EAN, "4006381333931", "4006381333931"),
        (CodeType.EAN, " 400-6381 333931 ", "4006381333931"),
        (CodeType.EAN, "012345678905", "0012345678905"),  # UPC-A
        (CodeType.EAN, "96385074", "0000096385074"),  # EAN-8
        (CodeType.EAN, "04006381333931", "4006381333931"),  # GTIN-14 of a single item
        (CodeType.EAN, "14006381333938", "14006381333938"),  # GTIN-14 of a carton
        (CodeType.MAC_ADDRESS, "00-1a-2b-3c-4d-5e", "00:1A:2B:3C:4D:5E"),
        (CodeType.MAC_ADDRESS, "001A2B3C4D5E", "00:1A:2B:3C:4D:5E"),
        (CodeType.IMEI, "49-015420-323751-8", "490154203237518"),
        (CodeType.UUID, "123e4567e89b12d3a456426614174000", "123E4567-E89B-12D3-A456-426614174000"),
        (CodeType.SERIAL_NUMBER, "  ab 12\t34 ", "AB 12 34"),
        (CodeType.PART_NUMBER, "3jz52aw#abh", "3JZ52AW#ABH"),
    ],
)
def test_a_value_is_kept_in_one_form(kind: CodeType, written: str, kept: str) -> None:
    assert canonical(kind, written) == kept


@given(st.sampled_from(CodeType), st.text(max_size=40))
def test_what_is_in_that_form_stays_as_it_is(kind: CodeType, written: str) -> None:
    once = canonical(kind, written)

    assert canonical(kind, once) == once


@given(st.sampled_from([CodeType.MAC_ADDRESS, CodeType.UUID, CodeType.IMEI]), st.integers(0, 2**128 - 1), st.data())
def test_separators_and_case_do_not_tell_values_apart(kind: CodeType, number: int, data: st.DataObject) -> None:
    length = {CodeType.MAC_ADDRESS: 12, CodeType.UUID: 32, CodeType.IMEI: 15}[kind]
    bare = f"{number:032x}"[:length]
    separators = data.draw(st.lists(st.sampled_from(["", "-", ":", " "]), min_size=length, max_size=length))

    written = "".join(character + separator for character, separator in zip(bare, separators, strict=True))

    assert canonical(kind, written) == canonical(kind, bare.upper())


def test_codes_of_one_unit_are_those_that_no_two_units_share() -> None:
    assert {kind for kind in CodeType if kind.unique_to_a_unit} == {
        CodeType.SERIAL_NUMBER, CodeType.MAC_ADDRESS, CodeType.IMEI, CodeType.UUID, CodeType.EID,
    }  # fmt: skip
