"""What came of a training, for the person who asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from troostwatch.domain.counting import counted
from troostwatch.domain.learning.scores import Scores, table
from troostwatch.domain.runs import Outcome


def manifest_path(model: Path) -> Path:
    """Return where what is promised of a model file stands: beside it."""
    return model.with_name(f"{model.stem}.manifest.json")


@dataclass(frozen=True, slots=True)
class TrainingReport:
    photographs: int
    words: int
    model: str | None = None
    compared: Mapping[str, float] = field(default_factory=dict)  # mean F1 of every model that was tried
    scores: Mapping[str, Scores] = field(default_factory=dict)  # of the best model, the rules and the majority
    path: str | None = None  # where the model was written
    sha256: str | None = None
    kept_back: str | None = None  # why it was not written

    @classmethod
    def unchanged(cls, *, photographs: int, words: int) -> Self:
        return cls(photographs, words, kept_back="nothing changed since the model in place was trained")

    def refused(self, reason: str) -> TrainingReport:
        return replace(self, kept_back=reason)

    def written(self, path: str, sha256: str) -> TrainingReport:
        return replace(self, path=path, sha256=sha256)

    @property
    def outcome(self) -> Outcome:
        return Outcome.DONE

    def counts(self) -> dict[str, int]:
        return {"photographs": self.photographs, "words": self.words, "written": int(self.path is not None)}

    def details(self) -> str:
        """Return the comparison of the models and of the best one with rules and majority; '' where none was made."""
        if not self.scores:
            return ""
        tried = "\n".join(f"  {name:<24} {value:.3f}" for name, value in self.compared.items())
        return f"mean F1 on photographs not seen in training\n{tried}\n\n{table(self.scores)}"

    def summary(self) -> str:
        learned = f"{counted(self.words, 'word')} of {counted(self.photographs, 'photograph')}"
        if self.path:
            return f"{self.model} learned from {learned}, written to {self.path}"
        return f"{learned}: no model written, {self.kept_back}"
