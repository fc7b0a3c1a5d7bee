"""Bytes from a stranger: a picture comes out upright on white, or an error that says what was wrong."""

from __future__ import annotations

import io
import threading
import warnings

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from troostwatch.domain.errors import ImageError
from troostwatch.domain.images import SUFFIXES
from troostwatch.infrastructure.pixels.opening import FORMATS, DamagedError, load_upright, opened

MOST = 1_000_000
RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION = 0x0112


def file_of(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(kind: str) -> bytes:
    return file_of(Image.effect_noise((80, 60), 90).convert("RGB"), kind)


def corner() -> Image.Image:
    """Return a blue picture, wider than high, with red in its upper left corner."""
    image = Image.new("RGB", (60, 40), BLUE)
    image.paste(RED, (0, 0, 20, 20))
    return image


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "MPO"])
def test_every_kind_we_take_is_opened(kind: str) -> None:
    with opened(noise(kind), max_pixels=MOST) as image:
        assert (image.format, image.size) == (kind, (80, 60))


def test_every_kind_has_a_suffix_and_jpeg_and_png_are_always_taken() -> None:
    assert set(FORMATS) <= set(SUFFIXES)
    assert {"JPEG", "PNG"} <= set(FORMATS)


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "ICO", "PCX", "SGI", "TGA"])
def test_pictures_of_other_kinds_stay_outside(kind: str) -> None:
    body = file_of(Image.new("RGB", (32, 32)), kind)

    with pytest.raises(ImageError, match="no photograph of a kind we take") as caught:
        load_upright(body, max_pixels=MOST)

    assert caught.value.permanent
    assert not isinstance(caught.value, DamagedError)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says(orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    as_taken = corner().transpose(undo[orientation]) if orientation in undo else corner()
    exif = Image.Exif()
    exif[ORIENTATION] = orientation

    upright = load_upright(file_of(as_taken, exif=exif), max_pixels=MOST)

    assert upright.size == (60, 40)
    assert upright.getpixel((5, 5)) == RED
    assert {upright.getpixel(place) for place in ((55, 5), (5, 35), (55, 35))} == {BLUE}


def test_exif_that_leads_nowhere_turns_nothing() -> None:
    body = file_of(corner(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")

    assert load_upright(body, max_pixels=MOST).size == (60, 40)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_lies_on_white(mode: str) -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0)).convert(mode)

    assert load_upright(file_of(image), max_pixels=MOST).getpixel((1, 1)) == WHITE


def test_a_transparent_colour_of_a_palette_lies_on_white() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 9, 9, 9])

    assert load_upright(file_of(image, transparency=1), max_pixels=MOST).getpixel((1, 1)) == WHITE


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"])
def test_every_mode_comes_out_as_rgb(mode: str) -> None:
    body = file_of(Image.new(mode, (5, 3)), "JPEG" if mode == "CMYK" else "PNG")

    assert load_upright(body, max_pixels=MOST).mode == "RGB"


def test_the_first_frame_of_a_moving_picture_is_taken() -> None:
    body = file_of(Image.new("RGB", (8, 8), RED), "GIF", save_all=True, append_images=[Image.new("RGB", (8, 8), BLUE)])

    assert load_upright(body, max_pixels=MOST).getpixel((1, 1)) == RED


def test_a_later_frame_is_taken_where_the_first_is_blank() -> None:
    frames = [Image.new("RGB", (60, 40), "white"), Image.new("RGB", (60, 40), "white"), corner()]
    body = file_of(frames[0], "GIF", save_all=True, append_images=frames[1:])

    assert load_upright(body, max_pixels=MOST).getpixel((5, 5)) == RED


