"""One photograph, from file to codes: symbols and text are read, then judged. Runs in workers, on plain data."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Protocol

from PIL import Image

from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Quad
from troostwatch.domain.images import OpenPhotograph, Stored
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.readings import Analysis, Backend, OcrEngine, Reading, Token
from troostwatch.infrastructure.ai.barcode_reader import BarcodeReader
from troostwatch.infrastructure.files import read_regular
from troostwatch.infrastructure.pixels.opening import load_upright

_LEAST_FOR_SYMBOLS = 60.0  # pixels a side of a region
_MOST_REGIONS = 6


class TextReader(Protocol):
    name: str

    @property
    def version(self) -> str: ...
    def read(self, image: Image.Image) -> tuple[list[Reading], list[Token]]: ...
    def read_again(self, image: Image.Image, quad: Quad) -> str: ...


class WordReader(Protocol):
    """Looks at the words that another reader saw, and says what they are."""

    name: str

    @property
    def version(self) -> str: ...
    def opinions(self, tokens: Sequence[Token], *, width: int, height: int) -> list[Reading]: ...


class LocalAnalyzer:
    """Reads on this machine: every symbol, text by one engine, and what `words` says of it where there is one."""

    def __init__(self, text_reader: TextReader, *, max_pixels: int, words: WordReader | None = None) -> None:
        self._symbols = BarcodeReader()
        self._text = text_reader
        self._words = words
        self._max_pixels = max_pixels

    @property
    def versions(self) -> dict[str, str]:
        """Return each reader by name with its version."""
        readers = (self._symbols, self._text, *((self._words,) if self._words else ()))
        return {reader.name: reader.version for reader in readers}

    def analyze(self, source: bytes) -> Analysis:
        """Return readings and codes of a photograph. Raises ImageError when it cannot be opened or read."""
        return self.analyze_sized(source)[0]

    def analyze_sized(self, source: bytes) -> tuple[Analysis, tuple[int, int]]:
        """Return the same with width and height of the upright photograph."""
        started = time.perf_counter()
        image = load_upright(source, max_pixels=self._max_pixels)
        lines, tokens = self._text.read(image)
        readings = [*self._symbols.read(image, regions(lines)), *lines]
        if self._words:
            readings += self._words.opinions(tokens, width=image.width, height=image.height)
        judgement = judge(readings, width=image.width, height=image.height)
        if judgement.to_confirm:
            readings = self._looked_at_again(image, readings, judgement.to_confirm)
            judgement = judge(readings, width=image.width, height=image.height)
        analysis = Analysis(
            backend=Backend.LOCAL,
            readers=self.versions,
            readings=tuple(readings),
            tokens=tuple(tokens),
            codes=judgement.codes,
            unread_reason=judgement.unread_reason,
            seconds=round(time.perf_counter() - started, 3),
        )
        return analysis, image.size

    def _looked_at_again(
        self, image: Image.Image, readings: Sequence[Reading], lines: Sequence[Reading]
    ) -> list[Reading]:
        return [
            replace(reading, again=self._text.read_again(image, reading.quad)) if reading in lines else reading
            for reading in readings
        ]


def regions(lines: Sequence[Reading]) -> list[Quad]:
    """Return where the text reader had to look twice; symbols may be as small there."""
    looks = dict.fromkeys(line.look.quad for line in lines if line.look)
    return [quad for quad in looks if min(quad.width, quad.height) >= _LEAST_FOR_SYMBOLS][:_MOST_REGIONS]


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


def file_bytes(path: Path) -> bytes:
    """Return what lies in a file that a person named, and no store keeps. Raises ImageError."""
    try:
        return read_regular(path)
    except OSError as error:
        raise ImageError(f"cannot read {path}: {error.strerror}", permanent=True) from error


def analyze_picture(data: bytes, engine: OcrEngine, max_pixels: int) -> Analysis:
    """Read the bytes of a picture. Raises ImageError when they are no readable one."""
    return analyzer(engine, max_pixels).analyze(data)


def analyze_photograph(
    open_photograph: OpenPhotograph, photograph: Stored, engine: OcrEngine, max_pixels: int
) -> Analysis:
    """Open and read one photograph: the function that workers are sent.

    Raises ImageError when the store does not open it, or it is no readable picture.
    """
    return analyze_picture(open_photograph(photograph), engine, max_pixels)
