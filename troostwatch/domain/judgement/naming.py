"""What a product is called on its label, and whether the title of the lot says otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from troostwatch.domain.codes import squeeze
from troostwatch.domain.judgement.vendors import vendors

_LONGEST_NAME = 7  # words; what goes on is a sentence that mentions the product
_SAME_WORD = 0.9  # 'Galaxxy' is Galaxy, 'ThinkBook' is not ThinkPad
_SHORTEST_MISSPELT = 5
_ENDS = re.compile(r"[,;:|(/]|\s[-–]\s")  # noqa: RUF001 (a dash as sellers set it)
_SPLIT = re.compile(r"(?<=[a-z]{3})(?=[0-9])")  # 'Watch6' is Watch 6


@dataclass(frozen=True, slots=True)
class ProductName:
    """A product line, and what stands behind it: ThinkPad, 'X1 Fold Gen 1'."""

    maker: str
    family: str
    rest: str

    @property
    def text(self) -> str:
        return f"{self.family} {self.rest}".strip()

    @property
    def variant(self) -> str | None:
        """Return the word behind the line when it has a digit: it tells one product of the line from the next."""
        first = self.rest.split()[:1]
        return squeeze(first[0]) if first and any(c.isdigit() for c in first[0]) else None


@dataclass(frozen=True, slots=True)
class NameOnLabel:
    name: ProductName
    position: int  # of the photograph


def product_name(text: str) -> ProductName | None:
    """Return the product that a title or a line of a label names, or None; slips of the pen are forgiven."""
    for part in _ENDS.split(text):
        if name := _named(" ".join(_SPLIT.split(part)).split()):
            return name
    return None


def _named(words: Sequence[str]) -> ProductName | None:
    for maker, family, spelled in _families():
        for start in range(len(words) - len(spelled) + 1):
            here = words[start : start + len(spelled)]
            if all(map(_same, here, spelled)):
                rest = words[start + len(spelled) :]
                short = len(rest) <= _LONGEST_NAME
                return ProductName(maker, family, " ".join(rest)) if short else None
    return None


@cache
def _families() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple((v.name, family, tuple(family.split())) for v in vendors() for family in v.families)


def _same(word: str, spelled: str) -> bool:
    one, other = word.lower(), spelled.lower()
    if one == other:
        return True
    long = min(len(one), len(other)) >= _SHORTEST_MISSPELT
    return long and SequenceMatcher(None, one, other).ratio() >= _SAME_WORD


def on_label(title: str, lines: Iterable[tuple[int, str]]) -> NameOnLabel | None:
    """Return the fullest name among lines of text, each with the position of its photograph.

    Names of the line or at least of the maker that the title names come first: processors have names, too.
    """
    claimed = product_name(title)

    def merit(found: NameOnLabel) -> tuple[bool, bool, bool, bool, int, int]:
        name = found.name
        kin = claimed is not None and name.maker == claimed.maker
        same = claimed is not None and name.family == claimed.family
        agrees = same and claimed is not None and _same_variant(name, claimed)
        return agrees, same, kin, name.variant is not None, len(name.rest.split()), -found.position

    return max(_names(lines), key=merit, default=None)


def contradiction(title: str, lines: Sequence[tuple[int, str]]) -> str | None:
    """Return in what the labels contradict the title, or None.

    Another line of the same maker is a contradiction, and so is another number in the same line; that the label
    names more, less, or another maker's part (a processor, a licence) is none.
    """
    claimed = product_name(title)
    if claimed is None:
        return None
    same_maker = [found for found in _names(lines) if found.name.maker == claimed.maker]
    if not same_maker:
        return None
    same_family = [found for found in same_maker if found.name.family == claimed.family]
    if not same_family:
        found = max(same_maker, key=lambda n: len(n.name.rest))
        return f"the label on photograph {found.position} says {found.name.text}, the title {claimed.text}"
    numbered = [found for found in same_family if found.name.variant]
    if claimed.variant and numbered and not any(_same_variant(found.name, claimed) for found in numbered):
        found = numbered[0]
        return f"the label on photograph {found.position} says {found.name.text}, the title {claimed.text}"
    return None


def _same_variant(one: ProductName, other: ProductName) -> bool:
    """Tell whether both have a number and one may be the other, written out: C340 and C340-14API."""
    a, b = one.variant, other.variant
    return a is not None and b is not None and (a.startswith(b) or b.startswith(a))


def _names(lines: Iterable[tuple[int, str]]) -> Iterator[NameOnLabel]:
    return (NameOnLabel(name, position) for position, line in lines if (name := product_name(line)))
