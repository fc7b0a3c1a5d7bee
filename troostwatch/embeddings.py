"""Vectors for your own program: of photographs, of lots, and of both together.

    from troostwatch.embeddings import combine_embeddings, generate_embedding, generate_image_embedding

    photograph = generate_image_embedding("label.jpg")             # or an address; 512 numbers of length 1
    lot = generate_embedding("Lenovo X1 Fold", "as new", "Elektronica > Laptops", 350, "label.jpg")
    lot @ other                                                    # w_image · cos_image + w_text · cos_text

The model is the one of the settings (`embedding.*` in config.json or TROOSTWATCH_EMBEDDING__*), loaded at the first
call and kept. Needs the extra 'clip': without it, or without weights, every call that needs a model raises
MissingDependencyError, whose `hint` says what to do. A picture that cannot be read raises ImageError, an address that
brings nothing HttpError, a file that is not there UsageError; all of them are TroostwatchError.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike

from troostwatch import bootstrap, config
from troostwatch.domain.embedding import Vector, combine, normalised

if TYPE_CHECKING:
    from troostwatch.services.ports import VisionEmbedder

__all__ = ["LotEmbedding", "combine_embeddings", "generate_embedding", "generate_image_embedding"]


class LotEmbedding(np.ndarray):  # of float32
    """The vector of a lot, float32, of length 1: of text and picture together, or of the one that there is.

    Its parts are beside it: `text` and `image` are vectors of length 1 or None, `combined` is None unless there are
    both. What is computed from it (a slice, a sum) is a vector without parts.
    """

    text: Vector | None
    image: Vector | None
    combined: Vector | None

    def __new__(cls, text: Vector | None, image: Vector | None, combined: Vector | None) -> Self:
        whole = next(vector for vector in (combined, text, image) if vector is not None)
        lot = np.array(whole, dtype=np.float32).view(cls)
        lot.text, lot.image, lot.combined = text, image, combined
        return lot

    def __array_finalize__(self, _source: object) -> None:
        self.text = self.image = self.combined = None


def generate_image_embedding(url_or_path: str) -> Vector:
    """Return the vector of a picture in a file or at an address."""
    return _model().embed_image(_process().picture(str(url_or_path)))


def generate_embedding(
    title: str | None = None,
    description: str | None = None,
    category: str | None = None,
    price: float | str | None = None,
    image_url: str | None = None,
) -> LotEmbedding:
    """Return the vectors of a lot: of its text, of its picture, and of both by the weights of its category.

    The model reads the first 77 tokens of the text, so the title stands first and the description last. `price` is
    text too: '350' or '350 EUR'. Raises ValueError when there is neither text nor picture.
    """
    cost = None if price is None else f"price {price}"
    words = "\n".join(str(part) for part in (title, category, cost, description) if part)
    if not words and not image_url:
        raise ValueError("a lot without text and without a picture has no vector")
    text = normalised(_model().embed_texts([words])[0]) if words else None
    image = generate_image_embedding(image_url) if image_url else None
    both = combine_embeddings(text, image, category) if text is not None and image is not None else None
    return LotEmbedding(text, image, both)


def combine_embeddings(text_emb: ArrayLike, image_emb: ArrayLike, category: str | None = None) -> Vector:
    """Return one vector of both: the concatenation [√w_image · image, √w_text · text].

    The two may be of different spaces and dimensions; nothing is added or padded. The cosine of two such vectors of
    one category is exactly the weighted sum of the cosines in both spaces. `category` is the path of an auction's
    category or one of the kinds of `embedding.image_weights`. Raises ValueError for a vector without direction.
    """
    return combine(text_emb, image_emb, image_weight=_process().models.image_weight(category))


@cache
def _process() -> bootstrap.Process:
    return bootstrap.Process(config.load().settings)


def _model() -> VisionEmbedder:
    return _process().models.embedder()
