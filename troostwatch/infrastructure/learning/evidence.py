"""Fitting the weights of evidence to codes of which it is known whether they are right.

The model is the one of `domain.judgement.weighing`: confidence = P(type) x P(value), each the logistic function of
a sum of weights. The fit maximises the likelihood of what was right and wrong, with a normal prior around the
weights set by hand: where cases are few a weight stays where it was (MAP estimate, ridge around the prior).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.model_selection import GroupKFold

from troostwatch.domain.judgement.claims import Basis
from troostwatch.domain.judgement.fusion import Weighed
from troostwatch.domain.judgement.weighing import Weights, Witness

_FOLDS = 5
_SPREAD = 0.8  # standard deviation of the prior, in log-odds
# Evidence for a code never turns against it by chance, nor the other way round; what speaks neither way stays so.
_LEAST = 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """One candidate code: its evidence, whether it was right, and the lot or sticker it was read on."""

    bases: tuple[Basis, ...]
    others: tuple[tuple[Basis, ...], ...]
    witnesses: tuple[Witness, ...]
    right: bool
    group: str
    importance: float = 1.0
    share: float = 1.0  # of its confidence that is said, however well its evidence does on average

    @classmethod
    def of(cls, weighed: Weighed, *, right: bool, group: str, importance: float = 1.0) -> Case:
        others = tuple(tuple(sorted(other.bases)) for other in weighed.others)
        bases = tuple(sorted(weighed.candidate.bases))
        return cls(bases, others, weighed.witnesses, right, group, importance, weighed.share)


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights, and how they did on groups that they were not fitted to."""

    weights: Weights
    cases: Counter[str]
    log_loss: float  # of each case, by weights fitted without its group
    log_loss_by_hand: float
    held_out: tuple[float, ...]  # confidence said of each case, by weights fitted without its group


def fit(cases: Sequence[Case], prior: Weights) -> Fit:
    """Fit weights around `prior`, and cross-validate them in folds that do not part a group."""
    held_out = np.zeros(len(cases))
    groups = [case.group for case in cases]
    folds = GroupKFold(min(_FOLDS, len(set(groups))))
    for train, test in folds.split(groups, groups=groups):
        fitted = _fitted(_Table([cases[i] for i in train]), prior)
        held_out[test] = _Table([cases[i] for i in test]).confidence(_as_vector(fitted))
    everything = _Table(cases)
    return Fit(
        weights=_fitted(everything, prior),
        cases=Counter(kind.value for case in cases for kind in (*case.bases, *case.witnesses)),
        log_loss=float(everything.losses(held_out).mean()),
        log_loss_by_hand=float(everything.losses(everything.confidence(_as_vector(prior))).mean()),
        held_out=tuple(float(p) * case.share for p, case in zip(held_out, cases, strict=True)),
    )


class _Table:
    """Cases as arrays: counts of each kind of evidence, one row a case."""

    def __init__(self, cases: Sequence[Case]) -> None:
        most = max((len(case.others) for case in cases), default=0)
        self._type = np.array([[case.bases.count(b) for b in Basis] for case in cases], float)
        self._value = np.array([[case.witnesses.count(w) for w in Witness] for case in cases], float)
        self._others = np.zeros((len(cases), most, len(Basis)))
        self._rivalled = np.zeros((len(cases), most))
        for row, case in enumerate(cases):
            for column, other in enumerate(case.others):
                self._others[row, column] = [other.count(b) for b in Basis]
                self._rivalled[row, column] = 1.0
        self._right = np.array([case.right for case in cases])
        self.importance = np.array([case.importance for case in cases])

    def confidence(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what `weighing.confidence` says of every case."""
        of_type, of_value = vector[: len(Basis)], vector[len(Basis) :]
        rivals = (np.exp(np.minimum(60.0, self._others @ of_type)) * self._rivalled).sum(axis=1)
        return np.asarray(expit(self._type @ of_type - np.log1p(rivals)) * expit(self._value @ of_value))

    def losses(self, chances: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(-np.log(np.clip(np.where(self._right, chances, 1 - chances), 1e-9, 1.0)))


def _fitted(table: _Table, prior: Weights) -> Weights:
    start = _as_vector(prior)

    def cost(vector: NDArray[np.float64]) -> float:
        strayed = ((vector - start) ** 2).sum() / (2 * _SPREAD**2)
        return float(table.losses(table.confidence(vector)) @ table.importance + strayed)

    bounds = [(_LEAST, None) if w > 0.5 else (None, -_LEAST) if w < -0.5 else (w - _LEAST, w + _LEAST) for w in start]
    return _as_weights(minimize(cost, start, method="L-BFGS-B", bounds=bounds, options={"maxfun": 50_000}).x)


def _as_vector(weights: Weights) -> NDArray[np.float64]:
    return np.array([*(weights.type[basis] for basis in Basis), *(weights.value[witness] for witness in Witness)])


def _as_weights(vector: NDArray[np.float64]) -> Weights:
    of_type, of_value = vector[: len(Basis)], vector[len(Basis) :]
    return Weights(
        type={basis: float(w) for basis, w in zip(Basis, of_type, strict=True)},
        value={witness: float(w) for witness, w in zip(Witness, of_value, strict=True)},
    )
