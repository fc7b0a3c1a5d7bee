"""A photograph keeps the truth of its sticker, wherever the sticker came to lie."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

import pytest
import zxingcpp
from PIL import Image, UnidentifiedImageError

from troostwatch.infrastructure.synthetic import layouts, photographs, stickers
from troostwatch.infrastructure.synthetic.photographs import Conditions, conditions, cut_off, photograph
from troostwatch.infrastructure.synthetic.scenes import Surface
from troostwatch.infrastructure.synthetic.truth import Truth


@pytest.fixture(scope="module")
def flat():
    return stickers.print_sticker(layouts.fill(layouts.LENOVO, Random(2)).sticker)


def inside(point, quad) -> bool:
    """Tell whether a point lies in a convex quadrilateral, whichever way it turns."""
    corners = quad.corners
    sides = [
        (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)
        for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True)
    ]
    return all(side >= 0 for side in sides) or all(side <= 0 for side in sides)


CASES = {
    "straight": Conditions(),
    "quarter": Conditions(quarter_turns=1),
    "upside down": Conditions(quarter_turns=2, surface=Surface.WHITE_BOX),
    "three quarters": Conditions(quarter_turns=3, surface=Surface.METAL),
    "askew": Conditions(tilt=8, yaw=18, pitch=-14, blur=0.5, surface=Surface.BLACK_PLASTIC),
    "away": Conditions(yaw=-20, pitch=16, offset=(0.03, -0.02), surface=Surface.PRINTED_BOX),
}


@pytest.mark.parametrize("taken", CASES.values(), ids=CASES.keys())
def test_decoded_symbols_lie_where_the_truth_says(flat, taken) -> None:
    picture = photograph(flat, taken, seed=1)

    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.body)), text_mode=zxingcpp.TextMode.Plain)

    assert len(found) >= 3
    for seen in found:
        (symbol,) = (s for s in picture.truth.symbols if s.payload.zfill(13) == seen.text.zfill(13))
        p = seen.position
        x = sum(c.x for c in (p.top_left, p.top_right, p.bottom_left, p.bottom_right)) / 4
        y = sum(c.y for c in (p.top_left, p.top_right, p.bottom_left, p.bottom_right)) / 4
        assert inside((x, y), symbol.quad)


def test_corners_keep_the_order_of_reading(flat) -> None:
    turned = photograph(flat, Conditions(quarter_turns=1), seed=1)

    assert all(text.quad.angle == pytest.approx(1.5708, abs=0.01) for text in turned.truth.texts)


def test_the_same_seed_gives_the_same_bytes(flat) -> None:
    taken = conditions(Random(3), hardship=0.8)

    assert photograph(flat, taken, seed=4).body == photograph(flat, taken, seed=4).body
    assert photograph(flat, taken, seed=4).body != photograph(flat, taken, seed=5).body


def test_the_truth_changes_only_its_places(flat) -> None:
    picture = photograph(flat, conditions(Random(9)), seed=9)

    assert [c.value for c in picture.truth.codes] == [c.value for c in flat.truth.codes]
    assert [t.text for t in picture.truth.texts] == [t.text for t in flat.truth.texts]


@pytest.mark.parametrize("hardship", [0.0, 0.5, 1.0])
def test_the_sticker_stays_in_the_picture(flat, hardship) -> None:
    for seed in range(8):
        taken = replace(conditions(Random(seed), hardship=hardship), size=(200, 150))
        middle = photograph(flat, taken, seed=seed).truth.codes[0].quad.centre

        assert 0 < middle[0] < taken.size[0]
        assert 0 < middle[1] < taken.size[1]


def test_hardship_spoils_a_picture(flat) -> None:
    def decoded(hardship: float) -> int:
        pictures = (photograph(flat, conditions(Random(s), hardship=hardship), seed=s) for s in range(3))
        return sum(len(zxingcpp.read_barcodes(Image.open(io.BytesIO(p.body)))) for p in pictures)

    assert decoded(1.0) < decoded(0.0)


def test_a_lid_has_nothing_to_read() -> None:
    picture = photographs.without_label(seed=1)

    assert picture.truth == Truth()
    assert not zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.body)))


def test_glare_and_a_moving_hand_change_the_picture() -> None:
    calm = photographs.without_label(seed=1, taken=Conditions())

    assert photographs.without_label(seed=1, taken=Conditions(motion=4)).body != calm.body
    assert photographs.without_label(seed=1, taken=Conditions(glare=0.9)).body != calm.body


def test_a_file_that_is_cut_off_does_not_decode() -> None:
    broken = cut_off(photographs.without_label(seed=1))

    with pytest.raises((OSError, UnidentifiedImageError)):
        Image.open(io.BytesIO(broken.body)).load()
