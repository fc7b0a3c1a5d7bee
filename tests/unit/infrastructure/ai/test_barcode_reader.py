"""Symbols on drawn photographs: all of them, each once, in the direction in which they are printed."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
import pytest
import zxingcpp
from fakes.sticker_photographs import far_apart, opened
from PIL import Image, ImageFilter, ImageOps
from zxingcpp import BarcodeFormat as Format

from troostwatch.domain.readings import ReadingKind
from troostwatch.infrastructure.ai import barcode_reader
from troostwatch.infrastructure.ai.barcode_reader import BarcodeReader
from troostwatch.infrastructure.ai.symbol_looks import Grey, Look, looks, sharpened
from troostwatch.infrastructure.synthetic import pasted
from troostwatch.infrastructure.synthetic.pasted import Lying
from troostwatch.infrastructure.synthetic.symbols import Symbology, picture

READER = BarcodeReader()


@pytest.mark.parametrize("turns", range(4))
def test_every_symbol_is_found_however_the_photograph_is_turned(turns: int) -> None:
    image, truth = opened(turns)

    found = {reading.text.zfill(13): reading for reading in READER.read(image)}

    assert found.keys() == {symbol.payload.zfill(13) for symbol in truth.symbols}
    for symbol in truth.symbols:
        reading = found[symbol.payload.zfill(13)]
        assert far_apart(reading.quad, symbol.quad) < 20


def test_a_reading_says_what_it_is_and_how_many_looks_saw_it() -> None:
    image, _ = opened()

    (code,) = (reading for reading in READER.read(image) if reading.symbology == "EAN13")

    assert (code.reader, code.kind) == ("barcode", ReadingKind.SYMBOL)
    assert code.confidence in (0.25, 0.5, 0.75, 1.0)
    assert READER.version[0].isdigit()


@pytest.mark.parametrize("symbology", Symbology)
def test_each_kind_of_symbol_that_stickers_carry_is_read(symbology: Symbology) -> None:
    payload = {Symbology.EAN_13: "2900000000001", Symbology.UPC_A: "012345678905"}.get(symbology, "AB-12345")
    image = Image.new("RGB", (700, 300), "white")
    image.paste(picture(symbology, payload, module=4, height=120), (60, 60))

    assert [reading.text.zfill(13) for reading in READER.read(image)] == [payload.zfill(13)]


def test_one_symbol_printed_twice_is_one_reading() -> None:
    image = Image.new("RGB", (500, 500), "white")
    for y in (40, 300):
        image.paste(picture(Symbology.CODE_128, "TWICE-123", module=2, height=80), (60, y))

    assert [reading.text for reading in READER.read(image)] == ["TWICE-123"]


@pytest.mark.parametrize("degrees", [20, 45, 115])
def test_bars_at_any_angle_are_cut_out_upright_and_read(degrees: int) -> None:
    image = Image.new("RGB", (900, 900), "white")
    image.paste(picture(Symbology.EAN_13, "2900000000001", module=3, height=60), (300, 420))

    found = READER.read(image.rotate(degrees, fillcolor="white"))

    assert [reading.text for reading in found] == ["2900000000001"]


def test_bars_that_cannot_be_decoded_are_reported_with_their_place() -> None:
    image = Image.new("RGB", (900, 600), "white")
    image.paste(picture(Symbology.CODE_128, "BLURRED-123", module=4, height=160), (160, 200))

    (reading,) = READER.read(image.filter(ImageFilter.GaussianBlur(5)))

    assert (reading.kind, reading.text) == (ReadingKind.UNDECODED, "")
    assert 160 < reading.quad.centre[0] < 900
    assert 200 < reading.quad.centre[1] < 360


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (640, 480)])
def test_where_there_is_no_symbol_nothing_is_read(size: tuple[int, int]) -> None:
    assert READER.read(Image.new("RGB", size, "grey")) == []


def drawn(form: zxingcpp.BarcodeFormat, text: str, scale: int = 3) -> Image.Image:
    symbol = Image.fromarray(np.array(zxingcpp.create_barcode(text, form).to_image(scale=scale)))
    image = Image.new("RGB", (symbol.width + 80, symbol.height + 80), "white")
    image.paste(symbol.convert("RGB"), (40, 40))
    return image


def read(image: Image.Image) -> list[tuple[str | None, str]]:
    return [(reading.symbology, reading.text) for reading in READER.read(image)]


@pytest.mark.parametrize("form", [Format.QRCode, Format.DataMatrix, Format.EAN13, Format.Code128, Format.Code39Std])
def test_what_is_printed_light_on_dark_is_read(form: zxingcpp.BarcodeFormat) -> None:
    text = "2900000000001" if form == Format.EAN13 else "PX00417744"

    assert [text for _, text in read(ImageOps.invert(drawn(form, text)))] == [text]


def test_start_and_stop_letters_are_no_part_of_a_codabar() -> None:
    assert read(drawn(Format.Codabar, "A41770221388B")) == [("Codabar", "41770221388")]


@pytest.mark.parametrize("text", ["38412/S2ZQ", "20417/P22", "KX-204.17"])
def test_signs_of_a_plain_code_39_are_what_they_are(text: str) -> None:
    assert read(drawn(Format.Code39Std, text)) == [("Code39", text)]


@pytest.mark.parametrize("form", [Format.DataBarOmni, Format.DataBarExp])
def test_bars_of_groceries_and_small_parts_are_read(form: zxingcpp.BarcodeFormat) -> None:
    text = "(01)09506000134352" if form == Format.DataBarExp else "0109506000134352"

    assert [text for _, text in read(drawn(form, text))] == ["0109506000134352"]


def test_bars_that_run_into_each_other_come_apart_when_sharpened() -> None:
    bars = np.tile(np.array([255, 255, 0, 0], np.uint8), (40, 30))
    blurred = np.asarray(Image.fromarray(bars).filter(ImageFilter.GaussianBlur(1.2)))

    def contrast(picture: np.ndarray) -> float:
        return float(np.ptp(picture[20, 40:80].astype(float)))

    assert contrast(sharpened(blurred, 2.0)) > 2 * contrast(blurred)


def test_a_picture_made_to_be_slow_is_looked_at_once(monkeypatch) -> None:
    looked: list[Look] = []

    def counted(grey: Grey) -> Iterator[Look]:
        for look in looks(grey):
            looked.append(look)
            yield look

    monkeypatch.setattr(barcode_reader, "_ENOUGH_SECONDS", 0.0)
    monkeypatch.setattr(barcode_reader, "looks", counted)

    READER.read(drawn(Format.QRCode, "SN:PX00417744"))

    assert len(looked) == 1


def test_a_field_of_finder_patterns_costs_no_more_than_a_photograph() -> None:
    ring = np.pad(np.pad(np.pad(np.zeros((3, 3)), 1, constant_values=255), 1), 1, constant_values=255)
    field = Image.fromarray(np.tile(ring, (220, 220)).astype(np.uint8))

    started = time.process_time()

    assert read(field) == []
    assert time.process_time() - started < 5


def test_a_small_symbol_askew_is_read_where_small_print_was_found() -> None:
    image = Image.new("RGB", (1800, 1400), (150, 150, 150))
    bars = picture(Symbology.CODE_128, "PF4X5676AB", module=3, height=90)
    label = Image.new("RGB", (bars.width + 60, bars.height + 60), "white")
    label.paste(bars, (30, 30))
    lying = Lying((900, 700), 0.5, math.radians(40), blur=0.5)
    place = pasted.paste(image, label, lying, np.random.default_rng(1))

    symbol = max(READER.read(image, [place]), key=lambda reading: reading.confidence or 0)

    assert symbol.text == "PF4X5676AB"
    assert math.dist(symbol.quad.centre, place.centre) < 10
    assert symbol.confidence
    assert symbol.confidence >= 0.5
