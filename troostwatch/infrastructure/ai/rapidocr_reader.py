"""Text by the models of RapidOCR: the reader that is used unless another is asked for."""

from __future__ import annotations

import math
from importlib.metadata import version

import cv2
import numpy as np
from PIL import Image

from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Quad
from troostwatch.domain.readings import Look, Reading, ReadingKind, Token
from troostwatch.infrastructure.ai import inference
from troostwatch.infrastructure.ai.ppocr import Pixels, PpOcr
from troostwatch.infrastructure.ai.sight import Sight
from troostwatch.infrastructure.ai.tokens import words_of
from troostwatch.infrastructure.pixels import label_finder

NAME = "rapidocr"

_LEAST_SCORE = 0.5  # below it lines are texture


class RapidOcrReader:
    """Finds lines of text. Loading the models takes a second; one object serves one process."""

    name = NAME

    def __init__(self, *, most_area: float = label_finder.MOST_AREA) -> None:
        """`most_area` is how many pixels of a picture are looked at twice."""
        self._engine = PpOcr()
        self._sight = Sight(self._engine, most_area=most_area)

    @property
    def version(self) -> str:
        return f"{version('rapidocr')} on {inference.engine()}"

    def read(self, image: Image.Image) -> tuple[list[Reading], list[Token]]:
        """Return the lines of text of an upright RGB picture, and their words. Raises ImageError."""
        try:
            lines = self._sight.lines(_pixels(image))
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
                look=line.look,
            )
            for line in lines
            if line.text and line.score >= _LEAST_SCORE
        ]
        tokens = [token for line, reading in enumerate(readings) for token in words_of(reading, line)]
        return readings, tokens

    def looks(self, image: Image.Image) -> list[Look]:
        """Return the regions that `read` looks at twice."""
        return self._sight.looks(_pixels(image))

    def read_again(self, image: Image.Image, quad: Quad) -> str:
        """Return what a closer look at one line reads, perhaps nothing. Raises ImageError."""
        # A copy of the whole picture for every line would cost more than the reading of it.
        room, (x0, y0, x1, y1) = math.ceil(quad.height), quad.box.as_list()
        left, top = max(0, x0 - room), max(0, y0 - room)
        surroundings = image.crop((left, top, min(image.width, x1 + room), min(image.height, y1 + room)))
        return self._engine.closer(_pixels(surroundings), quad.moved(-left, -top))


def _pixels(image: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
