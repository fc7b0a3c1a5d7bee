"""Regions worth a second look: which, in which order, and how much of the picture in all."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from troostwatch.domain.geometry import Quad
from troostwatch.domain.readings import LookReason
from troostwatch.infrastructure.pixels.label_finder import Corners, Overview, regions, widened
from troostwatch.infrastructure.pixels.strokes import Strokes

SIZE = (1600, 1200)
SCALE = (0.25, 0.25)
GREY = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)


def box(x: float, y: float, width: float, height: float) -> Corners:
    return np.array(Quad.upright(x, y, x + width, y + height).corners, np.float32)


def overview(*boxes: Corners, clear: bool = False, glow: Corners | None = None) -> Overview:
    heat = np.zeros((SIZE[1] // 4, SIZE[0] // 4), np.float32)
    if glow is not None:
        (x0, y0), _, (x1, y1), _ = (glow * 0.25).astype(int)
        heat[y0:y1, x0:x1] = 0.2
    return Overview(heat, boxes, [clear] * len(boxes), SCALE)


def printed(lines: int, letters: int) -> np.ndarray:
    """Return a picture of print, its first line at 200, 200."""
    picture = Image.new("RGB", SIZE, "white")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(letters)
    for line in range(lines):
        pen.text((200, 200 + 1.5 * letters * line), "Serial 4K7X-22B91 Model", "black", font)
    return np.asarray(picture)


def test_a_box_that_holds_many_lines_is_looked_at_again() -> None:
    picture = printed(10, 16)

    (look,) = regions(picture, overview(box(195, 195, 220, 250)))

    assert look.reason is LookReason.PACKED
    assert look.quad.box.x0 < 195
    assert look.quad.box.x1 > 415


def test_lines_are_counted_whatever_their_size() -> None:
    for letters in (12, 20, 28):
        strokes = Strokes.of(np.asarray(Image.fromarray(printed(8, letters)).convert("L")))
        counted = [strokes.lines_within(box(200, 200, 11 * letters, 1.5 * letters * many)) for many in (1, 4, 8)]
        assert counted[0] < 3.2 < counted[2]
        assert counted == sorted(counted)


def test_what_reads_clearly_is_not_looked_at_again() -> None:
    assert regions(printed(10, 16), overview(box(195, 195, 220, 250), clear=True)) == []


def test_a_glow_outside_any_line_is_looked_at() -> None:
    (look,) = regions(GREY, overview(glow=box(400, 400, 200, 80)))

    assert look.reason is LookReason.GLOW
    assert look.quad.box.x0 < 400 < 600 < look.quad.box.x1


def test_small_print_is_looked_at_where_it_did_not_read_clearly() -> None:
    (look,) = regions(GREY, overview(box(400, 400, 200, 20)))

    assert look.reason is LookReason.SMALL
    assert look.scale > 1


def test_large_print_and_specks_are_left_alone() -> None:
    assert regions(GREY, overview(box(400, 400, 600, 80))) == []
    assert regions(GREY, overview(box(400, 400, 20, 20))) == []


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 1300), st.integers(0, 1100), st.integers(20, 900), st.integers(6, 26)), max_size=12
    ),
    st.integers(0, 400_000),
)
def test_no_more_is_looked_at_than_was_allowed(places: list[tuple[int, int, int, int]], most: int) -> None:
    looks = regions(GREY, overview(*(box(*place) for place in places)), most_area=most)

    area = sum(look.quad.width * look.quad.height * look.scale**2 for look in looks)
    assert area <= (most + 0.03 * SIZE[0] * SIZE[1]) * 1.02
    assert most or not looks


@given(st.floats(1, 500), st.floats(1, 500), st.floats(0, 1))
def test_a_widened_region_holds_the_region(width: float, height: float, share: float) -> None:
    quad = Quad.upright(100, 100, 100 + width, 100 + height)

    wider = widened(quad, share)

    assert wider.width > quad.width
    assert wider.height > quad.height
    assert abs(wider.centre[0] - quad.centre[0]) < 1e-6
