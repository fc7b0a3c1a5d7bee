"""What several lots share: photographs, the same or nearly so, and codes, with what the lots brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.codes import CodeType

HASH_BITS = 64
# Different photographs of one thing differ in 16 bits and more, the same one saved again in 4 and fewer.
NEARLY_SAME_BITS = 6

_BANDS = 4
_BAND_BITS = HASH_BITS // _BANDS
MOST_BITS = 2 * _BANDS - 1  # two hashes so near differ in at most one bit of one of the bands
_ROWS_AT_ONCE = 1 << 14


def near_pairs(hashes: Sequence[bytes], most_bits: int) -> list[tuple[int, int, int]]:
    """Return (i, j, distance) with i < j of all hashes at most so many bits apart.

    Multi-index hashing: exact, and no comparison of all with all. Of hashes at most 7 bits apart at least one of
    four bands differs in one bit or none, so those are looked up band by band, each as it is and with each bit turned.
    """
    if not 0 <= most_bits <= MOST_BITS:
        raise ValueError(f"{most_bits} bits are not between 0 and {MOST_BITS}")
    words = np.frombuffer(b"".join(hashes), dtype=">u8").astype(np.uint64)
    found: set[tuple[int, int, int]] = set()
    for band in range(_BANDS):
        keys = (words >> np.uint64(band * _BAND_BITS)) & np.uint64((1 << _BAND_BITS) - 1)
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        for turn in (0, *(1 << bit for bit in range(_BAND_BITS))):
            found.update(_near_in_band(words, keys ^ np.uint64(turn), ordered, order, most_bits))
    return sorted(found)


def _near_in_band(
    words: NDArray[np.uint64],
    wanted: NDArray[np.uint64],
    ordered: NDArray[np.uint64],
    order: NDArray[np.intp],
    most_bits: int,
) -> Iterable[tuple[int, int, int]]:
    """Yield pairs among those whose band is the wanted one."""
    for start in range(0, len(words), _ROWS_AT_ONCE):
        part = wanted[start : start + _ROWS_AT_ONCE]
        left, right = np.searchsorted(ordered, part, "left"), np.searchsorted(ordered, part, "right")
        counts = right - left
        first = np.repeat(np.arange(start, start + len(part)), counts)
        # Positions left[i], left[i] + 1, … right[i] - 1 of every row, one after the other.
        steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        second = order[np.repeat(left, counts) + steps]
        distance = np.bitwise_count(words[first] ^ words[second])
        keep = (first < second) & (distance <= most_bits)
        yield from zip(first[keep].tolist(), second[keep].tolist(), distance[keep].tolist(), strict=True)


def near_any(chosen: Sequence[bytes], hashes: Mapping[str, bytes], most_bits: int) -> set[str]:
    """Return the names of all hashes that are at most so many bits from one of a few chosen ones."""
    names = list(hashes)
    words = np.frombuffer(b"".join(hashes.values()), dtype=">u8")
    near: set[str] = set()
    for one in chosen:
        distance = np.bitwise_count(words ^ np.frombuffer(one, dtype=">u8"))
        near.update(names[i] for i in np.flatnonzero(distance <= most_bits))
    return near


@dataclass(frozen=True, slots=True)
class Place:
    """A photograph where a lot shows it."""

    lot: str
    position: int
    url: str
    content: str | None  # SHA-256; None as long as it was not downloaded
    path: str | None


class Sameness(StrEnum):
    SAME = "same"
    NEARLY = "nearly the same"


@dataclass(frozen=True, slots=True)
class PhotographGroup:
    """Places that show the same photograph, or photographs that look the same."""

    sameness: Sameness
    because: str
    places: tuple[Place, ...]


def same_photographs(places: Iterable[Place]) -> list[PhotographGroup]:
    """Return the photographs that several lots show: the same bytes; the same address while it is not here."""
    groups: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        groups[place.content or place.url].append(place)
    return [
        PhotographGroup(Sameness.SAME, _why_same(group), tuple(group))
        for group in groups.values()
        if len({place.lot for place in group}) > 1
    ]


def _why_same(group: Sequence[Place]) -> str:
    addresses = len({place.url for place in group})
    if group[0].content is None:
        return "the same address, not downloaded"
    return "the same file at the same address" if addresses == 1 else f"the same file at {addresses} addresses"


def nearly_same_photographs(
    places: Iterable[Place], hashes: Mapping[str, bytes], most_bits: int
) -> list[PhotographGroup]:
    """Return groups of different files that look the same; each is near at least one other of its group."""
    by_content: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        if place.content in hashes:
            assert place.content
            by_content[place.content].append(place)
    contents: dict[bytes, list[str]] = defaultdict(list)  # thousands of files may have one hash: compared once
    for content in by_content:
        contents[hashes[content]].append(content)
    different = list(contents)
    groups = _connected(len(different), near_pairs(different, most_bits))
    found = []
    for members, bits in groups:
        files = [content for member in members for content in contents[different[member]]]
        if len(files) > 1:
            because = f"{len(files)} files, {bits or 'no'} of {HASH_BITS} bits of their perceptual hashes apart"
            shown = tuple(place for file in files for place in by_content[file])
            found.append(PhotographGroup(Sameness.NEARLY, because, shown))
    return found


def _connected(size: int, pairs: Iterable[tuple[int, int, int]]) -> list[tuple[list[int], int]]:
    """Return groups that pairs connect (union-find), each with the largest distance of such a pair."""
    parent = list(range(size))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    widest: dict[int, int] = defaultdict(int)
    for first, second, distance in pairs:
        low, high = sorted((root(first), root(second)))
        parent[high] = low
        widest[low] = max(widest[low], widest[high], distance)
    groups: dict[int, list[int]] = defaultdict(list)
    for item in range(size):
        groups[root(item)].append(item)
    return [(members, widest[first]) for first, members in groups.items()]


@dataclass(frozen=True, slots=True)
class CodePlace:
    """A lot in which a code was read."""

    lot: str
    title: str | None
    auction: str | None
    closes_at: datetime | None
    over: bool  # it closed before now
    bid_cents: int | None  # as a listing last told
    currency: str | None
    contents: tuple[str, ...]  # SHA-256 of the photographs that show the code


@dataclass(frozen=True, slots=True)
class SharedCode:
    """A code that was read in several lots, those that closed first in front."""

    type: CodeType
    value: str
    places: tuple[CodePlace, ...]

    @property
    def by_shared_photographs(self) -> bool:
        """Tell whether the lots show one photograph, which says little of a second unit."""
        first = set(self.places[0].contents)
        return all(first & set(place.contents) for place in self.places)

    def others(self, lot: str) -> tuple[CodePlace, ...]:
        return tuple(place for place in self.places if place.lot != lot)


def bids(places: Iterable[CodePlace]) -> str | None:
    """Return what was last bid for lots: '120.00 to 180.00 EUR'; None where nobody said."""
    by_currency: dict[str, list[int]] = defaultdict(list)
    for place in places:
        if place.bid_cents is not None:
            by_currency[place.currency or ""].append(place.bid_cents)
    return ", ".join(_range(cents, currency) for currency, cents in sorted(by_currency.items())) or None


def _range(cents: Sequence[int], currency: str) -> str:
    low, high = f"{min(cents) / 100:.2f}", f"{max(cents) / 100:.2f}"
    return f"{low if low == high else f'{low} to {high}'} {currency}".strip()


def elsewhere(code: SharedCode, lot: str) -> str:
    """Return a sentence on the other lots in which a code of this lot was read."""
    others = code.others(lot)
    over = [place for place in others if place.over]
    where = ", ".join(place.lot for place in others[:5]) + (", …" if len(others) > 5 else "")
    parts = [f"{code.type} {code.value} is also in {where}"]
    if over:
        last = bids(over)
        parts.append(f"{len(over)} of them over" + (f", last bid {last}" if last else ", no bid known"))
    if code.by_shared_photographs:
        parts.append("on the same photograph")
    return "; ".join(parts)
