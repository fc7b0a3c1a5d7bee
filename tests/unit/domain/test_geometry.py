"""Boxes and tilted quadrilaterals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.geometry import Box, Quad

numbers = st.integers(-2000, 2000)
boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h), numbers, numbers, st.integers(0, 900), st.integers(0, 900)
)


@given(boxes, boxes)
def test_what_two_boxes_share_is_the_same_from_both_sides_and_no_more_than_either(one: Box, other: Box) -> None:
    assert one.overlap(other) == other.overlap(one) <= min(one.area, other.area)
    assert one.overlap(one) == one.area


@given(boxes, boxes)
def test_a_share_is_a_share(one: Box, other: Box) -> None:
    assert 0 <= one.share_inside(other) <= 1


def test_shares_by_example() -> None:
    assert Box(0, 0, 10, 10).share_inside(Box(5, 0, 100, 100)) == 0.5
    assert Box(0, 0, 10, 10).share_inside(Box(20, 20, 30, 30)) == 0
    assert Box(5, 5, 5, 5).share_inside(Box(0, 0, 10, 10)) == 0


@pytest.mark.parametrize("degrees", range(-150, 181, 30))
def test_a_turned_quad_keeps_its_size_and_tells_its_direction(degrees: int) -> None:
    turned = turn(Quad.upright(100, 200, 400, 260), math.radians(degrees))

    assert math.isclose(turned.width, 300)
    assert math.isclose(turned.height, 60)
    assert math.isclose(math.cos(turned.angle - math.radians(degrees)), 1)
    assert math.dist(turned.centre, turn_point((250, 230), math.radians(degrees))) < 1e-6


def test_the_box_of_a_quad_is_the_upright_one_around_it() -> None:
    assert Quad(((50, 0), (100, 50), (50, 100), (0, 50))).box == Box(0, 0, 100, 100)
    assert Quad.upright(1, 2, 30, 40).box.as_list() == [1, 2, 30, 40]


@given(st.floats(-math.pi, math.pi), st.floats(0, 1), st.floats(0, 1))
def test_a_part_runs_in_the_same_direction_and_is_as_long_as_its_share(angle: float, one: float, other: float) -> None:
    start, end = sorted((one, other))
    whole = turn(Quad.upright(0, 0, 1000, 40), angle)

    part = whole.part(start, end)

    assert math.isclose(part.width, 1000 * (end - start), abs_tol=1e-6)
    assert math.isclose(part.height, 40, abs_tol=1e-6)
    assert math.dist(part.corners[0], turn_point((1000 * start, 0), angle)) < 1e-6


def turn_point(point: tuple[float, float], angle: float) -> tuple[float, float]:
    x, y = point
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)


def turn(quad: Quad, angle: float) -> Quad:
    a, b, c, d = (turn_point(corner, angle) for corner in quad.corners)
    return Quad((a, b, c, d))
