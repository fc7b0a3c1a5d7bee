"""Pieces of a picture that know where they come from."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.geometry import Quad
from troostwatch.infrastructure.pixels.cutting import cut

PICTURE = np.zeros((300, 400, 3), np.uint8)
quads = st.builds(
    lambda x, y, w, h, turn: Quad.upright(x, y, x + w, y + h) if not turn else turned(x, y, w, h, turn),
    st.floats(0, 300), st.floats(0, 200), st.floats(20, 200), st.floats(20, 200), st.floats(-3, 3),
)  # fmt: skip


def turned(x: float, y: float, width: float, height: float, turn: float) -> Quad:
    cos, sin = math.cos(turn), math.sin(turn)
    a, b, c, d = ((x + u * cos - v * sin, y + u * sin + v * cos) for u, v in Quad.upright(0, 0, width, height).corners)
    return Quad((a, b, c, d))


@given(quads, st.floats(0.5, 2))
def test_the_corners_of_a_piece_are_those_of_its_place(quad: Quad, scale: float) -> None:
    piece = cut(PICTURE, quad, scale=scale)
    height, width = piece.pixels.shape[:2]

    back = piece.in_picture(np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32))

    assert np.allclose(back, quad.corners, atol=0.1)
    assert math.isclose(width, quad.width * scale, abs_tol=0.51)
    assert math.isclose(height, quad.height * scale, abs_tol=0.51)


def test_what_reaches_the_edge_of_a_piece_is_told_from_what_stands_in_it() -> None:
    piece = cut(PICTURE, Quad.upright(100, 100, 200, 150), scale=1.0)

    inner = np.array([(10, 10), (90, 10), (90, 40), (10, 40)], np.float32)

    assert not piece.touches_edge(inner)
    assert piece.touches_edge(inner + np.array([10, 0], np.float32))
    assert piece.touches_edge(inner - np.array([0, 9], np.float32))
