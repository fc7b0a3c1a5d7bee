"""Captions and values of one label, matched at once."""

from __future__ import annotations

from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement.matching import Caption, Match, Piece, Side, matched


def at(x: float, y: float, width: float = 200) -> Quad:
    return Quad.upright(x, y, x + width, y + 30)


def pairs(
    captions: list[Quad], pieces: list[Quad], no_values: frozenset[int] = frozenset()
) -> list[tuple[int, int, Side, bool]]:
    """Return caption, piece, side and whether it is contested; pieces among `no_values` only stand in the way."""
    found = matched(
        [Caption(i, quad) for i, quad in enumerate(captions)],
        [Piece(100 + i, quad) for i, quad in enumerate(pieces)],
        lambda _, piece: None if piece in no_values else f"VALUE{piece}",
    )
    return sorted((m.caption, m.piece, m.side, m.contested) for m in found)


def test_captions_under_their_values_take_the_value_above_and_not_the_neighbours() -> None:
    captions = [at(0, 40), at(0, 140), at(0, 240)]
    values = [at(0, 0), at(0, 100), at(0, 200)]

    assert pairs(captions, values) == [(i, i, Side.ABOVE, False) for i in range(3)]


def test_captions_over_their_values_take_the_value_below() -> None:
    captions = [at(0, 0), at(0, 100), at(0, 200)]
    values = [at(0, 40), at(0, 140), at(0, 240)]

    assert pairs(captions, values) == [(i, i, Side.BELOW, False) for i in range(3)]


def test_cells_of_a_table_take_the_value_of_their_column() -> None:
    captions = [at(0, 0), at(400, 0), at(800, 0)]
    values = [at(400, 45), at(0, 45), at(800, 45)]

    assert pairs(captions, values) == [(0, 1, Side.BELOW, False), (1, 0, Side.BELOW, False), (2, 2, Side.BELOW, False)]


def test_a_nearer_line_that_is_no_value_ends_the_search() -> None:
    assert pairs([at(0, 0)], [at(300, 0), at(600, 0)], no_values=frozenset({0})) == []


def test_no_value_serves_two_captions() -> None:
    assert len(pairs([at(0, 0), at(0, 70)], [at(0, 35)])) == 1


def test_a_caption_between_two_values_is_contested() -> None:
    ((_, _, _, contested),) = pairs([at(0, 100)], [at(0, 65), at(0, 135)])

    assert contested


def test_what_stands_far_away_belongs_to_nobody() -> None:
    assert pairs([at(0, 0)], [at(900, 0), at(0, 300)]) == []


def test_an_empty_label_has_no_matches() -> None:
    assert matched([], [], lambda *_: None) == list[Match]()
