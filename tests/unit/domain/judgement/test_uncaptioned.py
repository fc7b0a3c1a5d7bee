"""Models without a caption."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.stickers import concluded, symbol, text

from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement.likeness import SURE, code_likeness
from troostwatch.domain.readings import Look, LookReason


def test_the_large_line_of_a_label_is_a_model_that_waits_for_a_person() -> None:
    found = concluded(text("KELTRON"), text("AFM0003TIM", y=140), text("Made in China", y=180))

    assert list(found) == [("model_number", "AFM0003TIM")]
    assert 0.4 < found["model_number", "AFM0003TIM"] < 0.8


def test_nothing_is_claimed_where_no_label_is_or_the_model_has_a_caption() -> None:
    assert concluded(text("AFM0003TIM")) == {}
    assert set(concluded(text("Model: XR-500"), text("AFM0003TIM", y=140))) == {("model_number", "XR-500")}


@pytest.mark.parametrize("line", ["ThinkPad T14", "Tel 0123456", "20417722", "230 V", "SAVE100 NOW", "Class 1 laser"])
def test_names_telephones_numbers_and_words_are_no_models(line: str) -> None:
    assert concluded(text(line), text("Made in China", y=140)) == {}


def test_what_has_bars_of_its_own_is_not_taken_for_the_model() -> None:
    assert list(concluded(text("KX204177AB"), symbol("KX204177AB"))) == [("other", "KX204177AB")]


@pytest.mark.parametrize("code", ["XR-500", "KX204177", "81N6", "20TG", "EU3S"])
def test_codes_look_like_codes(code: str) -> None:
    assert code_likeness(code) >= SURE


@pytest.mark.parametrize("words", ["Windows 11", "Save 100", "WIFI", "Galaxy", "Iphone 12"])
def test_words_do_not_look_like_codes(words: str) -> None:
    assert code_likeness(words) < SURE


def test_small_print_without_any_code_names_no_model_as_boards_are_full_of_it() -> None:
    look = Look(LookReason.GLOW, Quad.upright(0, 0, 900, 600), 1.6)
    board = [replace(text(t, y=y), look=look) for t, y in (("LED3V3", 100), ("Made in China", 140))]
    label = [*board, replace(text("S/N: 4K7X22B91", y=180), look=look)]

    assert concluded(*board) == {}
    assert ("model_number", "LED3V3") in concluded(*label)
