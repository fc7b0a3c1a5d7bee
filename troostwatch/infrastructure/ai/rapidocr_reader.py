"""Text by RapidOCR: PP-OCR models that come inside its wheel, run by ONNX Runtime on one thread."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import cv2
import numpy as np
from PIL import Image
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_det import utils as detection
from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError
from rapidocr.main import RapidOCRError
from rapidocr.utils import process_img
from rapidocr.utils.load_image import LoadImageError
from rapidocr.utils.output import RapidOCROutput

from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Point, Quad
from troostwatch.domain.readings import Reading, ReadingKind, Token
from troostwatch.infrastructure.ai.tokens import words_of

NAME = "rapidocr"

_LEAST_SCORE = 0.5  # below it lines are texture
_PARAMETERS = {
    "Global.text_score": 0.0,  # we drop poor lines ourselves, so that lines and directions stay in step
    # Photographs are read by several processes; threads inside each would only fight for the same cores.
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Rec.rec_batch_num": 1,
    # Text is looked for at this size and read at the full one: a third less time on photographs of 1600 x 1200,
    # and no string of the captured lots lost; at 960 some are.
    "Det.limit_type": "max",
    "Det.limit_side_len": 1280,
    "Global.log_level": "critical",
}


# What the engine and what it is built on raise about a picture, a strip 5000 pixels long and one high for example.
_REFUSALS = (
    RapidOCRError,
    LoadImageError,
    process_img.ResizeImgError,
    detection.ResizeImgError,
    ONNXRuntimeError,
    cv2.error,
)


class _DirectedOcr(RapidOCR):  # type: ignore[misc, unused-ignore]
    """RapidOCR that also tells which lines it had to turn upside down to read them."""

    turned: Sequence[bool] = ()

    def run_ocr_steps(self, img: np.ndarray, op_record: dict[str, Any]) -> Any:  # noqa: ANN401 (RapidOCR's own types)
        detected, classified, recognised, crops = super().run_ocr_steps(img, op_record)
        labels = classified.cls_res or []
        least = self.cfg.Cls.cls_thresh
        # RapidOCR drops lines without text after this step; their directions go with them.
        self.turned = [
            "180" in label and score > least
            for (label, score), text in zip(labels, recognised.txts or [], strict=False)
            if text.strip()
        ]
        return detected, classified, recognised, crops


class RapidOcrReader:
    """Finds lines of text. Loading the models takes a second; one object serves one process."""

    name = NAME

    def __init__(self) -> None:
        self._engine = _DirectedOcr(params=_PARAMETERS)
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)

    @property
    def version(self) -> str:
        return version("rapidocr")

    def read(self, image: Image.Image) -> tuple[list[Reading], list[Token]]:
        """Return the lines of text of an upright RGB picture, and their words. Raises ImageError."""
        bgr = np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
        try:
            output = self._engine(bgr)
        except _REFUSALS as error:
            what = f"{image.width} x {image.height} pixels: {error or type(error).__name__}"
            raise ImageError(f"RapidOCR cannot read a picture of {what}", permanent=True) from error
        assert isinstance(output, RapidOCROutput)
        if output.txts is None or output.boxes is None or output.scores is None:
            return [], []
        readings = [
            Reading(NAME, ReadingKind.TEXT, text.strip(), _quad(box.tolist(), turned=turned), round(float(score), 4))
            for text, box, score, turned in zip(
                output.txts, output.boxes, output.scores, self._engine.turned, strict=True
            )
            if score >= _LEAST_SCORE
        ]
        tokens = [token for line, reading in enumerate(readings) for token in words_of(reading, line)]
        return readings, tokens


def _quad(corners: Sequence[Sequence[float]], *, turned: bool) -> Quad:
    """Return the corners in reading order.

    The engine gives them clockwise from the upper left, reads what is much taller than wide downwards, and
    turns a line half around where its classifier says so.
    """
    a, b, c, d = (_point(corner) for corner in corners)
    upright = Quad((a, b, c, d))
    if upright.height >= 1.5 * upright.width:
        a, b, c, d = b, c, d, a
    return Quad((c, d, a, b)) if turned else Quad((a, b, c, d))


def _point(corner: Sequence[float]) -> Point:
    return round(float(corner[0]), 1), round(float(corner[1]), 1)
