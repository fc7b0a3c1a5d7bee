"""Vectors of photographs and texts: in which space they live, and how two spaces make one score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from troostwatch.domain.images import Stored

Vector = NDArray[np.float32]

OTHER = "other"


@dataclass(frozen=True, slots=True)
class EmbeddingSpace:
    """A model with its weights and preprocessing: only vectors of one space can be compared."""

    model: str
    pretrained: str  # the name of the weights, or 'sha256:…' of a file of them
    preprocessing: int
    dimension: int


@dataclass(frozen=True, slots=True)
class LotText:
    """What is written about a lot, and a digest that tells another text."""

    lot: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class WaitingPhotograph(Stored):
    """A content that has no vector yet, with one place where it lies."""

    lot: str
    attempts: int


def normalised(values: ArrayLike) -> Vector:
    """Return the vector scaled to length 1 as float32. Raises ValueError for one without length or not finite."""
    vector = np.asarray(values, dtype=np.float64)
    length = float(np.linalg.norm(vector))
    if not math.isfinite(length) or length == 0.0:
        raise ValueError("a vector without a length has no direction")
    return (vector / length).astype(np.float32)


def kind_of_category(path: str | None, words: Mapping[str, Sequence[str]]) -> str:
    """Return the kind of things that an auction's category path names: 'tech' for 'Elektronica > Computers'.

    `words` tells of each kind by which words it is known. The last part of the path says most and is looked at
    first; 'other' where nothing fits.
    """
    for part in reversed((path or "").lower().split(">")):
        for kind, known in words.items():
            if any(word in part for word in known):
                return kind
    return OTHER


def image_weight(weights: Mapping[str, float], words: Mapping[str, Sequence[str]], category: str | None) -> float:
    """Return how much a photograph counts beside the text; `category` is a kind of thing or a category's path."""
    kind = category if category in weights else kind_of_category(category, words)
    return weights.get(kind or OTHER, weights.get(OTHER, 0.6))


def combine(text: ArrayLike, image: ArrayLike, *, image_weight: float) -> Vector:
    """Return one vector of a text and an image vector, which may be of different spaces and dimensions.

    It is the concatenation [√w_image · image, √w_text · text] of both at length 1, with w_text = 1 - w_image: the
    cosine of two such vectors is w_image · cos_image + w_text · cos_text. Raises ValueError for weights outside
    0 … 1 and vectors without direction.
    """
    if not 0.0 <= image_weight <= 1.0:
        raise ValueError(f"a weight of {image_weight} is not between 0 and 1")
    parts = (math.sqrt(image_weight) * normalised(image), math.sqrt(1.0 - image_weight) * normalised(text))
    return np.concatenate(parts).astype(np.float32)


def combined_score(image: float, text: float, *, image_weight: float) -> float:
    """Return the cosine that two combined vectors would have, from the cosines in both spaces."""
    return image_weight * image + (1.0 - image_weight) * text
