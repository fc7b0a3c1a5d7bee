"""How good a labeller of words is: precision, recall and F1 of each label, beside its support."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from troostwatch.domain.codes import CodeType
from troostwatch.domain.tokens import NONE_LABEL

# What a bidder asks for. Words of no code, and of codes of no use, do not count for the mean: nearly all words are.
NOT_SOUGHT = frozenset({NONE_LABEL, CodeType.OTHER})


@dataclass(frozen=True, slots=True)
class LabelScore:
    precision: float
    recall: float
    f1: float
    support: int  # words that are truly this


@dataclass(frozen=True, slots=True)
class Scores:
    by_label: Mapping[str, LabelScore]

    @property
    def macro_f1(self) -> float:
        """Return the mean F1 of the sought labels that occur; 0 where none does."""
        found = [s.f1 for label, s in self.by_label.items() if label not in NOT_SOUGHT and s.support]
        return sum(found) / len(found) if found else 0.0

    def as_values(self) -> dict[str, object]:
        labels = {
            label: {"precision": round(s.precision, 4), "recall": round(s.recall, 4), "f1": round(s.f1, 4),
                    "support": s.support}
            for label, s in self.by_label.items()
        }  # fmt: skip
        return {"macro_f1": round(self.macro_f1, 4), "labels": labels}


def score(true: Sequence[str], said: Sequence[str]) -> Scores:
    """Compare word by word."""
    support, reported = Counter(true), Counter(said)
    right = Counter(t for t, s in zip(true, said, strict=True) if t == s)
    return Scores(
        {label: _score(right[label], reported[label], support[label]) for label in sorted({*support, *reported})}
    )


def _score(right: int, reported: int, support: int) -> LabelScore:
    precision = right / reported if reported else 0.0
    recall = right / support if support else 0.0
    f1 = 2 * right / (reported + support) if reported + support else 0.0
    return LabelScore(precision, recall, f1, support)


def table(scores: Mapping[str, Scores]) -> str:
    """Return the scores of several labellers side by side, as text of fixed width."""
    labels = sorted(
        {label for s in scores.values() for label in s.by_label}, key=lambda name: (name in NOT_SOUGHT, name)
    )
    width = max(map(len, [*labels, "mean of sought labels"]))
    lines = [f"{'label':<{width}} {'words':>6}  " + "  ".join(f"{name + ' P / R / F1':<22}" for name in scores)]
    for label in labels:
        found = [s.by_label.get(label, LabelScore(0, 0, 0, 0)) for s in scores.values()]
        cells = "  ".join(f"{f'{s.precision:.2f} / {s.recall:.2f} / {s.f1:.2f}':<22}" for s in found)
        lines.append(f"{label:<{width}} {max(s.support for s in found):>6}  {cells}")
    means = "  ".join(f"{f'{s.macro_f1:.3f}':<22}" for s in scores.values())
    lines.append(f"{'mean of sought labels':<{width}} {'':>6}  {means}")
    return "\n".join(line.rstrip() for line in lines)
