"""Vectors of texts by a paid model: each text asked for once, and never beyond the budget."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.embedding import EmbeddingSpace, Vector
from troostwatch.domain.errors import BudgetReachedError, PaidForNothingError
from troostwatch.domain.second_opinion import Budget, Spent
from troostwatch.services.ports import Clock, PaidTextModel, UnitOfWork
from troostwatch.services.spending import Ledger


class PaidTextEmbedder:
    """Looks up what was asked before, asks for the rest, and keeps each answer with its cost."""

    def __init__(self, uow: UnitOfWork, clock: Clock, model: PaidTextModel, budget: Budget) -> None:
        self._uow = uow
        self._clock = clock
        self._model = model
        self._ledger = Ledger(uow, clock, budget)
        self._run = Spent()

    @property
    def space(self) -> EmbeddingSpace:
        return self._model.space

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector a text, (texts, d). Raises BudgetReachedError before a request that is beyond it."""
        digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        with self._uow() as uow:
            space = uow.embeddings.enter_space(self.space, now=self._clock())
            known = uow.embeddings.asked_texts(space, digests)
            uow.commit()
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        if missing:
            known |= self._ask(space, missing)
        return np.stack([known[digest] for digest in digests])

    def _ask(self, space: int, missing: dict[str, str]) -> dict[str, Vector]:
        texts = list(missing.values())
        price = self._model.most_eur(texts)
        if not self._ledger.calls_left(run=self._run, price=price):
            raise BudgetReachedError(
                "the budget for OpenAI is reached",
                hint="raise openai.eur_per_day or its neighbours, or wait for the next day (UTC)",
            )
        try:
            vectors, tokens, cost = self._model.ask(texts)
        except PaidForNothingError:
            self._book(space, {}, tokens=0, cost=price)
            raise
        answered: dict[str, Vector] = dict(zip(missing, vectors, strict=True))
        self._book(space, answered, tokens=tokens, cost=cost)
        return answered

    def _book(self, space: int, answered: dict[str, Vector], *, tokens: int, cost: float) -> None:
        self._run = Spent(self._run.calls + 1, self._run.eur + cost)
        with self._uow() as uow:
            uow.embeddings.record_asked_texts(space, answered, tokens=tokens, cost_eur=cost, now=self._clock())
            uow.commit()
