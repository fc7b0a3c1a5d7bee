"""Words of OCR text and their labels: what a word is a piece of, and who says so."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from troostwatch.domain.codes import Code, CodeStatus, CodeType, DecidedBy, squeeze, without_look_alikes
from troostwatch.domain.decisions import Decision, Verdict
from troostwatch.domain.geometry import Box
from troostwatch.domain.readings import Token

NONE_LABEL = "none"  # a person says: this word is no part of any code
LABELS = frozenset({*CodeType, NONE_LABEL})

_LEAST_OVERLAP = 0.5
# A word under the box of a code is that code misread when so much of both is the same.
_LEAST_ALIKE = 0.75
_LEAST_LENGTH_MISREAD = 5
# Words that together give so many characters exactly do not stand there by chance.
_LEAST_LENGTH_SPELLED_OUT = 8
_FARTHEST_GROUP = 4  # heights of their letters
_DIRECTIONS: tuple[Callable[[Box], int], ...] = (
    lambda box: box.x0, lambda box: box.y0, lambda box: -box.x1, lambda box: -box.y1,
)  # fmt: skip


class LabelOrigin(StrEnum):
    PERSON = "person"  # labelled by hand, word by word
    DECISION = "decision"  # follows from a decision about a code
    RULE = "rule"  # follows from a code that the rule approved


@dataclass(frozen=True, slots=True)
class Label:
    label: str  # a code type, or 'none'
    origin: LabelOrigin


@dataclass(frozen=True, slots=True)
class HandLabel:
    """A label that a person gave to a word at a place; it finds the word again after a new reading."""

    text: str
    box: Box
    label: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    """The words of one content, for people and programs that label and learn."""

    image_id: int
    lots: tuple[str, ...]
    position: int
    content: str  # SHA-256
    path: str | None
    width: int
    height: int
    tokens: tuple[Token, ...]
    labels: dict[int, Label]
    complete: bool = False  # a person is done with it: a word without a label is part of none, unless undecided
    undecided: frozenset[int] = frozenset()  # words of codes that nobody decided about


def labels_for(
    tokens: Sequence[Token],
    codes: Iterable[Code],
    by_hand: Iterable[HandLabel],
    decisions: Iterable[Decision] = (),
) -> dict[int, Label]:
    """Return the label of each labelled word, by its index. A person's word for word beats what follows from codes.

    Where a person corrected a code, the words that were misread are labelled as what they should have read.
    """
    found: dict[int, Label] = {}
    for code in sorted(codes, key=lambda c: c.decided_by is DecidedBy.PERSON):
        if code.status is CodeStatus.APPROVED:
            origin = LabelOrigin.DECISION if code.decided_by is DecidedBy.PERSON else LabelOrigin.RULE
            label = Label(code.type, origin)
            found |= dict.fromkeys(_words_of(code, tokens), label)
    for decision in decisions:
        if decision.verdict is Verdict.CORRECTED and decision.corrected_type and decision.box:
            label = Label(decision.corrected_type, LabelOrigin.DECISION)
            for printed in _printed_forms(decision.type, decision.value):
                found |= {i: label for i, token in enumerate(tokens) if _prints(token, printed, decision.box)}
    for hand in by_hand:
        if (index := place(hand, tokens)) is not None:
            found[index] = Label(hand.label, LabelOrigin.PERSON)
    return dict(sorted(found.items()))


def undecided_words(tokens: Sequence[Token], codes: Iterable[Code], labels: Container[int]) -> frozenset[int]:
    """Return the words of pending codes that no label names: neither their type nor 'none' is known of them."""
    pending = (code for code in codes if code.status is CodeStatus.PENDING)
    return frozenset(index for code in pending for index in _words_of(code, tokens) if index not in labels)


def place(hand: HandLabel, tokens: Sequence[Token]) -> int | None:
    """Return the word that a hand-given label means, or None when it is not there any more."""
    same = [i for i, token in enumerate(tokens) if squeeze(token.text) == squeeze(hand.text)]
    best = max(same, key=lambda i: tokens[i].box.overlap(hand.box), default=None)
    return best if best is not None and tokens[best].box.overlap(hand.box) > 0 else None


def is_complete(codes: Iterable[Code], *, unread: bool, decided: bool, dismissed: bool) -> bool:
    """Tell whether a person looked at a photograph and is done with it.

    `decided`: a person decided about a code of it; `dismissed`: said that there is nothing more to read;
    `unread`: something was plainly there and could not be read.
    """
    if dismissed:
        return True
    return decided and not unread and not any(code.status is CodeStatus.PENDING for code in codes)


def _words_of(code: Code, tokens: Sequence[Token]) -> set[int]:
    found: set[int] = set()
    for printed in _printed_forms(code.type, code.value):
        found |= {i for i, token in enumerate(tokens) if _prints(token, printed, code.box)}
        found |= {*_spelled_out(printed, tokens)}
    return found


def _printed_forms(kind: CodeType, value: str) -> tuple[str, ...]:
    """Return the ways in which a label may print the value: UPC and EAN-8 stand there without the zeros of EAN-13."""
    digits = squeeze(value)
    if kind is not CodeType.EAN or len(digits) != 13:
        return (value,)
    return (value, *(digits[len(zeros) :] for zeros in ("0", "00000") if digits.startswith(zeros)))


def _spelled_out(value: str, tokens: Sequence[Token]) -> list[int]:
    """Return the words that print the value together, wherever its box is: '4' '710886' '776161' under the bars."""
    whole = squeeze(value)
    if len(whole) < _LEAST_LENGTH_SPELLED_OUT:
        return []
    pieces = [(i, word) for i, token in enumerate(tokens) if (word := squeeze(token.text)) and word in whole]
    for along in _DIRECTIONS:
        row = sorted(pieces, key=lambda piece: along(tokens[piece[0]].box))
        for start in range(len(row)):
            said, run = "", list[int]()
            for index, word in row[start:]:
                if run and not _near(tokens[run[-1]].box, tokens[index].box):
                    continue
                said += word
                run.append(index)
                if said == whole:
                    return run
                if not whole.startswith(said):
                    break
    return []


def _around(box: Box) -> Box:
    """Return the box with as much room on all sides as its shorter side."""
    room = min(box.x1 - box.x0, box.y1 - box.y0)
    return Box(box.x0 - room, box.y0 - room, box.x1 + room, box.y1 + room)


def _near(one: Box, other: Box) -> bool:
    """Tell whether two words stand as near each other as the groups of one number do."""
    height = max(1, min(one.y1 - one.y0, one.x1 - one.x0, other.y1 - other.y0, other.x1 - other.x0))
    apart = max(other.x0 - one.x1, one.x0 - other.x1, other.y0 - one.y1, one.y0 - other.y1)
    return apart <= _FARTHEST_GROUP * height


def _prints(token: Token, value: str, box: Box | None) -> bool:
    """Tell whether the word prints the value or, standing in its place, a piece of it.

    In its place look-alikes do not matter: what was decided may be spelled better than what was read.
    """
    word, whole = squeeze(token.text), squeeze(value)
    if not word or len(whole) < 4:
        return False
    if whole in word:
        return True
    if box is None:
        return False
    if word.isdigit() and whole.isdigit() and word in whole and token.box.share_inside(_around(box)) >= _LEAST_OVERLAP:
        return True  # some of the digits under the bars, though not all could be read
    if token.box.share_inside(box) < _LEAST_OVERLAP or (len(word) < 3 and word.isalpha()):
        return False
    folded, sought = without_look_alikes(word), without_look_alikes(whole)
    if folded in sought or sought in folded:
        return True
    return len(word) >= _LEAST_LENGTH_MISREAD and SequenceMatcher(None, folded, sought).ratio() >= _LEAST_ALIKE
