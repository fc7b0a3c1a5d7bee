"""Vendor profiles: every example of every file comes out as it says."""

from __future__ import annotations

import re

import pytest
from fakes.stickers import judged, symbol, text

from troostwatch.domain.codes import CodeType
from troostwatch.domain.judgement.vendors import Example, vendors

EXAMPLES = [
    pytest.param(example, id=f"{vendor.name} {number}")
    for vendor in vendors()
    for number, example in enumerate(vendor.examples, 1)
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_worked_example_of_a_profile_comes_out(example: Example) -> None:
    lines = [text(line, y=100 + 80 * n) for n, line in enumerate(example.text)]
    symbols = [symbol(payload, y=900 + 80 * n) for n, payload in enumerate(example.symbols)]

    found = {(c.type.value, c.value) for c in judged(*lines, *symbols).codes if c.confidence >= 0.5}

    assert found == example.codes


def test_every_profile_has_an_example_and_names_what_it_describes() -> None:
    for vendor in vendors():
        assert vendor.examples, vendor.name
        assert all(shape.name for shape in (*vendor.shapes, *vendor.traps))
        assert all(trap.type in (CodeType.OTHER, CodeType.REGULATORY_MODEL) for trap in vendor.traps)


def test_a_vendor_is_seen_by_a_whole_word_only() -> None:
    hp = next(vendor for vendor in vendors() if vendor.name == "HP")

    assert hp.is_seen_in(["HP ProBook 450"])
    assert not hp.is_seen_in(["php manual", "graphpaper"])


def test_a_form_without_its_maker_in_sight_says_nothing() -> None:
    assert [c.type for c in judged(symbol("5CG1234ABC")).codes] == [CodeType.OTHER]
    assert [c.type for c in judged(symbol("5CG1234ABC"), text("HP ProBook")).codes] == [CodeType.SERIAL_NUMBER]


def test_a_trap_stays_a_trap_under_a_caption_of_ours() -> None:
    found = judged(text("acer"), text("Model No: N99Q1", y=200))

    assert [c.type for c in found.codes] == [CodeType.REGULATORY_MODEL]


@pytest.mark.parametrize("vendor", vendors(), ids=lambda vendor: vendor.name)
def test_forms_are_written_for_upper_case_and_match_no_empty_string(vendor) -> None:
    for shape in (*vendor.shapes, *vendor.traps):
        assert not re.search("(?<!\\\\)[a-z]", re.sub(r"\\.", "", shape.whole.pattern)), shape.name
        assert not shape.whole.fullmatch("")
