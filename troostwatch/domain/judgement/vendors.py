"""Vendor profiles: how the codes of each maker look. One TOML file a vendor; adding a vendor is adding a file.

A profile has `name`; `marks`, words that show the maker on a label; `families`, the product lines as their names are
spelled (longer ones first where one begins with another); `hosts`, the maker's own places in the web; and tables:

* `[[shape]]`: `form`, a regular expression of the whole value in upper case, says `type` where the maker is seen.
  With `alone = true` the form is so particular that it speaks also where no maker is seen and inside a line.
  With `loose = true` many other strings look so too: it only supports a caption and claims nothing by itself.
  `never` names letters that the maker leaves out; OCR that reads one meant the digit that looks like it.
  `mend = ['pattern', 'replacement']` puts back a sign that OCR often loses or takes for another.
* `[[trap]]`: `form` of numbers that look like codes; they are `type` (other, regulatory_model), whatever the
  caption says. `alone` as above.
* `[[example]]`: `text` lines and `symbol` payloads of a label and the `codes` that must come of it; tests run them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from troostwatch.domain.codes import CodeType

_LOOKS_LIKE = {"O": "0", "I": "1", "A": "4", "E": "3", "U": "0"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A form of values and what it says of them."""

    type: CodeType
    name: str
    whole: re.Pattern[str]
    inside: re.Pattern[str] | None  # finds it within a line, where the form speaks alone
    loose: bool
    never: str
    mend: tuple[re.Pattern[str], str] | None

    def respelled(self, value: str) -> str:
        """Return the value as the maker writes it: signs put back, no letter that never occurs; where it then fits."""
        better = "".join(_LOOKS_LIKE.get(c, c) if c in self.never else c for c in value)
        if self.mend and (match := self.mend[0].fullmatch(better)):
            better = match.expand(self.mend[1])
        return better if self.whole.fullmatch(better) else value


@dataclass(frozen=True, slots=True)
class Example:
    text: tuple[str, ...]
    symbols: tuple[str, ...]
    codes: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Vendor:
    name: str
    marks: re.Pattern[str] | None
    families: tuple[str, ...]
    hosts: tuple[str, ...]
    shapes: tuple[Shape, ...]
    traps: tuple[Shape, ...]
    examples: tuple[Example, ...]

    def is_seen_in(self, lines: Iterable[str]) -> bool:
        return self.marks is not None and any(self.marks.search(line.lower()) for line in lines)


@cache
def vendors() -> tuple[Vendor, ...]:
    """Return all profiles, by name of their files."""
    folder = files("troostwatch.domain.judgement") / "vendors"
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(_vendor(tomllib.loads(file.read_text(encoding="utf-8"))) for file in found)


def _vendor(values: dict[str, Any]) -> Vendor:
    marks = "|".join(re.escape(mark) for mark in values["marks"])
    return Vendor(
        name=values["name"],
        marks=re.compile(rf"(?<![a-z])(?:{marks})(?![a-z])") if marks else None,
        families=tuple(values["families"]),
        hosts=tuple(values.get("hosts", ())),
        shapes=tuple(_shape(item) for item in values.get("shape", ())),
        traps=tuple(_shape(item) for item in values.get("trap", ())),
        examples=tuple(
            Example(
                tuple(item.get("text", ())),
                tuple(item.get("symbol", ())),
                frozenset((kind, value) for kind, value in item["codes"]),
            )
            for item in values["example"]
        ),
    )


def _shape(item: dict[str, Any]) -> Shape:
    form = item["form"]
    alone = item.get("alone", False)
    return Shape(
        type=CodeType(item["type"]),
        name=item["name"],
        whole=re.compile(form),
        inside=re.compile(rf"(?<![0-9A-Z#/])(?:{form})(?![0-9A-Z#])") if alone else None,
        loose=item.get("loose", False),
        never=item.get("never", ""),
        mend=(re.compile(item["mend"][0]), item["mend"][1]) if "mend" in item else None,
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """The shapes that speak on one photograph: those of the makers seen on it, and those that speak alone."""

    shapes: tuple[Shape, ...]
    traps: tuple[Shape, ...]
    named: frozenset[str]  # shapes whose maker is printed on the photograph, by their names

    @classmethod
    def on(cls, lines: Iterable[str]) -> Seen:
        lines = list(lines)
        shapes: list[Shape] = []
        traps: list[Shape] = []
        named: set[str] = set()
        for vendor in vendors():
            seen = vendor.is_seen_in(lines)
            shapes += [s for s in vendor.shapes if seen or s.inside]
            traps += [t for t in vendor.traps if seen or t.inside]
            named |= {s.name for s in vendor.shapes if seen}
        return cls(tuple(shapes), tuple(traps), frozenset(named))

    def names_maker_of(self, shape: Shape) -> bool:
        """Tell whether the maker who uses this form is printed on the photograph as well."""
        return shape.name in self.named

    def fitting(self, value: str) -> Iterator[Shape]:
        """Yield the shapes that a whole value has."""
        return (shape for shape in self.shapes if shape.whole.fullmatch(value))

    def trap(self, value: str) -> Shape | None:
        return next((trap for trap in self.traps if trap.whole.fullmatch(value)), None)
