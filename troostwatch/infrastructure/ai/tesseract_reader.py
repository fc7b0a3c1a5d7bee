"""Text by Tesseract: the engine that every distribution packages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytesseract
from PIL import Image

from troostwatch.domain.errors import ImageError, MissingDependencyError
from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.readings import Reading, ReadingKind, Token, WitnessClass
from troostwatch.domain.remedies import Remedy
from troostwatch.infrastructure.files import read_regular
from troostwatch.infrastructure.pixels.opening import load_upright

NAME = "tesseract"

# Labels are not paragraphs: 11 looks for as much text as possible, in no order.
_SPARSE = "--psm 11"
_ONE_LINE = "--psm 7"
_LANGUAGES = ("eng",)
_LEAST_CONFIDENCE = 30.0
_TIMEOUT_SECONDS = 90


class TesseractReader:
    """Finds words and joins them to lines. Runs the program once a photograph."""

    name = NAME

    def __init__(self) -> None:
        if not shutil.which("tesseract"):
            raise MissingDependencyError(
                "tesseract is not on PATH, so the engine 'tesseract' cannot read photographs",
                hint=Remedy.USE_RAPIDOCR,
            )
        # Its threads fight with those of the other reading processes and win nothing.
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")

    @property
    def version(self) -> str:
        return str(pytesseract.get_tesseract_version())

    def read(self, image: Image.Image) -> tuple[list[Reading], list[Token]]:
        """Return the lines of text of an upright picture, and their words. Raises ImageError."""
        return lines_of(_image_to_data(image))

    def read_again(self, image: Image.Image, quad: Quad) -> str:
        """Return what Tesseract reads in one line cut out with a margin and enlarged. Raises ImageError."""
        box = quad.box
        margin = (box.y1 - box.y0) // 3
        piece = image.crop((box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin))
        larger = piece.resize((piece.width * 2, piece.height * 2), Image.Resampling.BICUBIC)
        return " ".join(reading.text for reading in lines_of(_image_to_data(larger, _ONE_LINE))[0])


def get_token_data(image_path: Path | str, *, max_pixels: int = Image.MAX_IMAGE_PIXELS or 0) -> dict[str, list[Any]]:
    """Return what `pytesseract.image_to_data` says of a picture file: columns `text`, `conf`, `left`, `top` …

    Places are those of the upright picture. Raises ImageError when the file is no picture or Tesseract fails.
    """
    try:
        data = read_regular(Path(image_path))
    except OSError as error:
        raise ImageError(f"cannot read {image_path}: {error.strerror}", permanent=True) from error
    return _image_to_data(load_upright(data, max_pixels=max_pixels))


def _image_to_data(image: Image.Image, options: str = _SPARSE) -> dict[str, list[Any]]:
    try:
        data: dict[str, list[Any]] = pytesseract.image_to_data(
            image,
            lang="+".join(_LANGUAGES),
            config=options,
            output_type=pytesseract.Output.DICT,
            timeout=_TIMEOUT_SECONDS,
        )
    # pytesseract raises a bare RuntimeError when the time is over.
    except (pytesseract.TesseractError, RuntimeError, subprocess.SubprocessError) as error:
        raise ImageError(f"tesseract failed: {error}") from error
    return data


def lines_of(data: dict[str, list[Any]]) -> tuple[list[Reading], list[Token]]:
    """Return lines and words from the columns of `image_to_data`; words hardly seen are left out."""
    lines: dict[tuple[int, int, int], list[tuple[str, Box, float]]] = defaultdict(list)
    for i, text in enumerate(data["text"]):
        confidence = float(data["conf"][i])
        if text.strip() and confidence >= _LEAST_CONFIDENCE:
            x, y = data["left"][i], data["top"][i]
            box = Box(x, y, x + data["width"][i], y + data["height"][i])
            key = data["block_num"][i], data["par_num"][i], data["line_num"][i]
            lines[key].append((text.strip(), box, confidence / 100))
    readings: list[Reading] = []
    tokens: list[Token] = []
    for number, ((block, _, _), words) in enumerate(lines.items()):
        tokens += [Token(text, box, round(conf, 4), number, block) for text, box, conf in words]
        readings.append(_line(words))
    return readings, tokens


def _line(words: list[tuple[str, Box, float]]) -> Reading:
    boxes = [box for _, box, _ in words]
    quad = Quad.upright(
        min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes)
    )
    confidence = round(min(confidence for _, _, confidence in words), 4)
    text = " ".join(text for text, _, _ in words)
    return Reading(NAME, ReadingKind.TEXT, text, quad, confidence, witness=WitnessClass.COARSE)
