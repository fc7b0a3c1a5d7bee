"""A label lies in the picture where it is said to lie, and nowhere else."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from troostwatch.infrastructure.synthetic import pasted
from troostwatch.infrastructure.synthetic.pasted import Lying

LABEL = Image.new("RGB", (200, 100), "white")


@settings(max_examples=30)
@given(st.floats(-math.pi, math.pi), st.floats(0.3, 1), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_the_label_covers_its_place_and_leaves_the_rest(turn: float, scale: float, right: float, low: float) -> None:
    picture = Image.new("RGB", (400, 400), "black")
    lying = Lying((200, 200), scale, turn, (right, low), blur=0)

    place = pasted.paste(picture, LABEL, lying, np.random.default_rng(1))

    bright = np.asarray(picture.convert("L")) > 128
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = place.corners
    area = abs((cx - ax) * (dy - by) - (dx - bx) * (cy - ay)) / 2
    assert abs(bright.sum() - area) < 0.05 * area + 60
    assert bright[round(place.centre[1]), round(place.centre[0])]
    assert not bright[:40].any()


def test_a_point_of_the_label_is_followed_into_the_picture() -> None:
    place = pasted.corners(LABEL.size, Lying((200, 200), 0.5, math.pi / 2))

    x, y = pasted.through((200, 50), LABEL.size, place)

    assert math.isclose(x, 200, abs_tol=0.01)
    assert math.isclose(y, 250, abs_tol=0.01)
