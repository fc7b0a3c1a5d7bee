"""QR codes that are parts of one message: never the whole, and the whole where all of them are there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from troostwatch.domain.readings import ReadingKind
from troostwatch.infrastructure.ai.barcode_reader import BarcodeReader
from troostwatch.infrastructure.ai.structured_append import Part, joined, part

# Modules of each part, one number a row. The second message is dealt out over two blocks of codewords.
SHORT = (
    (
        "1fca17f 105a441 175a85d 174f35d 1744d5d 1040541 1fd557f 0006d00 0ec8d06 03a5102 1d4a529 132af24 "
        "184e365 089a95a 0f40096 13a0445 00f75f6 0018915 1fce357 105ff14 17421f0 175bdd1 175b492 1055a27 "
        "1fc3aa1"
    ),
    (
        "1fd9f7f 1058141 174905d 174d55d 1748a5d 1041d41 1fd557f 0004a00 0873783 1d12476 155a3c6 061f669 "
        "0ef2f43 1b346f1 10c73c7 11a1871 137ebf9 0012d10 1fd9f51 1041517 17461f1 174dfb7 1746875 105f946 "
        "1fc1a13"
    ),
)
LONG = (
    (
        "1fc9687f 104e3e41 174c9c5d 175da15d 174b085d 105dc241 1fd5557f 00142200 0c4a8e68 1c0921a8 15d86169 "
        "01a7f3e1 18fad6f6 0b924f20 18da01c6 1ebfca67 09dfea35 023543f9 19e7a069 072b0aee 1fd0bbf7 0012b51a "
        "1fc51d59 104d6515 174a7dfd 1744d708 175e9313 105c71b3 1fcecb1f"
    ),
    (
        "1fd8d47f 104a3f41 1747225d 1740755d 1755555d 10588541 1fd5557f 000d9600 0fef4531 1c93b41a 096b1fa0 "
        "1f08c257 105e155f 1a10cd20 1cc76a89 00055e75 0c6330aa 1b1d64fb 10487128 16062614 15d0fdf2 0015851b "
        "1fda3755 105d111b 175c25f0 175932f0 17538ebe 105e9489 1fc8887e"
    ),
)
MESSAGES = {
    SHORT: "SN:AB12CD3456EF789;MODEL:XR500",
    LONG: "https://acme.example/r?model=XR-500B&sn=KX77120098",
}


def drawn(rows: str, *, module: int = 5) -> Image.Image:
    numbers = [int(row, 16) for row in rows.split()]
    side = len(numbers)
    dark = np.array([[number >> (side - 1 - x) & 1 for x in range(side)] for number in numbers], bool)
    picture = np.kron(np.where(np.pad(dark, 4), 0, 255), np.ones((module, module))).astype(np.uint8)
    return Image.fromarray(picture).convert("RGB")


def beside(*pictures: Image.Image) -> Image.Image:
    paper = Image.new("RGB", (sum(p.width for p in pictures), max(p.height for p in pictures)), "white")
    x = 0
    for picture in pictures:
        paper.paste(picture, (x, 0))
        x += picture.width
    return paper


@pytest.mark.parametrize("parts", MESSAGES)
@pytest.mark.parametrize("degrees", [0, 90, 17])
def test_parts_that_are_all_there_are_one_message(parts: tuple[str, str], degrees: int) -> None:
    first, second = map(drawn, parts)

    for order in ((first, second), (second, first)):
        picture = beside(*order).rotate(degrees, expand=True, fillcolor="white")
        (message,) = BarcodeReader().read(picture)
        assert (message.symbology, message.text) == ("QRCode", MESSAGES[parts])


@pytest.mark.parametrize("parts", MESSAGES)
def test_a_part_alone_says_nothing_but_that_something_is_there(parts: tuple[str, str]) -> None:
    (reading,) = BarcodeReader().read(drawn(parts[0]))

    assert (reading.kind, reading.text) == (ReadingKind.UNDECODED, "")


def test_parts_of_two_messages_are_not_mixed() -> None:
    readings = BarcodeReader().read(beside(drawn(SHORT[0]), drawn(LONG[1])))

    assert {reading.kind for reading in readings} == {ReadingKind.UNDECODED}


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), min_size=1, max_size=60))
def test_a_symbol_that_is_whole_is_no_part(text: str) -> None:
    image = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=3)

    for symbol in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode):
        assert part(symbol) is None


def test_a_message_is_whole_only_with_each_part_once_and_the_right_parity() -> None:
    data = (b"SN:AB12", b"CD3456")
    parity = 0
    for byte in b"".join(data):
        parity ^= byte
    one, two = (Part(number, 2, parity >> 4, piece) for number, piece in enumerate(data))

    assert joined([two, one]) == "SN:AB12CD3456"
    assert joined([one]) is None
    assert joined([one, one]) is None
    assert joined([one, replace(two, count=3)]) is None
    assert joined([one, replace(two, data=b"X33456")]) is None
