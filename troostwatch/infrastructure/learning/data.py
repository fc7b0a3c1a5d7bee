"""Labelled words as numbers: what a model learns from, and which photographs may not be parted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.counting import counted
from troostwatch.domain.errors import TroostwatchError, UsageError
from troostwatch.domain.learning import features
from troostwatch.domain.learning.rules import labels_by_rule
from troostwatch.domain.remedies import Remedy
from troostwatch.domain.token_format import row_from, values_of
from troostwatch.domain.tokens import NONE_LABEL, LabelOrigin, TokenRow
from troostwatch.infrastructure.files import read_regular

_LEARNED_FROM = frozenset({"content", "tokens", "labels", "complete", "undecided"})


@dataclass(frozen=True, slots=True)
class Dataset:
    """One entry a word in every array; words of which nobody knows what they are have been left out."""

    x: NDArray[np.float64]  # (words, features), columns in the order of FEATURES
    y: NDArray[np.str_]
    rules: NDArray[np.str_]  # what the rules say of the same words
    groups: NDArray[np.int_]  # words of photographs that share content or lot have the same number
    contents: NDArray[np.str_]  # SHA-256 of the photograph of each word
    digest: str  # of all words and labels, in whatever order the photographs came

    @property
    def photographs(self) -> int:
        return len(set(self.contents.tolist()))


def read(files: Iterable[Path]) -> Iterator[TokenRow]:
    """Yield the photographs of files in the form of schema/tokens.schema.json. Raises UsageError, naming the line."""
    for file in files:
        try:
            lines = read_regular(file).decode().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read {file}: {error}") from error
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _row(line, f"{file} line {number}")


def _row(line: str, where: str) -> TokenRow:
    try:
        return row_from(json.loads(line))
    except KeyError as error:
        raise UsageError(f"{where}: {error.args[0]!r} is missing") from error
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"{where}: not as an export of words is written ({error})") from error


def dataset(rows: Iterable[TokenRow]) -> Dataset:
    """Return the words whose label is known. Raises TroostwatchError when there is too little to learn from."""
    kept = [(row, known) for row in rows if row.tokens and (known := known_labels(row))]
    if not kept:
        raise TroostwatchError(
            "no word has a label that a person stands behind",
            hint=Remedy.LABEL_WORDS,
        )
    groups = _groups([row for row, _ in kept])
    x, y, rules, numbers, contents = [], [], [], [], []
    seen: set[str] = set()
    for (row, known), group in zip(kept, groups, strict=True):
        if row.content in seen:
            continue  # two lots or two files show it; it counts once
        seen.add(row.content)
        vectors = features.matrix(row.tokens, width=row.width, height=row.height)
        by_rule = labels_by_rule(row.tokens, width=row.width, height=row.height)
        for index, label in known.items():
            x.append(vectors[index])
            y.append(label)
            rules.append(by_rule[index])
            numbers.append(group)
            contents.append(row.content)
    lots, labels = len(set(numbers)), len(set(y))
    if lots < 2 or labels < 2:
        raise TroostwatchError(
            f"{counted(len(kept), 'photograph')} of {counted(lots, 'lot')} with {counted(labels, 'label')}: "
            "too little to learn from",
            hint="at least two lots and two labels are needed; review or label more",
        )
    return Dataset(
        np.array(x, dtype=np.float64), np.array(y), np.array(rules), np.array(numbers), np.array(contents),
        digest_of(row for row, _ in kept),
    )  # fmt: skip


def known_labels(row: TokenRow) -> dict[int, str]:
    """Return the label of every word that somebody stands behind.

    On a complete photograph the other words are known to be none, but for those of codes that nobody decided about.
    Elsewhere a label of the rule alone is not learned from: the model would be taught to agree with the rules.
    """
    if row.complete:
        none = dict.fromkeys({*range(len(row.tokens))} - row.undecided, NONE_LABEL)
        return dict(sorted((none | {i: label.label for i, label in row.labels.items()}).items()))
    return {i: label.label for i, label in row.labels.items() if label.origin is not LabelOrigin.RULE}


def digest_of(rows: Iterable[TokenRow]) -> str:
    """Return a digest of words and labels that does not depend on the order of the photographs."""
    parts = sorted(
        hashlib.sha256(
            json.dumps(
                {k: v for k, v in values_of(row).items() if k in _LEARNED_FROM},
                sort_keys=True,
            ).encode()
        ).hexdigest()
        for row in rows
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _groups(rows: Sequence[TokenRow]) -> list[int]:
    """Number the photographs so that any two that share content or a lot, also by way of others, are one group."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for row in rows:
        for lot in row.lots:
            parent[root(f"lot {lot}")] = root(row.content)
    names = [root(row.content) for row in rows]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return [numbers[name] for name in names]
