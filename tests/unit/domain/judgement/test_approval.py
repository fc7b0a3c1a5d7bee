"""What is left to a person, however well its evidence does on average."""

from __future__ import annotations

import pytest
from fakes.stickers import concluded, symbol, text

from troostwatch.domain.judgement import checks
from troostwatch.domain.readings import Reading

SURE = 0.95


def approved(*readings: Reading) -> set[str]:
    return {value for (_, value), confidence in concluded(*readings).items() if confidence >= SURE}


def twice(line: str, **place: float) -> Reading:
    return text(line, again=line, **place)


def test_print_that_was_read_twice_and_surely_under_a_plain_caption_is_approved() -> None:
    assert approved(twice("S/N: 20417722")) == {"20417722"}


@pytest.mark.parametrize("value", ["JIDRH68540", "U0AMW7786H", "T67610202GZ", "ALUTB3802I", "1BZ5SB20B80"])
def test_signs_that_look_alike_are_a_doubt_whichever_was_read(value: str) -> None:
    assert approved(twice(f"Serial No. {value}")) == set()
    assert approved(twice(f"Serial No. {value}"), symbol(value)) == {value}


def test_a_number_behind_letters_is_a_number() -> None:
    assert approved(twice("S/N: KX204177")) == {"KX204177"}


def test_a_character_of_which_the_reader_was_not_sure_is_left_to_a_person() -> None:
    unsure = text("S/N: 20417722", again="S/N: 20417722", sure=0.6)

    assert approved(unsure) == set()


def test_bars_without_a_compulsory_check_digit_settle_nothing_alone() -> None:
    caption = text("Serial Number", 100, 260)

    assert approved(caption, symbol("96840264617331", "ITF")) == set()
    assert approved(caption, symbol("96840264617331", "Code128")) == {"96840264617331"}
    assert approved(caption, symbol("96840264617331", "ITF"), twice("96840264617331", y=350)) == {"96840264617331"}


def test_another_reading_of_the_same_bars_is_a_rival() -> None:
    bars = symbol("9684026461", "ITF"), symbol("4026461733", "ITF", y=305)

    assert approved(text("Serial Number", 100, 260), *bars) == set()


def test_a_value_in_groups_is_whole_and_left_to_a_person() -> None:
    found = concluded(twice("Serial No. 20417 22 90"))

    assert list(found) == [("serial_number", "20417 22 90")]
    assert max(found.values()) < SURE


def test_a_payload_says_once_what_it_is_and_that_is_not_enough() -> None:
    assert approved(symbol("SN:AB12CD3456EF", "QRCode")) == set()
    assert approved(symbol("SN:AB12CD3456EF", "QRCode"), text("S/N: AB12CD3456EF", y=400)) == {"AB12CD3456EF"}


def test_a_vague_caption_alone_approves_nothing() -> None:
    assert approved(twice("Bestell-Nr. 4417032")) == set()


def test_a_short_serial_may_be_what_is_left_of_one() -> None:
    assert approved(twice("SN: KLMG24")) == set()


@pytest.mark.parametrize("ean", ["2101234004128", "0000024177023", "9812345670012"])
def test_numbers_of_one_shop_and_coupons_are_left_to_a_person(ean: str) -> None:
    assert checks.is_of_one_shop(ean)
    assert approved(symbol(ean, "EAN13")) == set()


@pytest.mark.parametrize("ean", ["4006381333931", "0012345678905", "3301000000005"])
def test_articles_of_the_world_are_not_of_one_shop_and_no_makers_form_vetoes_them(ean: str) -> None:
    assert approved(symbol(ean, "EAN13"), text("Microsoft", y=700)) == {ean}


def test_on_the_plate_of_a_machine_type_is_the_model_and_a_bare_number_the_serial() -> None:
    plate = text("230 V 50 Hz"), text("0,75 kW IP 55", y=150)
    lines = twice("Typ KM90L", y=200), twice("Nr. 4811779", y=250)

    assert set(concluded(*plate, *lines)) == {("model_number", "KM90L"), ("serial_number", "4811779")}
    assert ("serial_number", "4811779") not in concluded(*lines)
