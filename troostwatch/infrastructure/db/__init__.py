"""The only SQL. The repositories of photographs, codes and words may be imported from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from troostwatch.infrastructure.db.images import ExtractedCodeRepository as ExtractedCodeRepository
    from troostwatch.infrastructure.db.images import LotImageRepository as LotImageRepository
    from troostwatch.infrastructure.db.images import OcrTokenRepository as OcrTokenRepository

__all__ = ["ExtractedCodeRepository", "LotImageRepository", "OcrTokenRepository"]


def __getattr__(name: str) -> object:
    # Not at import: this package is on the way to each of its modules.
    if name in __all__:
        from troostwatch.infrastructure.db import images

        return getattr(images, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
