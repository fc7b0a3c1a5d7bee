"""Learning again from what people decided since the last time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from troostwatch.domain.learning.training_report import TrainingReport
from troostwatch.domain.tokens import TokenRow
from troostwatch.services.ports import UnitOfWork
from troostwatch.services.token_export import TokenExportService

# Learns from labelled words, writes the model when it is worth it, and tells what came of it.
Train = Callable[[Iterable[TokenRow]], TrainingReport]


class RetrainingService:
    def __init__(self, uow: UnitOfWork, train: Train) -> None:
        self._uow = uow
        self._train = train

    def retrain(self, more: Iterable[TokenRow] = ()) -> TrainingReport:
        """Train from all words of the database that somebody stands behind, and from `more` labelled photographs.

        Raises TroostwatchError when there is too little to learn from.
        """
        rows = list(TokenExportService(self._uow).rows(include_reviewed=True))
        known = {row.content for row in rows}
        return self._train([*rows, *(row for row in more if row.content not in known)])
