"""What waits for a person's eye."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from troostwatch.domain.codes import Code
from troostwatch.domain.images import Stored


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A doubtful code, or a photograph on which something could not be read (`code` is None)."""

    image_id: int
    lots: tuple[str, ...]  # all lots that show this content
    position: int
    content: str  # SHA-256 of the photograph
    path: str
    url: str
    title: str | None
    closes_at: datetime | None
    reason: str
    code_id: int | None
    code: Code | None

    @property
    def photograph(self) -> Stored:
        return Stored(self.content, self.path)
