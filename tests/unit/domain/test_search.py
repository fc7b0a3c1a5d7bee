"""Several rankings become one, and a code fits a part of it however it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import Code, CodeType
from troostwatch.domain.errors import UsageError
from troostwatch.domain.search import (
    Candidate,
    Match,
    Ranking,
    Space,
    fuse,
    match,
    part_of_code,
    perhaps_codes,
    words_of,
)


def ranking(space: Space, *lots: str) -> Ranking:
    return Ranking(space, tuple(Candidate(lot, 1.0 - i / 10, f"{space} {lot}") for i, lot in enumerate(lots)))


def code(value: str, kind: CodeType = CodeType.SERIAL_NUMBER) -> Code:
    return Code(kind, value, 0.9, None, None, (), ())


def test_what_stands_near_in_two_ways_comes_before_what_is_first_in_one() -> None:
    found = fuse([ranking(Space.WORDS, "a", "b"), ranking(Space.PICTURE, "c", "b")], 3)

    assert [hit.lot for hit in found] == ["b", "a", "c"]
    assert [(reason.space, reason.rank) for reason in found[0].reasons] == [(Space.WORDS, 2), (Space.PICTURE, 2)]


def test_one_ranking_keeps_its_order_and_its_scores() -> None:
    assert [(hit.lot, hit.score) for hit in fuse([ranking(Space.CODE, "b", "a")], 9)] == [("b", 1.0), ("a", 0.9)]


LOTS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(LOTS, LOTS)
def test_fusing_loses_no_lot_and_prefers_none_that_is_nowhere_better(first: list[str], second: list[str]) -> None:
    found = fuse([ranking(Space.WORDS, *first), ranking(Space.PICTURE, *second)], 99)

    place = {hit.lot: i for i, hit in enumerate(found)}
    assert place.keys() == {*first, *second}
    for better in first:
        for worse in first[first.index(better) + 1 :]:
            if better in second and (worse not in second or second.index(better) < second.index(worse)):
                assert place[better] < place[worse]


def test_words_keep_the_signs_inside_part_numbers() -> None:
    assert words_of("Lenovo 20RL-000XMH, (nieuw!) 65Z99EA#ABH") == ["Lenovo", "20RL-000XMH", "nieuw", "65Z99EA#ABH"]
    assert perhaps_codes(["Lenovo", "20RL-000XMH", "x1"]) == ["20RL000XMH"]


@pytest.mark.parametrize(
    ("typed", "part"),
    [("20rl-000xmh", "20RL000XMH"), ("0195042177480", "0195042177480"), ("00195042177480", "0195042177480")],
)
def test_a_code_is_looked_for_as_letters_and_digits(typed: str, part: str) -> None:
    assert part_of_code(typed) == part


def test_too_little_of_a_code_is_refused() -> None:
    with pytest.raises(UsageError, match="too short"):
        part_of_code("-4-2")


@pytest.mark.parametrize(
    ("value", "part", "fit"),
    [
        ("20RL-000XMH", "20RL000XMH", Match.WHOLE),
        ("0195042177480", "195042177480", Match.WHOLE),
        ("20RL-000XMH", "0XMH", Match.PART),
        ("20RL-000XMH", "OXMH", Match.LOOK_ALIKE),
        ("20RL-000XMH", "ZZZ9", None),
    ],
)
def test_a_code_fits_whole_in_part_or_but_for_look_alikes(value: str, part: str, fit: Match | None) -> None:
    assert match(code(value), part) is fit


@given(st.text("ABCDEFGHJK0123456789-", min_size=5, max_size=20), st.data())
def test_every_part_of_a_code_fits_it(value: str, data: st.DataObject) -> None:
    bare = part_of_code(value) if len(value.replace("-", "")) >= 3 else None
    if bare is None:
        return
    start = data.draw(st.integers(0, len(bare) - 3))

    assert match(code(value), bare[start : start + 3]) in (Match.WHOLE, Match.PART)
