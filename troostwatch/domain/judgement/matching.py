"""Captions and values of one label, matched at once.

Whether values stand right of, below or above their captions is a property of the label, which all its captions share.
Each way to read it is tried: each caption gets at most one value, each value at most one caption, and what stays alone
counts against the way. The best total stands; where another way is nearly as good, the match is contested.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from troostwatch.domain.geometry import Quad

# In heights of the caption's letters.
_FARTHEST = {"right": 14.0, "below": 3.5, "above": 2.5}
_BESIDE = 0.8  # how far apart the middles of caption and value may be that stand in one row
_OVERLAP = 1.0
# What a match is worth, and what a height of distance and of indentation costs.
_WORTH = {"right": 1.0, "below": 0.9, "above": 0.8}
_PER_HEIGHT = {"right": 0.04, "below": 0.15, "above": 0.15}
_PER_INDENT, _MOST_FOR_INDENT = 0.03, 0.3
_LEFT_ALONE = 0.5
_LEAD = 0.3


class Side(StrEnum):
    """Where a value stands, seen from its caption."""

    RIGHT = "right"
    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Caption:
    """The place of a caption that has no value on its own line; `reading` is the line that it stands in."""

    reading: int
    quad: Quad


@dataclass(frozen=True, slots=True)
class Piece:
    """A reading that stands around captions: it may be a value, and if it is none it still stands in the way."""

    reading: int
    quad: Quad


@dataclass(frozen=True, slots=True)
class Match:
    caption: int  # index among the captions
    piece: int  # index among the pieces
    side: Side
    contested: bool = False


@dataclass(frozen=True, slots=True)
class _Option:
    caption: int
    piece: int
    value: str
    worth: float


ValueOf = Callable[[int, int], str | None]  # the value that a piece gives a caption, if it can be its value


def matched(captions: Sequence[Caption], pieces: Sequence[Piece], value_of: ValueOf) -> list[Match]:
    """Return the values of the captions of one label."""
    ways = {side: _assigned(_options(captions, pieces, value_of, side)) for side in Side}
    wanted = {option.piece for options in ways.values() for option in options}
    totals = {side: _total(options, len(captions), wanted) for side, options in ways.items()}
    best = max(Side, key=lambda side: totals[side])
    found = [Match(o.caption, o.piece, best, _is_contested(o, best, ways, totals)) for o in ways[best]]
    return found + _left_over(found, {side: o for side, o in ways.items() if side is not best})


def _is_contested(option: _Option, best: Side, ways: dict[Side, list[_Option]], totals: dict[Side, float]) -> bool:
    """Tell whether a way that is nearly as good gives the caption another value."""
    return any(
        totals[best] - totals[side] < _LEAD
        and any(o.caption == option.caption and o.value != option.value for o in options)
        for side, options in ways.items()
        if side is not best
    )


def _left_over(found: Sequence[Match], others: dict[Side, list[_Option]]) -> list[Match]:
    """Match what the best way left alone by the other ways, as not sure: the label may be read otherwise."""
    captions, pieces = {m.caption for m in found}, {m.piece for m in found}
    more = []
    for option, side in sorted(((o, s) for s, os in others.items() for o in os), key=lambda pair: -pair[0].worth):
        if option.caption not in captions and option.piece not in pieces:
            captions.add(option.caption)
            pieces.add(option.piece)
            more.append(Match(option.caption, option.piece, side, contested=bool(found)))
    return more


def _total(options: Sequence[_Option], captions: int, wanted: set[int]) -> float:
    alone = captions - len(options) + len(wanted - {o.piece for o in options})
    return sum(o.worth for o in options) - _LEFT_ALONE * alone


def _assigned(options: Sequence[_Option]) -> list[_Option]:
    """Return the options with each caption and each piece at most once, the better ones first."""
    taken: list[_Option] = []
    for option in sorted(options, key=lambda o: (-o.worth, o.caption, o.piece)):
        if all(option.caption != t.caption and option.piece != t.piece for t in taken):
            taken.append(option)
    return taken


def _options(captions: Sequence[Caption], pieces: Sequence[Piece], value_of: ValueOf, side: Side) -> list[_Option]:
    """Return for each caption the nearest piece on this side, where it can be its value: nothing is reached across."""
    found = []
    for number, caption in enumerate(captions):
        near = [(cost, i) for i, piece in enumerate(pieces) if (cost := _cost(caption, piece, side)) is not None]
        if near and (value := value_of(number, min(near)[1])):
            cost, piece = min(near)
            found.append(_Option(number, piece, value, _WORTH[side] - cost))
    return found


def _cost(caption: Caption, piece: Piece, side: Side) -> float | None:
    """Return what the distance costs, or None where the piece does not stand on this side of the caption."""
    height = max(caption.quad.height, 1.0)
    # What is no longer than high, a single digit, does not tell its own direction.
    angle = caption.quad.angle if caption.quad.width > 1.2 * height else piece.quad.angle
    there = piece.quad.seen_from(caption.quad, angle)
    half = caption.quad.width / 2
    if side is Side.RIGHT:
        gap, beside = there.start - half, abs(there.middle) <= _BESIDE * height
        indent = 0.0
    else:
        gap = there.top - height / 2 if side is Side.BELOW else -height / 2 - there.bottom
        far = there.middle > 0.5 * height if side is Side.BELOW else there.middle < -0.5 * height
        beside = far and there.start < half + _OVERLAP * height and there.end > -half - _OVERLAP * height
        indent = min(abs(there.start + half) / height * _PER_INDENT, _MOST_FOR_INDENT)
    if not beside or not -0.5 * height <= gap <= _FARTHEST[side] * height:
        return None
    return max(0.0, gap) / height * _PER_HEIGHT[side] + indent
