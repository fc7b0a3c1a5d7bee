"""A photograph with its codes drawn on it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from troostwatch.domain.codes import Code, CodeStatus, CodeType, DecidedBy
from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.readings import Look, LookReason, Reading, ReadingKind
from troostwatch.infrastructure.pixels.drawing import draw_codes

MOST = 10_000_000
APPROVED = Code(
    CodeType.EAN, "4006381333931", 0.999, Box(100, 100, 300, 200), None, (), ("barcode",),
    CodeStatus.APPROVED, DecidedBy.RULE,
)  # fmt: skip
PENDING = replace(APPROVED, status=CodeStatus.PENDING, decided_by=None, box=Box(100, 400, 300, 500))


@pytest.fixture
def photograph() -> bytes:
    file = BytesIO()
    Image.new("RGB", (880, 660), "white").save(file, "JPEG")
    return file.getvalue()


def colours(picture: bytes, box: tuple[int, int, int, int]) -> set[tuple[int, ...]]:
    with Image.open(BytesIO(picture)) as image:
        pixels = image.convert("RGB").crop(box)
    return {
        colour  # type: ignore[misc]
        for _, colour in pixels.getcolors(1_000_000) or []
    }


def test_each_box_has_the_colour_of_its_status(photograph: bytes) -> None:
    picture = draw_codes(photograph, [APPROVED, PENDING], ".png", max_pixels=MOST)

    green, orange = (colours(picture, (90, y, 110, y + 100)) - {(255, 255, 255)} for y in (100, 400))
    assert all(g > r for r, g, _ in green)
    assert all(r > g for r, g, _ in orange)


def test_many_codes_make_the_sheet_longer_and_none_is_lost(photograph: bytes) -> None:
    codes = [replace(APPROVED, value=str(n), box=Box(100, 300, 300, 310)) for n in range(20)]

    picture = draw_codes(photograph, codes, ".png", max_pixels=MOST)

    with Image.open(BytesIO(picture)) as image:
        assert image.height >= 20 * 45


def test_a_code_without_a_box_is_left_out(photograph: bytes) -> None:
    picture = draw_codes(photograph, [replace(APPROVED, box=None)], ".jpg", max_pixels=MOST)

    with Image.open(BytesIO(picture)) as image:
        assert image.height == 660
        assert image.format == "JPEG"


def test_a_broken_photograph_is_an_image_error() -> None:
    with pytest.raises(ImageError):
        draw_codes(b"no picture", [APPROVED], ".png", max_pixels=MOST)


def test_a_region_that_was_looked_at_by_itself_is_framed_and_told(photograph: bytes) -> None:
    look = Look(LookReason.GLOW, Quad.upright(200, 300, 500, 500), 1.6)
    line = Reading("rapidocr", ReadingKind.TEXT, "S/N 4711", Quad.upright(250, 400, 300, 410), 0.9, look=look)

    plain, shown = (
        draw_codes(photograph, [], ".png", max_pixels=MOST, readings=[reading])
        for reading in (replace(line, look=None), line)
    )

    frame = (195, 280, 505, 330)
    assert len(colours(shown, frame)) > len(colours(plain, frame))
    assert colours(shown, (560, 300, 700, 500)) == colours(plain, (560, 300, 700, 500))
