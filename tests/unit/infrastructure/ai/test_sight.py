"""Print that is too small for the whole picture is looked at where it stands."""

from __future__ import annotations

import math
from functools import cache

import pytest
from fakes.small_labels import SIZE, small_label
from PIL import Image

from troostwatch.domain.codes import squeeze
from troostwatch.domain.readings import LookReason, Reading
from troostwatch.infrastructure.ai.rapidocr_reader import RapidOcrReader
from troostwatch.infrastructure.synthetic.truth import Truth

LONG = (4400, 700)


@cache
def reader() -> RapidOcrReader:
    return RapidOcrReader()


@cache
def read(degrees: int = 0, *, scale: float = 0.5, size: tuple[int, int] = SIZE) -> list[Reading]:
    return reader().read(small_label(math.radians(degrees), scale=scale, size=size)[0])[0]


def serial_of(truth: Truth) -> str:
    (serial,) = (code.value for code in truth.codes if code.type == "serial_number")
    return serial


def with_serial(lines: list[Reading], truth: Truth) -> list[Reading]:
    return [line for line in lines if serial_of(truth) in squeeze(line.text)]


@pytest.mark.parametrize("degrees", [0, 40, 90, 155, 180, 270])
def test_a_small_label_is_read_in_whatever_direction_it_lies(degrees: int) -> None:
    _, truth = small_label(math.radians(degrees))

    assert with_serial(read(degrees), truth)


def test_without_a_second_look_it_is_not_read() -> None:
    image, truth = small_label(math.radians(40))

    assert not with_serial(RapidOcrReader(most_area=0).read(image)[0], truth)


def test_a_line_of_a_region_lies_where_it_is_printed_and_says_where_it_was_seen() -> None:
    image, truth = small_label(math.radians(155))
    printed = next(text.quad for text in truth.texts if text.type == "serial_number")

    lines = with_serial(read(155), truth)

    line = min(lines, key=lambda line: math.dist(line.quad.centre, printed.centre))
    assert math.dist(line.quad.centre, printed.centre) < max(printed.width, printed.height)
    assert line.look
    assert line.look.reason in {look.reason for look in reader().looks(image)}
    assert printed.box.share_inside(line.look.quad.box) > 0.9
    assert 0.5 < line.look.scale <= 2


def test_a_part_of_a_value_is_not_taken_for_the_value() -> None:
    for degrees in (0, 40, 155):
        serial = serial_of(small_label(math.radians(degrees))[1])

        said = [squeeze(line.text) for line in read(degrees)]

        assert not [text for text in said if serial[:-2] in text and serial not in text]


def test_no_line_is_told_twice() -> None:
    quads = [line.quad for line in read()]

    for i, one in enumerate(quads):
        for other in quads[i + 1 :]:
            assert math.dist(one.centre, other.centre) > min(one.height, other.height) / 2


def test_where_nothing_is_printed_nothing_is_looked_at_twice() -> None:
    assert reader().looks(Image.linear_gradient("L").resize((2400, 1600)).convert("RGB")) == []


def test_a_picture_much_longer_than_wide_is_read_in_pieces_and_says_so() -> None:
    everything = read(scale=0.8, size=LONG)
    lines = with_serial(everything, small_label(0.0, scale=0.8, size=LONG)[1])

    assert lines
    for line in lines:
        assert line.look
        assert line.quad.box.share_inside(line.look.quad.box) > 0.99
    assert {line.look.reason for line in everything if line.look} >= {LookReason.LONG}


def test_a_tall_picture_is_read_in_pieces_as_well() -> None:
    image, truth = small_label(0.0, scale=0.8, size=LONG)

    lines, _ = reader().read(image.transpose(Image.Transpose.ROTATE_90))

    assert with_serial(lines, truth)