@pytest.mark.parametrize("brightest", [200, 4095, 16383, 65535])
def test_a_picture_of_sixteen_bits_keeps_its_shades(brightest: int) -> None:
    shades = np.linspace(0, brightest, 100, dtype=np.uint16).reshape(1, 100)

    grey = load_upright(file_of(Image.fromarray(shades)), max_pixels=MOST).convert("L")

    row = np.asarray(grey)[0].tolist()
    assert row == sorted(row)
    assert len(set(row)) == 100
    assert row[-1] == min(brightest, 255)


def test_a_photograph_of_a_large_camera_is_scaled_while_it_is_decoded() -> None:
    body = file_of(corner().resize((1800, 1200)), "JPEG")

    upright = load_upright(body, max_pixels=MOST)

    assert upright.size == (900, 600)
    assert upright.getpixel((50, 50))[0] > 200


@pytest.mark.parametrize("picture", [{"size": (2400, 2200)}, {"size": (1800, 1200), "progressive": True}])
def test_a_photograph_too_large_beyond_measure_is_refused(picture: dict[str, object]) -> None:
    body = file_of(Image.new("RGB", picture.pop("size")), "JPEG", **picture)

    with pytest.raises(ImageError, match="are more than 1,000,000"):
        load_upright(body, max_pixels=MOST)


def test_a_side_that_no_reader_takes_is_refused() -> None:
    with pytest.raises(ImageError, match=r"70000 x 5 pixels: a side is longer than 32,766"):
        load_upright(file_of(Image.new("1", (70_000, 5))), max_pixels=MOST)


def test_too_many_pixels_are_refused_before_one_is_decoded() -> None:
    body = file_of(Image.new("1", (2000, 1001)))[:-100]  # decoding it would tell of the missing end

    with pytest.raises(ImageError, match="2000 x 1001 pixels are more than 1,000,000") as caught:
        load_upright(body, max_pixels=MOST)

    assert not isinstance(caught.value, DamagedError)


def test_a_bomb_that_pillow_itself_refuses_is_told_in_the_same_way() -> None:
    body = bytearray(file_of(Image.new("1", (1, 1)), "BMP"))
    body[18:26] = (60_000).to_bytes(4, "little") * 2

    with pytest.raises(ImageError, match="more than 1,000,000"):
        load_upright(bytes(body), max_pixels=MOST)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_file_that_was_cut_off_is_damaged(kind: str, share: float) -> None:
    whole = noise(kind)

    with pytest.raises(DamagedError, match="does not decode") as caught:
        load_upright(whole[: round(len(whole) * share)], max_pixels=MOST)

    assert caught.value.permanent  # on disk it stays as it is


@pytest.mark.parametrize("body", [b"", b"\0" * 100, b"<html>blocked</html>", b"%PDF-1.7", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ImageError):
        load_upright(body, max_pixels=MOST)


SEEDS = [noise(kind) for kind in FORMATS if kind != "MPO"]


@given(
    body=st.one_of(
        st.binary(max_size=300),
        st.sampled_from([seed[:40] for seed in SEEDS]).flatmap(
            lambda head: st.binary(max_size=300).map(lambda tail: head + tail)
        ),
        st.sampled_from(SEEDS).flatmap(
            lambda seed: st.tuples(st.integers(0, len(seed) - 1), st.binary(min_size=1, max_size=8)).map(
                lambda change: seed[: change[0]] + change[1] + seed[change[0] + len(change[1]) :]
            )
        ),
    )
)
@example(body=b"GIF89a" + bytes(20))
def test_any_bytes_are_a_picture_or_an_image_error(body: bytes) -> None:
    try:
        image = load_upright(body, max_pixels=MOST)
    except ImageError:
        return
    assert image.mode == "RGB"
    assert image.width * image.height <= MOST


def test_threads_that_open_pictures_leave_the_warnings_of_the_program_as_they_were() -> None:
    body, before = noise("JPEG"), list(warnings.filters)
    threads = [
        threading.Thread(target=lambda: [load_upright(body, max_pixels=MOST) for _ in range(20)]) for _ in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert warnings.filters == before
