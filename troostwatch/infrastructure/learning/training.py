"""Training the token classifier: several models compared on photographs they have not seen, the best one kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from troostwatch.domain.learning.scores import Scores, score
from troostwatch.domain.learning.training_report import TrainingReport
from troostwatch.domain.tokens import TokenRow
from troostwatch.infrastructure.learning import model_file
from troostwatch.infrastructure.learning.data import Dataset, dataset
from troostwatch.infrastructure.learning.model_file import ModelRefusedError, OutdatedModelError
from troostwatch.infrastructure.learning.pictures import draw_confusion

SEED = 20251101
FOLDS = 5
# Most words are part of no code. Weights of 1 / count would drown the rest in false alarms, so its root is taken.
_BALANCE = 0.5


def candidates() -> dict[str, Pipeline]:
    """Return the models that are compared, simplest first: of equals the first is taken."""
    return {
        "logistic_regression": Pipeline(
            [("scale", StandardScaler()), ("model", LogisticRegression(C=0.3, max_iter=2000, random_state=SEED))]
        ),
        "extra_trees": Pipeline(
            [("model", ExtraTreesClassifier(300, min_samples_leaf=2, max_features=0.3, n_jobs=1, random_state=SEED))]
        ),
        "hist_gradient_boosting": Pipeline(
            [
                (
                    "model",
                    HistGradientBoostingClassifier(
                        max_iter=120,
                        early_stopping=False,
                        learning_rate=0.08,
                        min_samples_leaf=8,
                        l2_regularization=1.0,
                        random_state=SEED,
                    ),
                )
            ]
        ),
    }


def fit(pipeline: Pipeline, data: Dataset, rows: NDArray[np.int_] | None = None) -> Pipeline:
    """Return a fitted copy, learned from all words or from those numbered in `rows`."""
    chosen = np.arange(len(data.y)) if rows is None else rows
    y = data.y[chosen]
    counts = Counter(y.tolist())
    weights = np.array([(len(y) / (len(counts) * counts[label])) ** _BALANCE for label in y.tolist()])
    # On tables as small as these the threads of OpenMP and BLAS wait for each other longer than they work.
    with threadpool_limits(1):
        fitted: Pipeline = clone(pipeline).fit(data.x[chosen], y, model__sample_weight=weights)
    return fitted


def out_of_fold(pipeline: Pipeline, data: Dataset, *, leave_one_out: bool = False) -> NDArray[np.str_]:
    """Return what models say of every word that never saw its photograph, nor another of the same lot."""
    groups = len(set(data.groups.tolist()))
    splitter = LeaveOneGroupOut() if leave_one_out else GroupKFold(min(FOLDS, groups), shuffle=True, random_state=SEED)
    said = np.empty(len(data.y), dtype=object)
    for train, test in splitter.split(data.x, data.y, data.groups):
        if len(set(data.y[train].tolist())) < 2:
            said[test] = data.y[train][0]  # one label is all there is to learn from
        else:
            said[test] = fit(pipeline, data, train).predict(data.x[test])
    return said.astype(str)


def majority(data: Dataset) -> NDArray[np.str_]:
    """Return the most frequent label for every word: what one could say without looking."""
    return np.full(len(data.y), Counter(data.y.tolist()).most_common(1)[0][0])


@dataclass(frozen=True, slots=True)
class Compared:
    """All models on the same words, each judged on photographs it never saw."""

    best: str
    said: Mapping[str, NDArray[np.str_]]
    scores: Mapping[str, Scores]


def compare(data: Dataset, *, leave_one_out: bool = False) -> Compared:
    said = {name: out_of_fold(model, data, leave_one_out=leave_one_out) for name, model in candidates().items()}
    scores = {name: score(data.y.tolist(), labels.tolist()) for name, labels in said.items()}
    best = max(scores, key=lambda name: round(scores[name].macro_f1, 3))
    return Compared(best, said, scores)


def train(
    rows: Iterable[TokenRow], target: Path, *, now: datetime, force: bool = False, beat: bool = False
) -> TrainingReport:
    """Learn from labelled words and write model, manifest and picture beside `target` when it is worth it.

    A model no better than the rules on photographs it never saw is not written unless `force`. With `beat` nothing
    is done when the model in place learned from the same data, and it stays when the new one is not better than it.
    Raises TroostwatchError when there is too little to learn from, ModelRefusedError when a file that no manifest of
    ours describes is in the place of the model.
    """
    data = dataset(rows)
    in_place = _in_place(target, force=force)
    old = in_place if beat else None
    if old and old.manifest["data"]["sha256"] == data.digest and not force:
        return TrainingReport.unchanged(photographs=data.photographs, words=len(data.y))
    compared = compare(data)
    true = data.y.tolist()
    best = compared.said[compared.best]
    rules, most = score(true, data.rules.tolist()), score(true, majority(data).tolist())
    report = TrainingReport(
        photographs=data.photographs,
        words=len(data.y),
        model=compared.best,
        compared={name: scores.macro_f1 for name, scores in compared.scores.items()},
        scores={"model": compared.scores[compared.best], "rules": rules, "majority": most},
    )
    reason = _not_worth_it(report, old, data, best)
    if reason and not force:
        return report.refused(reason)
    manifest = model_file.save(target, fit(candidates()[compared.best], data), _about(report, data, now))
    draw_confusion(true, best.tolist(), target.with_name(f"{target.stem}.confusion.png"))
    return report.written(str(target), str(manifest["sha256"]))


def _in_place(target: Path, *, force: bool) -> model_file.Model | None:
    """Return the model that is there. A file there that is none of ours is not written over unless `force`."""
    if not target.exists():
        return None
    try:
        return model_file.load(target)
    except OutdatedModelError:
        return None  # training anew is what helps
    except ModelRefusedError:
        if force:
            return None
        raise


def _not_worth_it(
    report: TrainingReport, old: model_file.Model | None, data: Dataset, said: NDArray[np.str_]
) -> str | None:
    new, rules = report.scores["model"].macro_f1, report.scores["rules"].macro_f1
    if new <= rules:
        return f"it is no better than the rules: mean F1 {new:.3f} against {rules:.3f}"
    if old is None:
        return None
    # On photographs that the old model learned from it would be praised for its memory.
    known = set(old.manifest["data"]["contents"])
    fresh = np.array([content[:16] not in known for content in data.contents.tolist()])
    chosen = fresh if fresh.any() else np.ones(len(data.y), dtype=bool)
    true = data.y[chosen].tolist()
    mine = score(true, said[chosen].tolist()).macro_f1
    theirs = score(true, [str(label) for label in old.pipeline.predict(data.x[chosen])]).macro_f1
    if mine <= theirs:
        return f"it is no better than the model in place: mean F1 {mine:.3f} against {theirs:.3f}"
    return None


def _about(report: TrainingReport, data: Dataset, now: datetime) -> dict[str, Any]:
    return {
        "model": report.model,
        "classes": sorted(set(data.y.tolist())),
        "created_at": now.isoformat(timespec="seconds"),
        "data": {
            "sha256": data.digest,
            "photographs": data.photographs,
            "words": len(data.y),
            "labels": dict(sorted(Counter(data.y.tolist()).items())),
            "contents": sorted({content[:16] for content in data.contents.tolist()}),
        },
        "metrics": {
            "how": f"{FOLDS}-fold by lot and photograph, out of fold",
            "compared": {name: round(value, 4) for name, value in report.compared.items()},
            **{name: scores.as_values() for name, scores in report.scores.items()},
        },
    }
