"""What a model is told about a word."""

from __future__ import annotations

import math

import pytest
from fakes.words import HEIGHT, WIDTH, line
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Box
from troostwatch.domain.learning.features import FEATURES, matrix
from troostwatch.domain.learning.words import words_in
from troostwatch.domain.readings import Token


def of(tokens: list[Token], index: int) -> dict[str, float]:
    return dict(zip(FEATURES, matrix(tokens, width=WIDTH, height=HEIGHT)[index], strict=True))


def test_a_word_after_its_caption_knows_it() -> None:
    features = of(line("Serial No.: PF206B5L", 0), 2)

    assert features["caption_on_line_serial_number"] == 1
    assert features["caption_on_line_ean"] == 0
    assert features["plausible_serial_number"] == 1
    assert features["letters_before"] > 0
    assert features["colon_before"] == 1


def test_a_caption_glued_to_the_value_is_taken_off_and_known() -> None:
    features = of(line("S/N:PF206B5L", 0), 0)

    assert features["own_caption_serial_number"] == 1
    assert features["length"] == len("PF206B5L")


def test_a_caption_above_is_nearer_than_one_further_up() -> None:
    near = of([*line("Serial No.", 0), *line("PF206B5L", 1)], 2)
    far = of([*line("Serial No.", 0), *line("Made here", 1), *line("PF206B5L", 2)], 4)

    assert near["caption_above_serial_number"] > far["caption_above_serial_number"] > 0


def test_a_caption_to_the_left_on_another_line_of_text_is_seen() -> None:
    apart = [*line("Serial No.", 0), Token("PF206B5L", Box(420, 20, 580, 50), 0.9, 1, 0)]

    assert of(apart, 2)["caption_left_serial_number"] > 0.5


@pytest.mark.parametrize(
    ("word", "feature"),
    [
        ("4006381333931", "plausible_ean"),
        ("352368562624952", "plausible_imei"),
        ("DC:1B:A1:27:EF:F3", "plausible_mac_address"),
        ("19.5V", "is_quantity"),
        ("100-240V", "is_quantity"),
        ("2021-11-03", "is_date"),
        ("10/2021", "upper_share"),
    ],
)
def test_regular_shapes_are_known(word: str, feature: str) -> None:
    assert (of(line(word, 0), 0)[feature] == 1) == (feature != "upper_share")


def test_the_maker_on_the_photograph_and_the_forms_of_its_codes_are_known() -> None:
    tokens = [*line("Lenovo ThinkPad", 0), *line("PF3K7M2W", 1)]

    assert of(tokens, 2)["maker_lenovo"] == 1
    assert of(tokens, 2)["shape_serial_number"] == 1
    assert of(line("PF3K7M2W", 0), 0)["shape_serial_number"] == 0


TOKENS = st.lists(
    st.builds(
        lambda text, x, y, w, h, conf, number: Token(text, Box(x, y, x + w, y + h), conf, number, 0),
        st.text(min_size=1, max_size=30), st.integers(0, 1500), st.integers(0, 1100), st.integers(0, 99),
        st.integers(0, 99), st.none() | st.floats(0, 1), st.integers(0, 3),
    ),
    max_size=8,
)  # fmt: skip


@given(TOKENS)
def test_whatever_was_read_every_word_has_a_finite_number_for_every_feature(tokens: list[Token]) -> None:
    rows = matrix(tokens, width=WIDTH, height=HEIGHT)

    assert len(rows) == len(tokens)
    assert all(len(row) == len(FEATURES) and all(map(math.isfinite, row)) for row in rows)


@given(TOKENS)
def test_words_keep_their_order_and_their_text(tokens: list[Token]) -> None:
    assert [word.token for word in words_in(tokens, width=WIDTH, height=HEIGHT)] == tokens


def test_every_type_has_its_captions() -> None:
    assert all(f"caption_above_{kind}" in FEATURES for kind in CodeType)
