"""Requests as a door makes them: what it was told, and for the rest the settings. None means 'as configured'."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from troostwatch.config import Settings
from troostwatch.domain.images import Thresholds
from troostwatch.domain.readings import Backend, OcrEngine
from troostwatch.services.requests import AnalysisRequest, Selection


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model embeds, and where it runs. With `weights`, a file, no hub is asked."""

    model: str
    pretrained: str
    weights: Path | None
    weights_sha256: str | None
    device: str


def analysis(
    settings: Settings,
    *,
    backend: Backend = Backend.LOCAL,
    engine: OcrEngine | None = None,
    jobs: int | None = None,
    review_below: float | None = None,
    approve_from: float | None = None,
    save_tokens: bool | None = None,
    since_version: int | None = None,
    selection: Selection | None = None,
) -> AnalysisRequest:
    own = settings.analysis
    return AnalysisRequest(
        backend=backend,
        engine=engine or own.ocr_engine,
        jobs=jobs or own.jobs,
        thresholds=Thresholds(
            own.confidence_threshold if review_below is None else review_below,
            own.auto_approve_threshold if approve_from is None else approve_from,
        ),
        save_tokens=own.save_tokens if save_tokens is None else save_tokens,
        since_version=since_version or 0,
        selection=selection or Selection(),
    )


def model(
    settings: Settings,
    *,
    name: str | None = None,
    pretrained: str | None = None,
    weights: Path | None = None,
    device: str | None = None,
) -> ModelChoice:
    """Return the model that is meant: a name or a tag means no file that the settings may hold."""
    own = settings.embedding
    file = weights or (own.weights if name is None and pretrained is None else None)
    return ModelChoice(
        model=name or own.model,
        pretrained=pretrained or own.pretrained,
        weights=file,
        weights_sha256=own.weights_sha256 if file == own.weights else None,
        device=device or own.device,
    )
