"""Text by RapidOCR: PP-OCR models that come inside its wheel, run by ONNX Runtime on one thread."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from PIL import Image
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from troostwatch.domain.geometry import Point, Quad
from troostwatch.domain.readings import Reading, ReadingKind, Token
from troostwatch.infrastructure.ai.tokens import words_of

NAME = "rapidocr"

_PARAMETERS = {
    # Photographs are read by several processes; threads inside each would only fight for the same cores.
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Rec.rec_batch_num": 1,
    "Global.log_level": "critical",
}


class RapidOcrReader:
    """Finds lines of text. Loading the models takes a second; one object serves one process."""

    name = NAME

    def __init__(self) -> None:
        self._engine = RapidOCR(params=_PARAMETERS)
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)

    @property
    def version(self) -> str:
        return version("rapidocr")

    def read(self, image: Image.Image) -> tuple[list[Reading], list[Token]]:
        """Return the lines of text of an upright RGB picture, and their words."""
        bgr = np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
        output = self._engine(bgr)
        assert isinstance(output, RapidOCROutput)
        if output.txts is None or output.boxes is None or output.scores is None:
            return [], []
        readings = [
            Reading(NAME, ReadingKind.TEXT, text.strip(), _quad(box.tolist()), round(float(score), 4))
            for text, box, score in zip(output.txts, output.boxes, output.scores, strict=True)
            if text.strip()
        ]
        tokens = [token for line, reading in enumerate(readings) for token in words_of(reading, line)]
        return readings, tokens


def _quad(corners: Sequence[Sequence[float]]) -> Quad:
    """Return the corners in reading order.

    The engine gives them clockwise from the upper left, and reads what is much taller than wide downwards.
    """
    a, b, c, d = (_point(corner) for corner in corners)
    upright = Quad((a, b, c, d))
    return Quad((b, c, d, a)) if upright.height >= 1.5 * upright.width else upright


def _point(corner: Sequence[float]) -> Point:
    return round(float(corner[0]), 1), round(float(corner[1]), 1)
