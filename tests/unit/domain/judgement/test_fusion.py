"""Weighing witnesses: which codes stand, and how sure we are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.stickers import concluded, judged, opinion, symbol, text, turned, undecoded
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement import code39
from troostwatch.domain.readings import Reading, ReadingKind, RunnerUp

SURE = 0.95  # the default from which the rule approves
ASKED = 0.8  # the default below which a person is asked


def test_a_symbol_with_identifier_and_printed_text_is_sure() -> None:
    found = concluded(
        text("MTM:20AB-0001GE", y=60),
        text("(S)Serial Number: PF3K7M2W", y=200),
        symbol("SPF3K7M2W", y=240),
        symbol("1S20AB0001GEPF3K7M2W", y=400),
    )

    assert found["serial_number", "PF3K7M2W"] > SURE
    assert found["model_number", "20AB-0001GE"] > SURE
    assert len(found) == 2


def test_text_alone_at_which_nobody_looked_twice_is_never_sure() -> None:
    assert 0.5 < concluded(text("Serial Number: PF3K7M2W"))["serial_number", "PF3K7M2W"] < SURE


def test_a_lone_ean_symbol_is_sure() -> None:
    assert concluded(symbol("4006381333931", "EAN13"))["ean", "4006381333931"] > SURE


def test_a_value_to_the_right_of_its_caption_belongs_to_it() -> None:
    found = concluded(text("S/N", 100, 500), text("5CG1234ABC", 400, 505), symbol("5CG1234ABC", y=560))

    assert found["serial_number", "5CG1234ABC"] > SURE


def test_a_value_below_its_caption_belongs_to_it() -> None:
    found = concluded(text("Serial Number:", 100, 500), text("1800000000017", 105, 545))

    assert found["serial_number", "1800000000017"] > 0.5


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_sticker_reads_like_an_upright_one(quarters: int) -> None:
    sticker = [
        text("S/N", 100, 500),
        text("5CG1234ABC", 400, 505),
        text("P/N", 100, 600),
        text("4A5B6EA#ABH", 400, 604),
    ]

    assert concluded(*(turned(r, quarters) for r in sticker)) == concluded(*sticker)


def test_the_symbol_settles_what_looks_alike() -> None:
    found = concluded(text("Serial No.: PF3K7M2O"), symbol("PF3K7M20"))

    assert ("serial_number", "PF3K7M20") in found
    assert ("serial_number", "PF3K7M2O") not in found


def test_two_readings_that_disagree_in_a_look_alike_lower_each_other() -> None:
    alone = concluded(text("S/N: AB0123CD"))["serial_number", "AB0123CD"]

    found = concluded(text("S/N: AB0123CD"), text("S/N: ABO123CD", y=400))

    assert found["serial_number", "AB0123CD"] < alone
    assert found["serial_number", "ABO123CD"] < alone


def test_the_caption_of_another_number_keeps_its_value_from_being_an_ean() -> None:
    # 13 digits with a right check digit, by chance.
    found = judged(text("Microsoft Product Key ID"), text("4006381333931", y=140))

    assert [c.type for c in found.codes] == []


def test_what_stripes_seen_once_spell_is_doubtful_unless_print_agrees() -> None:
    alone = concluded(symbol("001B44113AB7", passes=0.25))
    printed = concluded(symbol("001B44113AB7", passes=0.25), text("MAC: 001B44113AB7", y=400))

    assert alone["mac_address", "00:1B:44:11:3A:B7"] < 0.5
    assert printed["mac_address", "00:1B:44:11:3A:B7"] > SURE


def test_a_label_cut_off_by_the_edge_does_not_give_a_shorter_serial() -> None:
    whole = text("S/N: P30AKLM7", 300, 500)
    cut = text("S/N: P30AKLM", 1430, 500)

    assert set(concluded(whole, cut)) == {("serial_number", "P30AKLM7")}
    assert concluded(cut)["serial_number", "P30AKLM"] < ASKED


def test_digits_spaced_out_under_bars_are_one_ean() -> None:
    found = concluded(text("4", 100, 500), text("710886", 150, 500), text("776161", 270, 500))

    assert ("ean", "4710886776161") in found


def test_a_symbol_that_nothing_explains_is_reported_as_other() -> None:
    assert list(concluded(symbol("SL10A12345"))) == [("other", "SL10A12345")]


def test_a_caption_without_a_value_asks_for_a_person() -> None:
    assert judged(text("Serial Number:")).unread_reason == "nothing could be read beside 'Serial Number'"
    assert judged(text("ThinkPad"), text("intel", y=200)).unread_reason is None


def test_each_code_names_its_evidence() -> None:
    judgement = judged(text("(S)Serial Number: PF3K7M2W"), symbol("SPF3K7M2W"))

    assert judgement.codes[0].evidence == (
        "printed after '(S)Serial Number'",
        "Code128 with identifier S",
        "its characters are those of a code",
    )
    assert judgement.codes[0].readers == ("barcode", "rapidocr")
    assert judgement.codes[0].context == "(S)Serial Number"


def test_bars_that_were_read_as_two_numbers_make_neither_sure() -> None:
    # Both have a right check digit.
    right, wrong = symbol("4006381333931", "EAN13"), symbol("4006381303934", "EAN13", y=310)
    found = concluded(right, wrong)
    settled = concluded(right, wrong, text("4006381333931", y=360))

    assert max(found.values()) < 0.8
    assert settled["ean", "4006381333931"] > SURE > settled["ean", "4006381303934"]


def test_two_symbols_beside_each_other_are_no_rivals() -> None:
    found = concluded(symbol("4006381333931", "EAN13"), symbol("0012345678905", "EAN13", x=700))

    assert min(found.values()) > SURE


def test_an_empty_photograph_says_nothing() -> None:
    assert judged().codes == ()


readings = st.lists(
    st.builds(
        lambda kind, payload, x, y: text(payload, x, y) if kind else symbol(payload, "Code128", x, y),
        st.booleans(),
        st.from_regex(r"((S/N|P/N|MAC|EAN|MTM|Serial Number):? ?)?[A-Z0-9#:-]{1,16}", fullmatch=True),
        st.integers(0, 1500),
        st.integers(0, 1100),
    ),
    max_size=8,
)


@given(readings)
def test_every_code_has_a_probability_a_place_and_a_reason(found: list[Reading]) -> None:
    judgement = judged(*found)

    for code in judgement.codes:
        assert 0 < code.confidence < 1
        assert code.box is not None
        assert code.evidence
        assert code.readers
    assert len({c.key for c in judgement.codes}) == len(judgement.codes)


@given(readings, st.randoms())
def test_the_order_of_the_readings_does_not_matter_to_the_types_and_values(found: list[Reading], rng) -> None:
    shuffled = list(found)
    rng.shuffle(shuffled)

    assert {c.type for c in judged(*shuffled).codes} == {c.type for c in judged(*found).codes}


@given(readings)
def test_a_second_sighting_never_makes_a_symbol_less_sure(found: list[Reading]) -> None:
    before = concluded(symbol("4006381333931", "EAN13"), *found).get(("ean", "4006381333931"), 0)
    after = concluded(symbol("4006381333931", "EAN13"), *found, text("4006381333931", 700, 900)).get(
        ("ean", "4006381333931"), 0
    )

    assert after >= before


def test_what_only_a_second_reader_saw_is_left_to_a_person() -> None:
    lone = concluded(opinion("serial_number", "AB0123CD"), opinion("serial_number", "AB0123CD", reader="label-api"))
    agreed = concluded(opinion("serial_number", "AB0123CD"), text("S/N: AB0123CD"))
    checked = concluded(opinion("ean", "4006381333931"))

    assert 0.5 < lone["serial_number", "AB0123CD"] < SURE
    assert agreed["serial_number", "AB0123CD"] > concluded(text("S/N: AB0123CD"))["serial_number", "AB0123CD"]
    assert ("ean", "4006381333931") in checked


def test_an_opinion_that_cannot_be_its_type_is_no_evidence() -> None:
    assert concluded(opinion("ean", "4006381333932"), opinion("imei", "12")) == {}


def test_a_closer_look_that_agrees_makes_text_surer_and_one_that_does_not_less() -> None:
    once = concluded(text("S/N: AB0123CD"))["serial_number", "AB0123CD"]
    twice = concluded(text("S/N: AB0123CD", again="S/N: AB0123CD"))["serial_number", "AB0123CD"]
    otherwise = concluded(text("S/N: AB0123CD", again="S/N: ABO123CO"))["serial_number", "AB0123CD"]

    assert otherwise < once < twice


def test_digits_under_bars_that_cannot_be_decoded_are_surer_than_digits_alone() -> None:
    digits = text("4 710886 776161", 110, 345)

    assert concluded(digits, undecoded(y=300))["ean", "4710886776161"] > concluded(digits)["ean", "4710886776161"]


def test_bars_that_could_not_be_decoded_ask_for_a_person_unless_text_stands_there() -> None:
    lid, logo = undecoded(x=900, y=900), text("ThinkPad", 930, 905)

    assert judged(lid).unread_reason == "there are bars that could not be decoded"
    assert judged(lid, logo).unread_reason is None


def test_the_rule_never_approves_what_two_looks_read_differently_or_print_confuses() -> None:
    differs = concluded(text("Lenovo"), text("Serial Number: PF3K7M2W", y=300, again="Serial Number: PF3K7M2N"))
    hexadecimal = concluded(text("MAC: 04D9F583978B", again="MAC: 04D9F583978B"), text("MAC: 04D9F583978B", y=400))

    assert differs["serial_number", "PF3K7M2W"] < SURE
    assert hexadecimal["mac_address", "04:D9:F5:83:97:8B"] < SURE
    assert concluded(text("MAC: 04D9F583978B"), symbol("04D9F583978B"))["mac_address", "04:D9:F5:83:97:8B"] > SURE


def test_bars_under_a_serial_caption_may_begin_with_the_identifier_s() -> None:
    alone = concluded(text("Serial Number", 100, 260), symbol("SC02F90PNQ8S1", y=300))
    announced = concluded(text("(S) Serial Number", 100, 260), symbol("SC02F90PNQ8S1", y=300))

    assert max(alone.values()) < SURE
    assert announced["serial_number", "C02F90PNQ8S1"] > SURE


def test_bars_with_another_number_printed_under_them_are_not_sure() -> None:
    found = concluded(symbol("4006381333931", "EAN13"), text("4 710886 776161", 150, 345))

    assert found["ean", "4006381333931"] < SURE


def test_tilted_digits_under_bars_are_one_ean_although_the_first_stands_alone() -> None:
    tilted = [("3", 886, 702, 932), ("536403", 939, 680, 1121), ("393748", 1125, 634, 1298)]
    lines = [Reading("rapidocr", ReadingKind.TEXT, digits, slanted(x0, y0, x1), 0.99) for digits, x0, y0, x1 in tilted]

    assert ("ean", "3536403393748") in concluded(*lines)


def slanted(x0: float, y0: float, x1: float) -> Quad:
    """Return a line 45 pixels high that climbs by a quarter of its length; the box of one digit lies flat."""
    rise = (x1 - x0) / 4 if x1 - x0 > 60 else 0
    return Quad(((x0, y0 - 45), (x1, y0 - 45 - rise), (x1, y0 - rise), (x0, y0)))


def test_bars_complete_what_print_lost_at_its_end() -> None:
    found = concluded(text("HP"), text("S/N: 5CG7264NT", y=300), symbol("5CG7264NT5", y=400))

    assert set(found) == {("serial_number", "5CG7264NT5")}


def test_print_that_bars_go_on_behind_is_left_to_a_person_where_no_form_decides() -> None:
    found = concluded(text("S/N: QRS7264NT", again="S/N: QRS7264NT"), symbol("QRS7264NT5", y=400))

    assert found["serial_number", "QRS7264NT"] < SURE


def test_a_serial_of_which_print_shows_but_the_beginning_is_the_one_in_the_bars() -> None:
    line = "(S) Serial No. FLGR9M"
    found = concluded(text(line, again=line), symbol("SFLGR9MF9RX", y=400))

    assert found["serial_number", "FLGR9MF9RX"] > SURE
    assert found["serial_number", "FLGR9M"] < SURE


def test_a_labelled_payload_gives_its_serial_and_no_other() -> None:
    found = concluded(text("S/N: U1N0CV02BSH0836"), symbol("SN:U1N0CV02BSH0836", "QRCode", y=400))

    assert set(found) == {("serial_number", "U1N0CV02BSH0836")}


def test_the_second_choice_for_a_sign_is_told_and_not_taken() -> None:
    line = replace(text("S/N: JIDRH68540"), runners_up=(RunnerUp(14, "O", 0.37),))
    (code,) = judged(line).codes

    assert code.value == "JIDRH68540"
    assert "sign 10, '0', may be 'O'" in code.evidence


def test_where_a_separator_was_left_out_the_print_beside_it_tells_where_a_serial_ends() -> None:
    run_on = symbol("010871795300123821SER1234510LOT77", "DataMatrix")

    alone = concluded(run_on)
    beside = concluded(run_on, text("(21) SER12345", y=400), text("(10) LOT77", y=440))
    whole = concluded(run_on, text("S/N: SER1234510LOT77", y=400))

    assert alone["serial_number", "SER1234510LOT77"] < 0.9
    assert [value for kind, value in beside if kind == "serial_number"] == ["SER12345"]
    assert whole["serial_number", "SER1234510LOT77"] > 0.95


def test_a_symbol_that_says_where_a_thing_comes_from_is_named_and_no_doubt() -> None:
    (code,) = judged(symbol("4LCN")).codes

    assert (code.type, code.value) == ("other", "4LCN")
    assert code.evidence == ("Code128 with identifier 4L: country of origin",)
    assert code.confidence > SURE


def test_bars_whose_last_sign_checks_the_others_bear_out_print_without_it() -> None:
    caption = text("Serial Number", 100, 260)
    printed = text("BX77-4124", y=350, again="BX77-4124")
    value = "BX77-4124"
    check = next(sign for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if code39.is_checked(value + sign))

    found = concluded(text(f"S/N: {value}", again=f"S/N: {value}"), symbol(value + check, "Code39", y=400))

    assert found["serial_number", value] > SURE
    assert ("serial_number", value + check) not in found
    assert concluded(caption, symbol(value + check, "Code39"), printed)["serial_number", value + check] < SURE


def test_bars_in_full_ascii_bear_out_print_in_small_letters() -> None:
    found = concluded(text("S/N: kx2041-773a", again="S/N: kx2041-773a"), symbol("+K+X2041-773+A", "Code39", y=400))

    assert found["serial_number", "KX2041-773A"] > SURE
