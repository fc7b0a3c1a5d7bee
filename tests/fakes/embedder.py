"""A model that sees what it is told to see: laptops lie along one axis, phones along another."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.embedding import EmbeddingSpace, Vector, WaitingPhotograph, normalised
from troostwatch.domain.errors import ImageError
from troostwatch.domain.images import OpenPhotograph

WORDS = ("laptop", "phone", "tablet")


def seen(**shares: float) -> Vector:
    """Return the vector of what shows so much of each thing."""
    return normalised([*(shares.get(word, 0.0) for word in WORDS), 0.01])


@dataclass
class FakeEmbedder:
    space: EmbeddingSpace = field(default_factory=lambda: EmbeddingSpace("fake", "told", 1, 4))
    pictures: dict[str, Vector | ImageError] = field(default_factory=dict)  # by SHA-256
    asked: list[str] = field(default_factory=list)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return np.stack([seen(**{word: float(word in text.lower()) for word in WORDS}) for text in texts])

    def embed_image(self, source: bytes) -> Vector:
        found = self.pictures[hashlib.sha256(source).hexdigest()]
        if isinstance(found, ImageError):
            raise found
        return found

    def embed_photographs(
        self, waiting: Sequence[WaitingPhotograph], open_photograph: OpenPhotograph, *, batch_size: int
    ) -> Generator[list[tuple[WaitingPhotograph, Vector | ImageError]]]:
        for start in range(0, len(waiting), batch_size):
            yield [(one, self.pictures.get(one.sha256, seen())) for one in waiting[start : start + batch_size]]
