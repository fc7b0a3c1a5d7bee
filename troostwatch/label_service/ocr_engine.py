"""Reading one photograph as `images analyze` does, with the token classifier as one more witness. Runs in workers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from troostwatch.domain.judgement.fusion import READING_VERSION
from troostwatch.domain.readings import Analysis, OcrEngine
from troostwatch.infrastructure.ai.image_analyzer import LocalAnalyzer, text_reader
from troostwatch.infrastructure.learning.classifier import TokenClassifier


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What a worker needs to know; equal options share one loaded engine."""

    ocr_engine: OcrEngine
    max_pixels: int
    model: Path | None  # None: rules alone
    model_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Engines:
    """What a worker reads with, once it is loaded."""

    readers: dict[str, str]  # name -> version
    reading_version: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read on one photograph. `seconds` is the time it took in the worker."""

    analysis: Analysis
    width: int
    height: int
    reading_version: int = READING_VERSION
    seconds: float = field(default=0.0, compare=False)


@cache
def _analyzer(options: EngineOptions) -> LocalAnalyzer:
    words = TokenClassifier.from_file(options.model, sha256=options.model_sha256) if options.model else None
    return LocalAnalyzer(text_reader(options.ocr_engine), max_pixels=options.max_pixels, words=words)


def warm_up(options: EngineOptions) -> Engines:
    """Load all models of this process and tell their versions.

    Raises ModelRefusedError for a model that is not to be trusted, MissingDependencyError without an engine.
    """
    return Engines(_analyzer(options).versions, READING_VERSION)


def parse_label_ml(data: bytes, options: EngineOptions) -> Parsed:
    """Read a photograph: symbols, text, what the classifier says of its words, and the codes that follow.

    Raises ImageError for what is no photograph, is damaged, or has too many pixels.
    """
    started = time.perf_counter()
    analysis, (width, height) = _analyzer(options).analyze_sized(data)
    return Parsed(analysis, width, height, seconds=round(time.perf_counter() - started, 4))
