"""The token classifier as a reader: words in, opinions about them out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from troostwatch.domain.learning import features
from troostwatch.domain.learning.opinions import Guess, opinions
from troostwatch.domain.readings import CLASSIFIER, Reading, Token
from troostwatch.infrastructure.learning import model_file
from troostwatch.infrastructure.learning.model_file import Model, ModelRefusedError


class TokenClassifier:
    """Says of words what they are pieces of."""

    name = CLASSIFIER

    def __init__(self, model: Model) -> None:
        self._model = model

    @classmethod
    def from_file(cls, path: Path, *, sha256: str | None = None) -> TokenClassifier:
        """Verify the file and load it; see `model_file.load`.

        Raises ModelRefusedError also for a model that was written though it is no better than the rules: as a witness
        beside them it would lift codes that deserve no trust.
        """
        model = model_file.load(path, sha256=sha256)
        if measured := model.no_better_than_rules:
            raise ModelRefusedError(
                f"{path} is no better than the rules ({measured}) and was written by force",
                hint="review or label more photographs and train it anew",
            )
        return cls(model)

    @property
    def version(self) -> str:
        return self._model.version

    def guesses(self, tokens: Sequence[Token], *, width: int, height: int) -> list[Guess]:
        """Return the most probable label of each word."""
        if not tokens:
            return []
        table = self._model.pipeline.predict_proba(features.matrix(tokens, width=width, height=height))
        labels = [str(label) for label in self._model.pipeline.classes_]
        best = table.argmax(axis=1)
        return [Guess(labels[column], float(row[column])) for row, column in zip(table, best, strict=True)]

    def opinions(self, tokens: Sequence[Token], *, width: int, height: int) -> list[Reading]:
        """Return what the words are taken for, as readings for the judgement."""
        return opinions(tokens, self.guesses(tokens, width=width, height=height))
