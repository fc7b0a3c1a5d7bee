"""Texts to vectors by a model behind the OpenAI API: a space of its own, paid by the token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.embedding import EmbeddingSpace, normalised
from troostwatch.domain.errors import PaidForNothingError, TroostwatchError
from troostwatch.infrastructure.ai.openai_api import (
    Connection,
    MalformedAnswerError,
    NoAnswerError,
    OpenaiApi,
    Prices,
)

PREPROCESSING_VERSION = 1  # raise it when the model is sent another text

# The model takes 8191 tokens; no token of ordinary text is shorter than a character.
_LONGEST_TEXT = 8000


class OpenaiTexts:
    """Asks for the vectors of a few texts at a time."""

    def __init__(self, connection: Connection, prices: Prices, *, dimension: int) -> None:
        self._api = OpenaiApi(connection)
        self._prices = prices
        self.space = EmbeddingSpace(connection.model, "openai", PREPROCESSING_VERSION, dimension)

    def most_eur(self, texts: Sequence[str]) -> float:
        """Return what asking for these may cost at most."""
        return self._prices.of(sum(len(text[:_LONGEST_TEXT]) for text in texts), 0)

    def ask(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], int, float]:
        """Return vectors of length 1, how many tokens were sent, and what that cost in euros.

        Raises PaidForNothingError for an answer that cannot be believed, MissingDependencyError for a key that is
        not taken, and TroostwatchError when no answer came.
        """
        try:
            answer = self._api.embed([text[:_LONGEST_TEXT] for text in texts])
        except NoAnswerError as error:
            raise TroostwatchError(
                f"no vectors came from OpenAI: {error}", hint="run it again; what came is kept"
            ) from error
        except MalformedAnswerError as error:
            raise PaidForNothingError(f"what came from OpenAI is no answer with vectors: {error}") from error
        vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
        indices = sorted(item.index for item in answer.data)
        if indices != list(range(len(texts))) or any(len(vector) != self.space.dimension for vector in vectors):
            raise PaidForNothingError(
                f"{self._api.model} does not answer with {len(texts)} vectors of {self.space.dimension} numbers",
                hint="set openai.embedding_dimension to that of the model",
            )
        try:
            stacked = np.stack([normalised(vector) for vector in vectors])
        except ValueError as error:
            raise PaidForNothingError(f"{self._api.model} answers with a vector of no length") from error
        tokens = answer.usage.prompt_tokens
        return stacked, tokens, self._prices.of(tokens, 0)
