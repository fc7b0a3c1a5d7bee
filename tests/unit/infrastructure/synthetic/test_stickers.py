"""What is printed on a sticker can be read off it, and the truth says where."""

from __future__ import annotations

from random import Random

import pytest
import zxingcpp
from PIL import ImageChops, ImageStat

from troostwatch.domain.codes import CodeType, canonical
from troostwatch.infrastructure.synthetic import captions, layouts, lettering, stickers
from troostwatch.infrastructure.synthetic.captions import Language
from troostwatch.infrastructure.synthetic.layouts import LAYOUTS
from troostwatch.infrastructure.synthetic.stickers import Column, Field, Sticker, Symbol, Text, print_sticker
from troostwatch.infrastructure.synthetic.symbols import Symbology


def drawn(layout, seed=5, **choices):
    return print_sticker(layouts.fill(layout, Random(seed), **choices).sticker)


def as_decoded(symbol) -> tuple[str, str]:
    """Return what zxing-cpp calls the symbol: it reads a UPC as the EAN that it is."""
    if symbol.symbology is Symbology.UPC_A:
        return Symbology.EAN_13, "0" + symbol.payload
    return symbol.symbology, symbol.payload


def read(image) -> dict[tuple[str, str], zxingcpp.Barcode]:
    found = zxingcpp.read_barcodes(image, text_mode=zxingcpp.TextMode.Plain)
    return {(str(barcode.format), barcode.text): barcode for barcode in found}


every_layout = pytest.mark.parametrize(
    "layout", [pytest.param(layout, id=f"{i}-{layout.maker}") for i, layout in enumerate(LAYOUTS)]
)


@every_layout
def test_every_symbol_is_decoded_to_the_truth_at_its_place(layout) -> None:
    flat = drawn(layout)

    found = read(flat.image)

    assert found.keys() == {as_decoded(symbol) for symbol in flat.truth.symbols}
    for symbol in flat.truth.symbols:
        place, box = found[as_decoded(symbol)].position, symbol.quad.box
        assert box.x0 - 3 <= place.top_left.x < place.bottom_right.x <= box.x1 + 3
        assert box.y0 - 3 <= place.top_left.y < place.bottom_right.y <= box.y1 + 3


@every_layout
def test_the_same_seed_gives_the_same_picture_and_another_seed_another(layout) -> None:
    assert drawn(layout, 7).image.tobytes() == drawn(layout, 7).image.tobytes()
    assert drawn(layout, 7).image.tobytes() != drawn(layout, 8).image.tobytes()


@every_layout
def test_every_code_has_ink_on_the_paper_and_a_canonical_value(layout) -> None:
    flat = drawn(layout)

    assert flat.truth.codes
    for code in flat.truth.codes:
        assert code.value == canonical(code.type, code.value)
        assert code.in_print or code.in_symbol
        box = code.quad.box
        assert min(flat.image.crop((box.x0, box.y0, box.x1, box.y1)).convert("L").tobytes()) < 80


@every_layout
def test_no_hole_is_left_open(layout) -> None:
    for language in Language:
        flat = drawn(layout, language=language)

        assert not [text for text in flat.truth.texts if "{" in text.text or "@" in text.text]


def test_there_are_a_dozen_makers_and_every_language_is_spoken() -> None:
    assert len({layout.maker for layout in LAYOUTS}) >= 12
    assert {language for layout in LAYOUTS for language in layout.languages} == set(Language)


@pytest.mark.parametrize("language", Language)
def test_a_sticker_in_a_language_uses_its_captions(language) -> None:
    specimen = layouts.fill(layouts.MACHINE, Random(1), language=language)

    assert specimen.language is language
    assert specimen.values["@year"] in captions._CAPTIONS[language]["year"]


def test_digits_below_an_ean_stand_in_the_groups_of_retail_goods() -> None:
    ean = Symbol(Symbology.EAN_13, "4006381333931", ((CodeType.EAN, "4006381333931"),), digits=True)
    upc = Symbol(Symbology.UPC_A, "036000291452", ((CodeType.EAN, "036000291452"),), digits=True)

    truth = print_sticker(Sticker(Column((ean, upc)))).truth

    assert [text.text for text in truth.texts] == ["4 006381 333931", "0 36000 29145 2"]
    assert [(code.value, code.in_print, code.in_symbol) for code in truth.codes] == [
        ("4006381333931", True, True),
        ("0036000291452", True, True),
    ]


def test_a_code_mentioned_twice_is_one_code_with_its_first_caption() -> None:
    body = Column(
        (
            Text("PF1ABCDE", type=CodeType.SERIAL_NUMBER),
            Field("S/N", "PF1ABCDE", CodeType.SERIAL_NUMBER),
            Symbol(Symbology.CODE_128, "SPF1ABCDE", ((CodeType.SERIAL_NUMBER, "PF1ABCDE"),)),
        )
    )

    (code,) = print_sticker(Sticker(body)).truth.codes

    assert (code.caption, code.in_print, code.in_symbol) == ("S/N", True, True)
    assert code.quad.box.y0 < 40


def test_the_other_spelling_of_a_model_is_right_too() -> None:
    body = Field("MTM", "20AB-001CMH", CodeType.MODEL_NUMBER, also=("20AB001CMH",))

    (code,) = print_sticker(Sticker(body)).truth.codes

    assert (CodeType.MODEL_NUMBER, "20AB001CMH") in code.accepted
    assert (CodeType.MODEL_NUMBER, "20AB-001CMH") in code.accepted


@pytest.mark.parametrize("letter", "éèêüöäñçíìôàÉÖÑ")
def test_an_accent_adds_ink_to_its_letter(letter) -> None:
    import unicodedata

    bare = unicodedata.normalize("NFD", letter)[0]
    plain, accented = lettering.ink(bare, 40), lettering.ink(letter, 40)

    assert plain.size == accented.size
    assert ImageStat.Stat(ImageChops.difference(plain, accented)).sum[0] > 500


def test_faces_of_this_machine_come_after_the_ones_that_every_machine_has() -> None:
    assert lettering.system_faces()[: len(lettering.EMBEDDED)] == lettering.EMBEDDED


def test_narrow_and_bold_faces_change_the_picture() -> None:
    narrow = lettering.Face(width=0.8)

    assert lettering.width("Serial", 30, narrow) < lettering.width("Serial", 30)
    assert sum(lettering.ink("Serial", 30, lettering.BOLD).tobytes()) > sum(lettering.ink("Serial", 30).tobytes())
    assert stickers.Gap().size(narrow) == (1, 10)
