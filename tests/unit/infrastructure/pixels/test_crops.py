"""A piece of a photograph for a person's eye: the code, what stands around it, large enough to read."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Box
from troostwatch.infrastructure.pixels.crops import crop

MOST = 1_000_000


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    image = Image.new("RGB", (800, 600), "white")
    image.paste("red", (300, 200, 340, 220))
    image.save(tmp_path / "photograph.png")
    return tmp_path / "photograph.png"


def test_the_piece_shows_the_code_and_its_surroundings_enlarged(photograph: Path) -> None:
    data = crop(photograph.read_bytes(), Box(300, 200, 340, 220), max_pixels=MOST)

    with Image.open(BytesIO(data)) as piece:
        assert piece.size == (120 * 5, 100 * 5)
        assert piece.getpixel((300, 250)) == (255, 0, 0)
        assert piece.getpixel((150, 150)) == (255, 255, 255)


def test_a_code_at_the_edge_is_cut_where_the_photograph_ends(photograph: Path) -> None:
    data = crop(photograph.read_bytes(), Box(0, 0, 800, 300), max_pixels=MOST)

    with Image.open(BytesIO(data)) as piece:
        assert piece.size == (800, 600)


def test_what_is_no_picture_is_an_image_error() -> None:
    with pytest.raises(ImageError):
        crop(b"no picture", Box(0, 0, 9, 9), max_pixels=MOST)
