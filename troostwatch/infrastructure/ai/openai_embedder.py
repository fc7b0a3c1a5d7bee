"""Texts to vectors by a model behind the OpenAI API: a space of its own, paid by the token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import openai
from numpy.typing import NDArray

from troostwatch.domain.embedding import EmbeddingSpace, normalised
from troostwatch.domain.errors import TroostwatchError
from troostwatch.infrastructure.ai.openai_analyzer import Connection, Prices, failure, opened

PREPROCESSING_VERSION = 1  # raise it when the model is sent another text

# The model takes 8191 tokens; no token of ordinary text is shorter than a character.
_LONGEST_TEXT = 8000


class OpenaiTexts:
    """Asks for the vectors of a few texts at a time."""

    def __init__(self, connection: Connection, prices: Prices, *, dimension: int) -> None:
        self._client = opened(connection)
        self._model = connection.model
        self._prices = prices
        self.space = EmbeddingSpace(connection.model, "openai", PREPROCESSING_VERSION, dimension)

    def most_eur(self, texts: Sequence[str]) -> float:
        """Return what asking for these may cost at most."""
        return self._prices.of(sum(len(text[:_LONGEST_TEXT]) for text in texts), 0)

    def ask(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], int, float]:
        """Return vectors of length 1, how many tokens were sent, and what that cost in euros.

        Raises MissingDependencyError for a key that is not taken, TroostwatchError when no answer came.
        """
        try:
            answer = self._client.embeddings.create(
                model=self._model, input=[text[:_LONGEST_TEXT] for text in texts], encoding_format="float"
            )
            vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
            tokens = answer.usage.prompt_tokens
        except openai.OpenAIError as error:
            raise TroostwatchError(
                f"no vectors came from OpenAI: {failure(error).message}", hint="run it again; what came is kept"
            ) from error
        except (AttributeError, TypeError, ValueError) as error:  # a body of another form comes through as it is
            raise TroostwatchError("what came from OpenAI is no answer with vectors") from error
        if len(vectors) != len(texts) or any(len(vector) != self.space.dimension for vector in vectors):
            raise TroostwatchError(
                f"{self._model} does not answer with {len(texts)} vectors of {self.space.dimension} numbers",
                hint="set openai.embedding_dimension to that of the model",
            )
        return np.stack([normalised(vector) for vector in vectors]), tokens, self._prices.of(tokens, 0)
