"""The text models, whichever engine runs them."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from fakes.sticker_photographs import opened

from troostwatch.domain.codes import squeeze
from troostwatch.domain.errors import ImageError
from troostwatch.infrastructure.ai import inference
from troostwatch.infrastructure.ai.rapidocr_reader import RapidOcrReader

ENGINES = [
    "onnxruntime",
    pytest.param("openvino", marks=pytest.mark.skipif(not find_spec("openvino"), reason="extra 'fast' not installed")),
]


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch) -> str:
    monkeypatch.setattr(inference, "find_spec", lambda name: name == request.param or None)
    return request.param


def test_every_engine_reads_the_serial(engine: str) -> None:
    image, truth = opened()
    (serial,) = (code.value for code in truth.codes if code.type == "serial_number")

    reader = RapidOcrReader()

    assert engine in reader.version
    assert any(serial in squeeze(line.text) for line in reader.read(image)[0])


def test_what_the_models_cannot_take_is_the_fault_of_the_picture(engine: str) -> None:
    recogniser = RapidOcrReader()._engine._recogniser

    with pytest.raises(ImageError) as caught:
        recogniser(np.zeros((1, 2, 48, 64), np.float32))

    assert caught.value.permanent
