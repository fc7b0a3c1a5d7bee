"""Text by Tesseract: the real program on drawn photographs, and what is said where it is not installed."""

from __future__ import annotations

from pathlib import Path

import pytesseract
import pytest
from fakes.sticker_photographs import opened, taken
from PIL import Image

from troostwatch.domain.errors import ImageError, MissingDependencyError
from troostwatch.domain.readings import OcrEngine, ReadingKind
from troostwatch.domain.remedies import NextStep, Remedy
from troostwatch.infrastructure.ai import image_analyzer
from troostwatch.infrastructure.ai.tesseract_reader import TesseractReader, get_token_data, lines_of

COLUMNS = {
    "level", "page_num", "block_num", "par_num", "line_num", "word_num", "left", "top", "width", "height", "conf",
    "text",
}  # fmt: skip


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photographs") / "sticker.jpg"
    path.write_bytes(taken()[0])
    return path


def test_token_data_is_what_pytesseract_says(photograph: Path) -> None:
    data = get_token_data(photograph)

    assert data.keys() == COLUMNS
    assert len({len(column) for column in data.values()}) == 1
    assert "Compliance" in data["text"]


def test_token_data_takes_a_path_as_text(photograph: Path) -> None:
    assert get_token_data(str(photograph)).keys() == COLUMNS


def test_token_data_of_what_is_no_picture_is_an_image_error(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"no picture")

    with pytest.raises(ImageError) as caught:
        get_token_data(tmp_path / "x.jpg")

    assert caught.value.permanent


def test_lines_stand_where_they_are_printed() -> None:
    image, truth = opened()
    (printed,) = (text for text in truth.texts if text.text == "Compliance ID:")

    lines, _ = TesseractReader().read(image)

    (line,) = (line for line in lines if line.text == "Compliance ID:")
    assert (line.reader, line.kind) == ("tesseract", ReadingKind.TEXT)
    assert line.quad.box.share_inside(printed.quad.box) > 0.8
    assert line.quad.angle == 0


def test_words_are_joined_to_lines_and_hardly_seen_ones_left_out() -> None:
    data = {
        "text": ["", "Serial", "No.", "blur", "Model"],
        "conf": [-1, 96.5, 80, 12, "91"],
        "left": [0, 10, 80, 130, 10],
        "top": [0, 20, 22, 20, 60],
        "width": [500, 60, 40, 30, 50],
        "height": [500, 20, 18, 20, 20],
        "block_num": [0, 1, 1, 1, 2],
        "par_num": [0, 1, 1, 1, 1],
        "line_num": [0, 1, 1, 1, 1],
    }

    lines, tokens = lines_of(data)

    assert [(line.text, line.quad.box.as_list(), line.confidence) for line in lines] == [
        ("Serial No.", [10, 20, 120, 40], 0.8),
        ("Model", [10, 60, 60, 80], 0.91),
    ]
    assert [(token.text, token.line, token.block) for token in tokens] == [
        ("Serial", 0, 1),
        ("No.", 0, 1),
        ("Model", 1, 2),
    ]


def test_where_tesseract_fails_the_photograph_fails_and_not_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(*args: object, **kwargs: object) -> None:
        raise RuntimeError("Tesseract process timeout")

    monkeypatch.setattr(pytesseract, "image_to_data", too_slow)

    with pytest.raises(ImageError, match="tesseract failed: Tesseract process timeout"):
        TesseractReader().read(Image.new("RGB", (9, 9)))


def test_a_missing_program_is_told_before_the_first_photograph(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingDependencyError, match="tesseract is not on PATH") as caught:
        image_analyzer.check(OcrEngine.TESSERACT)

    assert caught.value.hint == NextStep(Remedy.USE_RAPIDOCR)
    image_analyzer.check(OcrEngine.RAPIDOCR)


@pytest.mark.parametrize("size", [(1, 1), (640, 480)])
def test_where_there_is_no_text_nothing_is_read(size: tuple[int, int]) -> None:
    assert TesseractReader().read(Image.new("RGB", size, "grey")) == ([], [])


def test_a_closer_look_reads_one_line_alone() -> None:
    image, _ = opened()
    reader = TesseractReader()
    line = next(line for line in reader.read(image)[0] if "Serial" in line.text)

    assert "Serial" in reader.read_again(image, line.quad)
