"""One photograph from bytes to codes, by the real readers."""

from __future__ import annotations

import pickle

import pytest
from fakes.sticker_photographs import taken

from troostwatch.domain.errors import ImageError
from troostwatch.domain.readings import Backend, OcrEngine
from troostwatch.infrastructure.ai.image_analyzer import analyze_picture, analyzer

MOST = 10_000_000


@pytest.mark.parametrize("engine", OcrEngine)
def test_what_a_sticker_says_is_read_and_the_readers_are_named(engine: OcrEngine) -> None:
    body, truth = taken()

    analysis = analyzer(engine, MOST).analyze(body)

    assert {"ean", "serial_number"} <= {code.type for code in analysis.codes}
    assert {code.key for code in analysis.codes if code.confidence > 0.95 and code.type != "other"} <= {
        key for code in truth.codes for key in code.accepted
    }
    assert analysis.backend is Backend.LOCAL
    assert analysis.readers.keys() == {"barcode", engine}
    assert analysis.tokens
    assert analysis.seconds > 0


def test_what_is_read_is_plain_data_that_travels() -> None:
    analysis = analyze_picture(taken()[0], OcrEngine.TESSERACT, MOST)

    assert pickle.loads(pickle.dumps(analysis)) == analysis


@pytest.mark.parametrize("body", [b"", b"<html>", taken()[0][:20_000]])
def test_what_is_no_picture_is_an_image_error(body: bytes) -> None:
    with pytest.raises(ImageError):
        analyze_picture(body, OcrEngine.TESSERACT, MOST)


def test_the_limit_of_pixels_holds_for_reading_too() -> None:
    with pytest.raises(ImageError, match="pixels are more than 1,000"):
        analyzer(OcrEngine.TESSERACT, 1000).analyze(taken()[0])
