"""Which word is a piece of which code, and who says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.world import code
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import Code, CodeStatus, CodeType, DecidedBy
from troostwatch.domain.decisions import Decision, Verdict
from troostwatch.domain.geometry import Box
from troostwatch.domain.readings import Token
from troostwatch.domain.tokens import HandLabel, Label, LabelOrigin, is_complete, labels_for, place


def token(text: str, x: int = 0, y: int = 0, width: int = 100) -> Token:
    return Token(text, Box(x, y, x + width, y + 20), 0.9, 0, 0)


def approved(
    value: str, kind: CodeType = CodeType.SERIAL_NUMBER, *, person: bool = False, box: Box | None = None
) -> Code:
    by = DecidedBy.PERSON if person else DecidedBy.RULE
    return replace(code(value, 0.97, kind, box), status=CodeStatus.APPROVED, decided_by=by)


LINE = [token("Serial"), token("No.:", 110), token("PF206B5L", 220)]


def test_a_word_that_prints_a_code_is_labelled_by_its_type() -> None:
    assert labels_for(LINE, [approved("PF206B5L")], []) == {2: Label("serial_number", LabelOrigin.RULE)}


def test_the_label_tells_when_a_person_decided() -> None:
    assert labels_for(LINE, [approved("PF206B5L", person=True)], []) == {
        2: Label("serial_number", LabelOrigin.DECISION)
    }


def test_only_approved_codes_label_words() -> None:
    rejected = replace(approved("PF206B5L", person=True), status=CodeStatus.REJECTED)

    assert labels_for(LINE, [code("PF206B5L", 0.99), rejected], []) == {}


def test_a_word_with_its_caption_stuck_to_it_is_labelled() -> None:
    assert labels_for([token("S/N:PF206B5L")], [approved("PF206B5L")], []).keys() == {0}


def test_pieces_of_a_code_are_labelled_where_it_stands_and_nowhere_else() -> None:
    tokens = [token("20RL"), token("000XMH", 110), token("20RL", 0, 500)]

    labels = labels_for(tokens, [approved("20RL-000XMH", CodeType.MODEL_NUMBER, box=Box(0, 0, 220, 20))], [])

    assert labels.keys() == {0, 1}


def test_short_values_label_nothing() -> None:
    assert labels_for([token("A1"), token("A1B2", 110)], [approved("A1")], []) == {}


def test_a_person_who_points_at_a_word_beats_what_follows_from_codes() -> None:
    none = HandLabel("PF206B5L", LINE[2].box, "none")

    labels = labels_for(LINE, [approved("PF206B5L", person=True)], [none])

    assert labels == {2: Label("none", LabelOrigin.PERSON)}


def test_what_a_person_decided_beats_the_rule_on_the_same_word() -> None:
    codes = [approved("PF206B5L", CodeType.PART_NUMBER, person=True), approved("PF206B5L")]

    assert labels_for(LINE, codes, []) == {2: Label("part_number", LabelOrigin.DECISION)}


def test_a_label_finds_its_word_again_after_a_new_reading() -> None:
    hand = HandLabel("PF206-B5L", Box(210, 0, 330, 25), "serial_number")
    new = [token("pf206b5l", 0, 400), token("PF206B5L", 222), token("Serial")]

    assert place(hand, new) == 1
    assert place(hand, [token("PF206B5L", 0, 400)]) is None
    assert place(hand, [token("OTHER", 222)]) is None


texts = st.text("AB01-.", min_size=1, max_size=8)
tokens_ = st.lists(st.builds(token, texts, st.integers(0, 500), st.integers(0, 500)), max_size=8)


@given(tokens_, st.lists(st.builds(approved, texts, st.sampled_from(CodeType), person=st.booleans())), st.data())
def test_labels_point_at_words_that_are_there_and_come_in_their_order(
    tokens: list[Token], codes: list[Code], data: st.DataObject
) -> None:
    hands = [
        HandLabel(word.text, word.box, "none")
        for word in tokens and data.draw(st.lists(st.sampled_from(tokens), max_size=3))
    ]

    labels = labels_for(tokens, codes, hands)

    assert list(labels) == sorted(labels)
    assert all(0 <= index < len(tokens) for index in labels)


def test_the_words_that_a_person_corrected_are_what_they_should_have_read() -> None:
    misread = [token("Serial"), token("No.:", 110), token("PF2O6B5L", 220)]
    box = Box(215, 0, 325, 20)
    corrected = Decision(CodeType.PART_NUMBER, "PF2O6B5L", Verdict.CORRECTED, box, CodeType.SERIAL_NUMBER, "PX206B5L")

    assert labels_for(misread, [], [], [corrected]) == {2: Label("serial_number", LabelOrigin.DECISION)}
    assert labels_for(misread, [], [], [replace(corrected, verdict=Verdict.REJECTED)]) == {}


def test_a_word_under_the_box_of_a_code_is_that_code_though_it_was_read_badly() -> None:
    box = Box(220, 0, 320, 20)

    for read in ("PF2O6B5L", "PF206B51", "PF206BSL", "PF208B5L"):
        assert labels_for([token(read, 220)], [approved("PF206B5L", box=box)], []) != {}
    for read in ("Lenovo", "No", "20RL-000X", "2021"):
        assert labels_for([token(read, 220)], [approved("PF206B5L", box=box)], []) == {}


@pytest.mark.parametrize(
    ("codes", "unread", "decided", "dismissed", "complete"),
    [
        ([approved("PF206B5L")], False, True, False, True),
        ([approved("PF206B5L")], False, False, False, False),  # the rule alone has no last word
        ([approved("PF206B5L"), code("AB123456", 0.5)], False, True, False, False),
        ([approved("PF206B5L")], True, True, False, False),
        ([code("AB123456", 0.5)], True, False, True, True),
    ],
)
def test_a_photograph_is_complete_when_a_person_looked_and_nothing_is_left_to_ask(
    codes: list[Code], unread: bool, decided: bool, dismissed: bool, complete: bool
) -> None:
    assert is_complete(codes, unread=unread, decided=decided, dismissed=dismissed) is complete


def test_digits_that_stand_apart_under_the_bars_are_pieces_of_the_number_above_them() -> None:
    bars = Box(200, 100, 500, 180)
    printed = [token("776161", 380, 185), token("4", 190, 185, 20), token("710886", 230, 185), token("4", 900, 600, 20)]

    labels = labels_for(printed, [approved("4710886776161", CodeType.EAN, box=bars)], [])

    assert labels == dict.fromkeys((0, 1, 2), Label("ean", LabelOrigin.RULE))


def test_some_of_the_digits_under_the_bars_are_pieces_too_and_digits_elsewhere_are_not() -> None:
    bars = Box(200, 100, 500, 180)
    printed = [token("776161", 380, 185), token("710886", 230, 400), token("99", 230, 185, 30)]

    labels = labels_for(printed, [approved("4710886776161", CodeType.EAN, box=bars)], [])

    assert labels.keys() == {0}


@pytest.mark.parametrize("box", [None, Box(200, 100, 500, 130)])
def test_a_upc_is_labelled_though_it_is_printed_without_the_zero_of_its_ean(box: Box | None) -> None:
    ean = approved("0192545094139", CodeType.EAN, person=True, box=box)
    whole = [token("192545094139", 250, 400)]
    apart = [token("1", 170, 400, 10), token("92545", 210, 400), token("09413", 340, 400), token("9", 470, 400, 10)]

    assert labels_for(whole, [ean], []).keys() == {0}
    assert labels_for(apart, [ean], []).keys() == {0, 1, 2, 3}
    assert labels_for([token("192545094130", 250, 400)], [ean], []) == {}


def test_an_ean_8_is_labelled_as_it_is_printed() -> None:
    ean = approved("0000096385074", CodeType.EAN)

    assert labels_for([token("9638"), token("5074", 110), token("96385074", 0, 400)], [ean], []).keys() == {0, 1, 2}


def test_no_other_code_loses_its_leading_zero() -> None:
    serial = approved("0192545094139", CodeType.SERIAL_NUMBER)

    assert labels_for([token("192545094139")], [serial], []) == {}


def test_a_upc_that_was_read_where_a_person_corrected_the_type_is_labelled() -> None:
    box = Box(200, 100, 500, 130)
    wrong = Decision(CodeType.EAN, "0192545094139", Verdict.CORRECTED, box, CodeType.OTHER, "192545094139")

    assert labels_for([token("192545094139", 250, 400)], [], [], [wrong]).keys() == {0}
