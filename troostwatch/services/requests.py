"""What a door asks of a stage, with nothing left open: the settings, overlaid with what the user said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from troostwatch.domain.images import Thresholds
from troostwatch.domain.readings import Backend, OcrEngine


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the photographs that wait: those of these lots, those closing soon, at most so many. Else all."""

    limit: int | None = None
    lots: tuple[str, ...] = ()
    closing_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """How photographs are to be read. What a version older than `since_version` read is read again."""

    backend: Backend
    engine: OcrEngine
    jobs: int
    thresholds: Thresholds
    save_tokens: bool
    since_version: int = 0
    selection: Selection = field(default_factory=Selection)
