"""The same picture saved again, smaller or turned by EXIF has nearly the same hash; another picture has not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from troostwatch.domain.duplicates import NEARLY_SAME_BITS
from troostwatch.domain.errors import ImageError
from troostwatch.domain.images import Stored
from troostwatch.infrastructure.photographs.store import FolderStore
from troostwatch.infrastructure.pixels.perceptual_hash import PhotographHasher, perceptual_hash


def scene(seed: int) -> Image.Image:
    """Draw blocks in places that the seed decides."""
    image = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(image)
    for i in range(12):
        x, y = (seed * 7919 + i * 3571) % 700, (seed * 104729 + i * 1299709) % 500
        grey = (seed * 31 + i * 53) % 200
        draw.rectangle((x, y, x + 150, y + 120), fill=(grey, 255 - grey, grey // 2))
    return image


def bits(path: Path) -> bytes:
    value = perceptual_hash(path.read_bytes(), max_pixels=10_000_000)
    assert value is not None
    return value


def stored(path: Path) -> Stored:
    return Stored(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def apart(first: bytes, second: bytes) -> int:
    return (int.from_bytes(first) ^ int.from_bytes(second)).bit_count()


def test_saved_again_smaller_and_worse_it_is_nearly_the_same(tmp_path: Path) -> None:
    for seed in range(5):
        scene(seed).save(tmp_path / "a.jpg", quality=92)
        scene(seed).resize((640, 480)).save(tmp_path / "b.jpg", quality=60)
        scene(seed).save(tmp_path / "c.png")

        assert apart(bits(tmp_path / "a.jpg"), bits(tmp_path / "b.jpg")) <= NEARLY_SAME_BITS
        assert apart(bits(tmp_path / "a.jpg"), bits(tmp_path / "c.png")) <= NEARLY_SAME_BITS


def test_another_picture_is_far(tmp_path: Path) -> None:
    for seed in range(4):
        scene(seed).save(tmp_path / f"{seed}.png")
    hashes = [bits(tmp_path / f"{seed}.png") for seed in range(4)]

    assert all(apart(a, b) > 2 * NEARLY_SAME_BITS for i, a in enumerate(hashes) for b in hashes[:i])


def test_turned_by_exif_it_is_the_same(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "upright.jpg", quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by 270° to see it upright
    scene(1).transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.jpg", quality=95, exif=exif)

    assert apart(bits(tmp_path / "upright.jpg"), bits(tmp_path / "turned.jpg")) <= NEARLY_SAME_BITS


def test_where_there_is_nothing_to_see_there_is_no_hash(tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), "white").save(tmp_path / "white.jpg")

    assert perceptual_hash((tmp_path / "white.jpg").read_bytes(), max_pixels=10_000_000) is None


@pytest.mark.parametrize("threads", [1, 4])
def test_results_come_in_the_order_of_the_photographs(tmp_path: Path, threads: int) -> None:
    for seed in range(3):
        scene(seed).save(tmp_path / f"{seed}.jpg")
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    hasher = PhotographHasher(FolderStore(tmp_path).open, max_pixels=10_000_000, threads=threads)

    asked = [stored(tmp_path / name) for name in ("2.jpg", "broken.jpg", "0.jpg")]
    results = list(hasher.hash_all([*asked, Stored("0" * 64, "missing.jpg")]))

    assert [results[0], results[2]] == [bits(tmp_path / "2.jpg"), bits(tmp_path / "0.jpg")]
    assert isinstance(results[1], ImageError)
    assert isinstance(results[3], ImageError)
