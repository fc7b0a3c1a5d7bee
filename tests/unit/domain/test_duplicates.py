"""What lots share: near hashes are found without comparing all with all, and groups say why."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType
from troostwatch.domain.duplicates import (
    MOST_BITS,
    CodePlace,
    Place,
    Sameness,
    SharedCode,
    bids,
    elsewhere,
    near_any,
    near_pairs,
    nearly_same_photographs,
    same_photographs,
)


def distance(first: bytes, second: bytes) -> int:
    return (int.from_bytes(first) ^ int.from_bytes(second)).bit_count()


@st.composite
def neighbours(draw: st.DrawFn) -> list[bytes]:
    """Draw a few hashes and, of each, some with a few bits turned: by chance alone no two would ever be near."""
    hashes = []
    for centre in draw(st.lists(st.integers(0, 2**64 - 1), max_size=6)):
        hashes.append(centre)
        near = draw(st.lists(st.sets(st.integers(0, 63), max_size=10), max_size=5))
        hashes += [centre ^ sum(1 << bit for bit in turned) for turned in near]
    return [value.to_bytes(8) for value in hashes]


@given(neighbours(), st.integers(0, MOST_BITS))
def test_near_pairs_are_those_that_comparing_all_with_all_finds(hashes: list[bytes], bits: int) -> None:
    expected = [
        (i, j, d)
        for i, first in enumerate(hashes)
        for j, second in enumerate(hashes)
        if i < j and (d := distance(first, second)) <= bits
    ]

    assert near_pairs(hashes, bits) == expected


@given(neighbours(), st.integers(0, MOST_BITS))
def test_near_to_some_is_what_comparing_with_each_finds(hashes: list[bytes], bits: int) -> None:
    named = {str(i): value for i, value in enumerate(hashes)}
    chosen = hashes[:2]

    assert near_any(chosen, named, bits) == {
        name for name, value in named.items() if any(distance(value, one) <= bits for one in chosen)
    }


def test_more_bits_than_the_bands_promise_are_refused() -> None:
    with pytest.raises(ValueError, match="not between"):
        near_pairs([], MOST_BITS + 1)


def place(lot: str, position: int, content: str | None, url: str = "") -> Place:
    return Place(lot, position, url or f"https://media.example/{content}", content, None)


def test_the_same_photograph_is_one_that_several_lots_show() -> None:
    groups = same_photographs(
        [place("a", 0, "x"), place("a", 1, "x"), place("b", 0, "y"), place("c", 3, "y"), place("d", 0, "y", "other")]
    )

    assert [(g.sameness, g.because, [p.lot for p in g.places]) for g in groups] == [
        (Sameness.SAME, "the same file at 2 addresses", ["b", "c", "d"])
    ]


def test_what_was_not_downloaded_is_known_by_its_address() -> None:
    (group,) = same_photographs([place("a", 0, None, "u"), place("b", 0, None, "u"), place("c", 0, None, "v")])

    assert (group.because, [p.lot for p in group.places]) == ("the same address, not downloaded", ["a", "b"])


def test_different_files_that_look_the_same_are_one_group_however_many_links_lie_between() -> None:
    hashes = {"x": bytes(8), "y": bytes([0] * 7 + [0b111111]), "z": bytes([0] * 6 + [0b111111, 0b111111])}
    hashes |= {"far": bytes([255] * 8), "twin": bytes(8)}
    places = [place("a", 0, "x"), place("b", 0, "y"), place("c", 0, "z"), place("d", 0, "far"), place("e", 0, "twin")]

    (group,) = nearly_same_photographs(places, hashes, 6)

    assert sorted(p.lot for p in group.places) == ["a", "b", "c", "e"]
    assert group.because == "4 files, 6 of 64 bits of their perceptual hashes apart"


def lot(name: str, *, over: bool = False, cents: int | None = None, contents: tuple[str, ...] = ()) -> CodePlace:
    return CodePlace(name, "t", "A1-1", datetime(2025, 11, 1, tzinfo=UTC), over, cents, "EUR", contents or (name,))


def test_a_code_tells_what_earlier_lots_brought() -> None:
    sold = [lot(f"A1-1-{i}", over=True, cents=10_000 + 1_000 * i) for i in range(4)]
    code = SharedCode(CodeType.EAN, "4006381333931", (*sold, lot("A1-2-1")))

    assert elsewhere(code, "A1-2-1") == (
        "ean 4006381333931 is also in A1-1-0, A1-1-1, A1-1-2, A1-1-3; 4 of them over, last bid 100.00 to 130.00 EUR"
    )
    assert bids([lot("x")]) is None


def test_a_code_on_one_photograph_of_two_lots_is_told_as_such() -> None:
    code = SharedCode(CodeType.SERIAL_NUMBER, "AB123456", (lot("a", contents=("x",)), lot("b", contents=("x", "y"))))

    assert elsewhere(code, "a") == "serial_number AB123456 is also in b; on the same photograph"
