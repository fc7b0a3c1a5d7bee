"""Lines of text by RapidOCR on drawn photographs, in the direction in which they are printed."""

from __future__ import annotations

import pytest
from fakes.sticker_photographs import far_apart, opened
from PIL import Image

from troostwatch.domain.codes import squeeze
from troostwatch.domain.readings import ReadingKind
from troostwatch.infrastructure.ai.rapidocr_reader import RapidOcrReader


@pytest.fixture(scope="module")
def reader() -> RapidOcrReader:
    return RapidOcrReader()


@pytest.mark.parametrize("turns", range(4))
def test_lines_run_in_the_direction_of_reading(reader: RapidOcrReader, turns: int) -> None:
    image, truth = opened(turns)
    printed = {squeeze(text.text): text for text in truth.texts}

    lines, _ = reader.read(image)

    same = [(line, printed[squeeze(line.text)]) for line in lines if squeeze(line.text) in printed]
    assert len(same) >= 2
    for line, text in same:
        assert abs(line.quad.angle - text.quad.angle) < 0.1
        assert far_apart(line.quad, text.quad) < 20


@pytest.mark.parametrize("turns", range(4))
def test_the_serial_is_read_however_the_photograph_is_turned(reader: RapidOcrReader, turns: int) -> None:
    image, truth = opened(turns)
    (serial,) = (code.value for code in truth.codes if code.type == "serial_number")

    lines, tokens = reader.read(image)

    assert any(serial in squeeze(line.text) for line in lines)
    assert any(serial in squeeze(token.text) for token in tokens)


def test_words_lie_within_their_lines_and_are_numbered_by_them(reader: RapidOcrReader) -> None:
    image, _ = opened()

    lines, tokens = reader.read(image)

    assert {token.line for token in tokens} == set(range(len(lines)))
    for token in tokens:
        assert token.text in lines[token.line].text
        assert token.box.share_inside(lines[token.line].quad.box) > 0.95


def test_a_reading_says_who_read_it_and_how_sure_the_engine_was(reader: RapidOcrReader) -> None:
    lines, _ = reader.read(opened()[0])

    assert {(line.reader, line.kind, line.symbology) for line in lines} == {("rapidocr", ReadingKind.TEXT, None)}
    assert all(line.confidence is not None and 0.5 <= line.confidence <= 1 for line in lines)
    assert reader.version[0].isdigit()
    assert reader.version.split(" on ")[1].startswith(("openvino", "onnxruntime"))


def test_a_closer_look_reads_a_line_once_more(reader: RapidOcrReader) -> None:
    image, truth = opened(1)
    (serial,) = (code.value for code in truth.codes if code.type == "serial_number")
    line = next(line for line in reader.read(image)[0] if serial in squeeze(line.text))

    assert serial in squeeze(reader.read_again(image, line.quad))


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (640, 480)])
def test_where_there_is_no_text_nothing_is_read(reader: RapidOcrReader, size: tuple[int, int]) -> None:
    assert reader.read(Image.new("RGB", size, "grey")) == ([], [])


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (40, 3), (1, 5000), (5000, 1), (20_000, 20)])
def test_a_picture_of_an_odd_shape_holds_no_text(reader: RapidOcrReader, size: tuple[int, int]) -> None:
    assert reader.read(Image.new("RGB", size, "white")) == ([], [])
