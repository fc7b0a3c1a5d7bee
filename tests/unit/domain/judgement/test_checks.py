"""What holds together as a code, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from troostwatch.domain.codes import CodeType
from troostwatch.domain.judgement import checks


@pytest.mark.parametrize("digits", ["4006381333931", "96385074", "036000291452", "14006381333938", "4 006381 333931"])
def test_a_gtin_of_each_length_is_recognised(digits: str) -> None:
    assert checks.gtin_is_valid(digits)


@pytest.mark.parametrize("digits", ["4006381333932", "3300000000005", "0000000000000", "00000048", "12345", ""])
def test_wrong_check_digits_and_zeros_are_no_gtin(digits: str) -> None:
    assert not checks.gtin_is_valid(digits)


@given(st.text("0123456789", min_size=12, max_size=12).filter(lambda d: len(d.lstrip("0")) > 7), st.integers(1, 9))
def test_any_other_last_digit_breaks_a_gtin(body: str, off: int) -> None:
    right = str(-sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(body)) % 10)

    assert checks.gtin_is_valid(body + right)
    assert not checks.gtin_is_valid(body + str((int(right) + off) % 10))


@given(st.text("0123456789", min_size=14, max_size=14).filter(lambda d: len(set(d)) > 2))
def test_an_imei_is_fifteen_digits_with_a_luhn_digit(body: str) -> None:
    imei = body + luhn.calc_check_digit(body)

    assert checks.imei_is_valid(imei)
    assert not checks.imei_is_valid(body + str((int(imei[-1]) + 1) % 10))


@given(st.text("0123456789", min_size=28, max_size=28))
def test_an_eid_is_one_modulo_97_and_a_changed_digit_breaks_it(middle: str) -> None:
    body = "89" + middle
    eid = f"{body}{98 - int(body + '00') % 97:02d}"

    assert checks.eid_is_valid(eid)
    assert not checks.eid_is_valid(eid[:5] + str((int(eid[5]) + 1) % 10) + eid[6:])


def test_an_eid_of_the_world_is_recognised() -> None:
    assert checks.eid_is_valid("89049032123451234512345678901235")  # the example of GSMA SGP.02


@pytest.mark.parametrize("text", ["00:1B:44:11:3A:B7", "001b44113ab7", "00-1B-44-11-3A-B7", "001B.4411.3AB7"])
def test_a_mac_address_counts_in_every_notation(text: str) -> None:
    assert checks.mac_is_valid(text)


@pytest.mark.parametrize("text", ["FFFFFFFFFFFF", "000000000000", "01:00:5E:00:00:01", "001B44113AB", "001B44113ABG"])
def test_broadcast_multicast_and_short_ones_are_no_mac_address(text: str) -> None:
    assert not checks.mac_is_valid(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CodeType.SERIAL_NUMBER, "PF3K7M2W"),
        (CodeType.SERIAL_NUMBER, "1800000000017"),
        (CodeType.PART_NUMBER, "4A5B6EA#ABH"),
        (CodeType.PART_NUMBER, "12AB3-4567CD-0EF"),
        (CodeType.MODEL_NUMBER, "UAP-AC-LR"),
        (CodeType.MODEL_NUMBER, "HB 124A"),
        (CodeType.UUID, "1B4E28BA-2FA1-11D2-883F-0016D3CCA427"),
    ],
)
def test_codes_of_the_world_are_plausible(kind: CodeType, text: str) -> None:
    assert checks.plausible(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CodeType.SERIAL_NUMBER, "NUMBER"),
        (CodeType.SERIAL_NUMBER, "123"),
        (CodeType.PART_NUMBER, "Windows"),
        (CodeType.MODEL_NUMBER, "with a long sentence of many words 5"),
        (CodeType.UUID, "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_words_are_not_codes(kind: CodeType, text: str) -> None:
    assert not checks.plausible(kind, text)


@given(st.from_regex(r"[01][0-9]{6}", fullmatch=True))
def test_a_short_upc_and_its_long_form_have_the_same_check_digit(body: str) -> None:
    digit = next(d for d in "0123456789" if checks.gtin_is_valid(checks.upc_a_of(body + d)) or int(body) < 10_000)

    long = checks.upc_a_of(body + digit)

    assert len(long) == 12
    assert long[0] == body[0]
    assert long[-1] == digit


def test_the_zeros_of_a_short_upc_come_back() -> None:
    assert checks.upc_a_of("04252614") == "042100005264"  # GS1's own example
    assert checks.upc_a_of("12-3") == "12-3"


@given(st.from_regex(r"[1-9A-Z][0-9A-Z]{6}", fullmatch=True))
def test_an_express_code_gives_back_its_service_tag(tag: str) -> None:
    assert checks.service_tag_of(str(int(tag, 36))) == tag


@pytest.mark.parametrize("text", ["", "12", "ABC", "9" * 12])
def test_another_number_is_no_express_code(text: str) -> None:
    assert checks.service_tag_of(text) is None
