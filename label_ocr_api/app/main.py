"""The service as an object, made when a server asks for it: importing reads no settings and opens no model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from troostwatch.label_service.main import create_app as create_app
from troostwatch.label_service.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

_MODEL = Path(__file__).resolve().parents[1] / "models" / "label_classifier.pkl"
_made: dict[str, FastAPI] = {}


def _settings() -> Settings:
    """Return those of the environment; a model that lies in this folder is read with unless another is named."""
    settings = Settings()
    here = "model" not in settings.model_fields_set and _MODEL.exists()
    return settings.model_copy(update={"model": _MODEL}) if here else settings


def __getattr__(name: str) -> FastAPI:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name not in _made:
        _made[name] = create_app(_settings())
    return _made[name]
