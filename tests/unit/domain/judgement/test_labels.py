"""Which readings stand on one label."""

from __future__ import annotations

from dataclasses import replace

from fakes.stickers import concluded, text, turned

from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement.labels import labels
from troostwatch.domain.readings import Reading


def groups(*readings: Reading) -> list[set[int]]:
    return sorted((set(label.readings) for label in labels(readings)), key=min)


def test_lines_below_each_other_are_one_label() -> None:
    assert groups(text("Model: XR-500", y=100), text("S/N: 20417722", y=150)) == [{0, 1}]


def test_lines_far_apart_are_two_labels() -> None:
    assert groups(text("Model: XR-500", y=100), text("S/N: 20417722", y=700)) == [{0}, {1}]


def test_a_caption_takes_no_value_from_print_in_another_direction() -> None:
    sideways = replace(text("20417722", 500, 100), quad=Quad(((420, 40), (420, 160), (390, 160), (390, 40))))

    assert groups(text("Serial No.", 100, 100), sideways) == [{0}, {1}]
    assert concluded(text("Serial No.", 100, 100), sideways) == {}


def test_what_is_much_larger_is_no_line_of_the_label() -> None:
    large = replace(text("20417722"), quad=Quad.upright(100, 140, 900, 300))

    assert groups(text("Serial No."), large) == [{0}, {1}]


def test_each_reading_stands_on_one_label() -> None:
    readings = [turned(text(f"S/N: 2041772{n}", 100 + 300 * n, 200 * n), n % 4) for n in range(5)]

    assert sorted(i for label in labels(readings) for i in label.readings) == list(range(5))
