"""Plain Code 39: what its bars may hold beside their signs."""

from __future__ import annotations

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from zxingcpp import BarcodeFormat as Format

from troostwatch.domain.judgement import code39

SIGNS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KX204177", []),
        ("CODE39W", ["CODE39"]),  # the example of the standard
        ("+K+X2041-773+A", ["kx2041-773a"]),
        ("38412/S2ZQ", ["3841232ZQ"]),
        ("99+D00412", ["99d00412"]),
    ],
)
def test_a_check_sign_and_pairs_of_signs_are_told(text: str, expected: list[str]) -> None:
    assert list(code39.other_readings(text)) == expected


@given(SIGNS)
def test_full_ascii_is_read_as_decoders_read_it(text: str) -> None:
    image = zxingcpp.create_barcode("00" + text, Format.Code39Std).to_image(scale=2)

    for symbol in zxingcpp.read_barcodes(image, formats=Format.Code39Ext, text_mode=zxingcpp.TextMode.Plain):
        assert symbol.text in ("00" + text, *code39.other_readings("00" + text))


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    list(code39.other_readings(text))
