"""What else was read where a code stands: for the person who has to say which it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate
from operator import eq

from troostwatch.domain.codes import Code, canonical, squeeze
from troostwatch.domain.geometry import Box
from troostwatch.domain.readings import Reading, ReadingKind

MOST = 9  # one digit key each
_LIKE = 0.7  # of two strings in common: the same print read twice, and not another code
_INSIDE = 0.3  # of a reading's box in the code's, or the other way round


@dataclass(frozen=True, slots=True)
class Alternative:
    value: str
    by: str  # who read it so, in words
    differs: tuple[int, ...]  # indexes in `value` of the signs that the code has otherwise


def alternatives(code: Code, others: Iterable[Code], readings: Sequence[Reading]) -> list[Alternative]:
    """Return other values for a code, each once, as its readers offer them: closer looks and other readers first."""
    found: dict[str, str] = {}
    here = [r for r in readings if _is_at(r.quad.box, code.box)]
    for value, by in (*_closer_looks(code, here), *_other_readers(code, here), *_other_codes(code, others),
                      *_opinions(code, readings), *_second_choices(code, here)):  # fmt: skip
        right = canonical(code.type, value)
        if right and squeeze(right) != squeeze(code.value):
            found.setdefault(right, by)
    return [Alternative(value, by, differing(value, code.value)) for value, by in list(found.items())[:MOST]]


def differing(value: str, other: str) -> tuple[int, ...]:
    """Return the indexes of the signs of `value` that `other` does not have in their place."""
    blocks = SequenceMatcher(None, value, other, autojunk=False).get_matching_blocks()
    same = {i for block in blocks for i in range(block.a, block.a + block.size)}
    return tuple(i for i in range(len(value)) if i not in same)


def _is_at(box: Box, place: Box | None) -> bool:
    return place is None or box.share_inside(place) >= _INSIDE or place.share_inside(box) >= _INSIDE


def _closer_looks(code: Code, here: Sequence[Reading]) -> Iterator[tuple[str, str]]:
    for reading in here:
        place = _place(code.value, reading.text)
        if reading.again and reading.again != reading.text and place:
            start, end = _moved(place, reading.text, reading.again)
            if _is_like(part := reading.again[start:end], code.value):
                yield part, f"a closer look by {reading.reader}"


def _other_readers(code: Code, here: Sequence[Reading]) -> Iterator[tuple[str, str]]:
    for reading in here:
        is_print = reading.kind in (ReadingKind.TEXT, ReadingKind.SYMBOL)
        if is_print and not _place(code.value, reading.text) and (part := _nearest(code.value, reading.text)):
            yield part, reading.symbology or reading.reader


def _other_codes(code: Code, others: Iterable[Code]) -> Iterator[tuple[str, str]]:
    for other in others:
        if other.type is code.type and other.key != code.key and _is_like(other.value, code.value):
            yield other.value, ", ".join(other.readers) or "a person"


def _opinions(code: Code, readings: Sequence[Reading]) -> Iterator[tuple[str, str]]:
    for reading in readings:
        if reading.kind is ReadingKind.OPINION and reading.says is code.type and _is_like(reading.text, code.value):
            yield reading.text, reading.reader


def _second_choices(code: Code, here: Sequence[Reading]) -> Iterator[tuple[str, str]]:
    for reading in here:
        place = _place(code.value, reading.text)
        for choice in sorted(reading.runners_up, key=lambda each: -each.probability) if place else ():
            if place and place[0] <= choice.at < place[1]:
                part = reading.text[place[0] : choice.at] + choice.sign + reading.text[choice.at + 1 : place[1]]
                yield part, f"second choice of {reading.reader} ({choice.probability:.2f})"


def _place(value: str, text: str) -> tuple[int, int] | None:
    """Return where a value stands in a text, whatever stands between its signs."""
    wanted = squeeze(value)
    where = [i for i, sign in enumerate(text) for _ in squeeze(sign)]  # some are two in upper case: ß
    start = squeeze(text).find(wanted)
    return (where[start], where[start + len(wanted) - 1] + 1) if wanted and start >= 0 else None


def _moved(place: tuple[int, int], text: str, again: str) -> tuple[int, int]:
    """Return where a part of one reading stands in another reading of the same line."""
    start, end = 0, len(again)
    for block in SequenceMatcher(None, text, again, autojunk=False).get_matching_blocks():
        if block.a + block.size <= place[0]:
            start = block.b + block.size
        elif block.a <= place[0]:
            start = block.b + place[0] - block.a
        if block.a >= place[1]:
            end = min(end, block.b)
        elif block.a + block.size >= place[1] > block.a:
            end = block.b + place[1] - block.a
    return start, max(start, end)


def _nearest(value: str, text: str) -> str | None:
    """Return the part of a text that is most like a value, where it is like it at all; rather whole words than not."""
    wanted, words = squeeze(value), [squeeze(word) for word in text.split()]
    have, edges = "".join(words), {0, *accumulate(map(len, words))}
    if not wanted or len(have) < len(wanted) - 1:
        return None

    def likeness(place: tuple[int, int]) -> tuple[int, int, int, int]:
        part = have[slice(*place)]
        blocks = SequenceMatcher(None, part, wanted, autojunk=False).get_matching_blocks()
        in_place = sum(map(eq, part, wanted))
        return sum(b.size for b in blocks), in_place, sum(end in edges for end in place), -abs(len(part) - len(wanted))

    sizes = (len(wanted), len(wanted) - 1, len(wanted) + 1)
    places = [(start, start + size) for size in sizes for start in range(len(have) - size + 1)]
    start, end = max(places, key=likeness)
    return have[start:end] if _is_like(have[start:end], wanted) else None


def _is_like(one: str, other: str) -> bool:
    return SequenceMatcher(None, squeeze(one), squeeze(other), autojunk=False).ratio() >= _LIKE
