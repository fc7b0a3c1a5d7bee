"""The ledger of what paid models cost: one budget for a run and for a day, whatever was asked."""

from __future__ import annotations

from troostwatch.domain.second_opinion import Budget, Spent
from troostwatch.services.ports import Clock, UnitOfWork


class Ledger:
    """Knows what was spent today, by this run and by others. A day begins at midnight UTC."""

    def __init__(self, uow: UnitOfWork, clock: Clock, budget: Budget) -> None:
        self._uow = uow
        self._clock = clock
        self._budget = budget

    def calls_left(self, *, run: Spent, price: float, under_way: int = 0) -> int:
        """Return how many more questions this run may ask now; `under_way` ones cost `price` euros each."""
        midnight = self._clock().replace(hour=0, minute=0, second=0, microsecond=0)
        with self._uow() as uow:
            today = uow.questions.spent(since=midnight)
        return self._budget.calls_left(run=run, day=today, under_way=under_way, price=price)
