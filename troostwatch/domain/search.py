"""Questions about lots and their answers: what is asked, what is found, and how several rankings become one."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from troostwatch.domain.codes import Code, shown_probability, squeeze, without_look_alikes
from troostwatch.domain.errors import UsageError
from troostwatch.domain.remedies import NextStep, Remedy
from troostwatch.domain.reports import CodeRow, LotSummary

# Reciprocal rank fusion as its authors tuned it: Cormack, Clarke and Buettcher, SIGIR 2009.
_RRF_K = 60

# The index knows groups of three characters; with fewer there is nothing to look up.
SHORTEST_PART = 3

_WORD = re.compile(r"[^\W_]+(?:[-./#+:][^\W_]+)*")
_PART_IN_TEXT = 4  # a word of a text is tried as part of a code when it has so many characters and a digit


class Space(StrEnum):
    """Where two things can be near each other. Distances of different spaces are never compared."""

    CODE = "code"
    WORDS = "words"
    PICTURE = "picture"
    MEANING = "meaning"
    LIKENESS = "likeness"  # picture and meaning by the weights of the lot's category


@dataclass(frozen=True, slots=True)
class Filters:
    """Which lots may be found at all; None means any."""

    auction: str | None = None
    category: str | None = None  # a part of its path, in any case
    status: str | None = None  # a part of it, in any case
    closing_before: datetime | None = None
    least_cents: int | None = None
    most_cents: int | None = None

    @property
    def chosen(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lot in one ranking: how near it is there, and why."""

    lot: str
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one space answers, best first."""

    space: Space
    found: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a lot was found: its place in the ranking of a space, and what was near."""

    space: Space
    rank: int  # from 1
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Found:
    """A lot with all reasons for it; `score` only orders the hits of one answer."""

    lot: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    lot: LotSummary
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for; several parts are answered together."""

    text: str | None = None
    code: str | None = None
    image: str | None = None  # a file or an address
    like: str | None = None  # display id of a lot
    filters: Filters = field(default_factory=Filters)
    limit: int = 10
    words_only: bool = False  # ask no model about the text

    def __post_init__(self) -> None:
        if not any((self.text, self.code, self.image, self.like)):
            raise UsageError("nothing to look for", hint=Remedy.ASK_SOMETHING)


@dataclass(frozen=True, slots=True)
class Note:
    """What the answer could not take into account, and what would change that."""

    text: str
    hint: str | NextStep | None = None


@dataclass(slots=True)
class SearchAnswer:
    hits: list[Hit] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def fuse(rankings: Sequence[Ranking], limit: int) -> list[Found]:
    """Return the best lots over all rankings, each with every reason for it.

    A single ranking keeps its scores. Several are fused by rank, sum of 1 / (60 + rank): their scores are of
    different kinds and say nothing to each other.
    """
    reasons: dict[str, list[Reason]] = defaultdict(list)
    for ranking in rankings:
        for rank, candidate in enumerate(ranking.found, 1):
            reasons[candidate.lot].append(Reason(ranking.space, rank, candidate.score, candidate.because))
    alone = len(rankings) == 1
    found = [
        Found(lot, why[0].score if alone else sum(1 / (_RRF_K + r.rank) for r in why), tuple(why))
        for lot, why in reasons.items()
    ]
    # Lots of one ranking stand in its order; sorting is stable.
    return (found if alone else sorted(found, key=lambda hit: -hit.score))[:limit]


def words_of(text: str) -> list[str]:
    """Return the words of a question; a word may hold what stands inside part numbers: '20RL-000XMH'."""
    return _WORD.findall(text)


def with_excerpts(
    reasons: Sequence[Reason], document: Mapping[str, str] | None, words: Sequence[str]
) -> tuple[Reason, ...]:
    """Return the reasons with what stands around the found words, for those found by words."""
    seen = excerpt(document or {}, words)
    return tuple(replace(reason, because=seen) if reason.space is Space.WORDS else reason for reason in reasons)


def excerpt(document: Mapping[str, str], words: Sequence[str]) -> str:
    """Return the part of a document with a found word and the surroundings of that: 'title: … X1 Fold Gen 1'."""
    parts = ("[^0-9a-z]*".join(re.findall("[0-9a-z]+", _folded(word))) for word in words)
    wanted = re.compile("|".join(rf"(?<![0-9a-z]){part}" for part in parts if part) or r"(?!)")
    for name, text in document.items():
        for line in text.split("\n"):
            if found := wanted.search(_folded(line)):
                start = max(0, found.start() - 40)
                return f"{name}: {'…' if start else ''}{line[start : start + 100]}"
    return "some of the words"


def _folded(text: str) -> str:
    """Return the text in small letters without accents, letter by letter, so that places stay the same."""
    return "".join(unicodedata.normalize("NFKD", c)[0] for c in text).lower()


def perhaps_codes(words: Iterable[str]) -> list[str]:
    """Return the words that may be parts of codes, as letters and digits alone."""
    bare = [squeeze(word) for word in words]
    return [word for word in bare if len(word) >= _PART_IN_TEXT and any(c.isdigit() for c in word)]


def part_of_code(text: str) -> str:
    """Return what to look for in codes: letters and digits alone. Raises UsageError when that is too little."""
    bare = squeeze(text)
    if len(bare) < SHORTEST_PART:
        raise UsageError(
            f"{text!r} is too short for a part of a code",
            hint=f"give at least {SHORTEST_PART} letters or digits of it",
        )
    # An EAN is kept as 13 digits; a carton or a web shop may print it with more zeros in front.
    return bare[-13:] if bare.isdigit() and len(bare) > 13 and not bare[:-13].strip("0") else bare


class Match(StrEnum):
    """How a code fits what is looked for, best first."""

    WHOLE = "is"
    PART = "holds"
    LOOK_ALIKE = "looks like"


def match(code: Code, part: str) -> Match | None:
    """Tell how a code fits a squeezed part of a code."""
    bare = squeeze(code.value)
    if bare == part or (bare.isdigit() and bare.lstrip("0") == part.lstrip("0")):
        return Match.WHOLE
    if part in bare:
        return Match.PART
    return Match.LOOK_ALIKE if without_look_alikes(part) in without_look_alikes(bare) else None


def told(row: CodeRow, fit: Match, part: str) -> str:
    """Return the sentence on a code that fits."""
    code = row.code
    sure = f"{code.status}, {shown_probability(code.confidence)}"
    fits = "" if fit is Match.WHOLE else f" {fit} {part}"
    elsewhere = f", also shown by {', '.join(row.shared_with)}: may be another unit" if row.about_another_unit else ""
    return f"{code.type} {code.value} ({sure}){fits}, photograph {row.position}{elsewhere}"
