"""One photograph, from file to codes: symbols and text are read, then judged. Runs in workers, on plain data."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Protocol

from PIL import Image

from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.readings import Analysis, Backend, OcrEngine, Reading, Token
from troostwatch.infrastructure.ai.barcode_reader import BarcodeReader
from troostwatch.infrastructure.pixels.opening import load_upright

_ASK_AGAIN = "'images reprocess-failed', then 'images download' ask for it again"


class TextReader(Protocol):
    name: str

    @property
    def version(self) -> str: ...
    def read(self, image: Image.Image) -> tuple[list[Reading], list[Token]]: ...
    def read_again(self, image: Image.Image, quad: Quad) -> str: ...


class LocalAnalyzer:
    """Reads on this machine: every symbol, and text by one engine."""

    def __init__(self, text_reader: TextReader, *, max_pixels: int) -> None:
        self._symbols = BarcodeReader()
        self._text = text_reader
        self._max_pixels = max_pixels

    def analyze(self, source: Path | bytes) -> Analysis:
        """Return readings and codes of a photograph. Raises ImageError when it cannot be opened or read."""
        started = time.perf_counter()
        image = load_upright(source, max_pixels=self._max_pixels)
        lines, tokens = self._text.read(image)
        readings = [*self._symbols.read(image), *lines]
        judgement = judge(readings, width=image.width, height=image.height)
        if judgement.to_confirm:
            readings = self._looked_at_again(image, readings, judgement.to_confirm)
            judgement = judge(readings, width=image.width, height=image.height)
        return Analysis(
            backend=Backend.LOCAL,
            readers={reader.name: reader.version for reader in (self._symbols, self._text)},
            readings=tuple(readings),
            tokens=tuple(tokens),
            codes=judgement.codes,
            unread_reason=judgement.unread_reason,
            seconds=round(time.perf_counter() - started, 3),
        )

    def _looked_at_again(
        self, image: Image.Image, readings: Sequence[Reading], lines: Sequence[Reading]
    ) -> list[Reading]:
        return [
            replace(reading, again=self._text.read_again(image, reading.quad)) if reading in lines else reading
            for reading in readings
        ]


def text_reader(engine: OcrEngine) -> TextReader:
    """Return the reader of an engine. Raises MissingDependencyError when its program is not installed."""
    if engine is OcrEngine.TESSERACT:
        from troostwatch.infrastructure.ai.tesseract_reader import TesseractReader

        return TesseractReader()
    # Imported here: its models and OpenCV take a second that other commands need not spend.
    from troostwatch.infrastructure.ai.rapidocr_reader import RapidOcrReader

    return RapidOcrReader()


def check(engine: OcrEngine) -> None:
    """Raise MissingDependencyError when the engine cannot work here; loads no models."""
    if engine is OcrEngine.TESSERACT:
        text_reader(engine)


@cache
def analyzer(engine: OcrEngine, max_pixels: int) -> LocalAnalyzer:
    """Return the analyzer of this process; its models are loaded once."""
    return LocalAnalyzer(text_reader(engine), max_pixels=max_pixels)


def analyze_file(path: str, engine: OcrEngine, max_pixels: int, sha256: str | None = None) -> Analysis:
    """Read one file: the function that workers are sent.

    Raises ImageError when the file is missing, is no readable picture, or is not the one with this `sha256`:
    what another picture shows must not become the codes of this one.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ImageError(f"there is no file {path} ({_ASK_AGAIN})", permanent=True) from error
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise ImageError(f"the file changed since it was downloaded ({_ASK_AGAIN})", permanent=True)
    return analyzer(engine, max_pixels).analyze(data)
