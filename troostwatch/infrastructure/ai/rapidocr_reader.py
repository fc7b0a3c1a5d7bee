"""Text by the models of RapidOCR: the reader that is used unless another is asked for."""

from __future__ import annotations

from importlib.metadata import version

import cv2
import numpy as np
from PIL import Image

from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Quad
from troostwatch.domain.readings import Reading, ReadingKind, Token
from troostwatch.infrastructure.ai import inference
from troostwatch.infrastructure.ai.ppocr import Pixels, PpOcr
from troostwatch.infrastructure.ai.tokens import words_of

NAME = "rapidocr"

_LEAST_SCORE = 0.5  # below it lines are texture


class RapidOcrReader:
    """Finds lines of text. Loading the models takes a second; one object serves one process."""

    name = NAME

    def __init__(self) -> None:
        self._engine = PpOcr()

    @property
    def version(self) -> str:
        return f"{version('rapidocr')} on {inference.engine()}"

    def read(self, image: Image.Image) -> tuple[list[Reading], list[Token]]:
        """Return the lines of text of an upright RGB picture, and their words. Raises ImageError."""
        try:
            lines = self._engine.lines(_pixels(image))
        except cv2.error as error:
            what = f"{image.width} x {image.height} pixels: {error}"
            raise ImageError(f"RapidOCR cannot read a picture of {what}", permanent=True) from error
        readings = [
            Reading(
                NAME,
                ReadingKind.TEXT,
                line.text,
                line.quad,
                round(line.score, 4),
                characters=line.said.characters,
                runners_up=line.said.runners_up,
            )
            for line in lines
            if line.text and line.score >= _LEAST_SCORE
        ]
        tokens = [token for line, reading in enumerate(readings) for token in words_of(reading, line)]
        return readings, tokens

    def read_again(self, image: Image.Image, quad: Quad) -> str:
        """Return what a closer look at one line reads, perhaps nothing. Raises ImageError."""
        return self._engine.closer(_pixels(image), quad)


def _pixels(image: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
