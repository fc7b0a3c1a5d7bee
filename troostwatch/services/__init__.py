"""What we do, step by step. The service of the way of a photograph may be imported from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from troostwatch.services.image_analysis import ImageAnalysisService as ImageAnalysisService

__all__ = ["ImageAnalysisService"]


def __getattr__(name: str) -> object:
    # Not at import: this package is on the way to each of its modules.
    if name in __all__:
        from troostwatch.services import image_analysis

        return getattr(image_analysis, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
