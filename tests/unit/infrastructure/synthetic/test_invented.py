"""Labels of makers that do not exist, and the reader that needs no pixels."""

from __future__ import annotations

from collections import Counter
from random import Random

from troostwatch.domain.codes import CodeType, squeeze
from troostwatch.domain.geometry import Box
from troostwatch.domain.readings import ReadingKind
from troostwatch.infrastructure.synthetic import invented, makers, reader
from troostwatch.infrastructure.synthetic.invented import Arrangement


def test_the_same_number_gives_the_same_label_and_another_another() -> None:
    assert invented.label(1, 5) == invented.label(1, 5)
    assert invented.label(1, 5) != invented.label(1, 6) != invented.label(2, 6)


def test_languages_and_arrangements_take_turns() -> None:
    count = len(invented.wordings()) * len(Arrangement)
    drawn = Counter((label.language, label.arrangement) for label in (invented.label(1, n) for n in range(count)))

    assert set(drawn.values()) == {1}
    assert len(drawn) == count


def test_every_language_words_every_kind_of_caption() -> None:
    kinds = set(invented.wordings()["en"])

    for language, words in invented.wordings().items():
        assert set(words) == kinds, language
        assert all(words.values()), language


def test_what_is_due_stands_on_the_label_within_its_picture() -> None:
    for number in range(60):
        label = invented.label(3, number)
        printed = [squeeze(p.text) for p in label.prints]

        assert all(any(squeeze(row.value) in text for text in printed) for row in label.rows)
        assert all(p.quad.box.share_inside(Box(0, 0, *label.size)) == 1 for p in label.prints)


def test_makers_write_each_of_their_numbers_in_a_form_of_their_own() -> None:
    maker = makers.invent(Random(4))
    serials = {maker.serial.fill(Random(n)) for n in range(50)}

    assert len(serials) > 40
    assert len({tuple(i for i, c in enumerate(s) if not c.isalnum()) for s in serials}) == 1
    assert all(any(c.isdigit() for c in maker.model.fill(Random(n))) for n in range(20))


def test_a_reader_without_noise_reads_what_is_printed() -> None:
    label = invented.label(3, 0)

    for print_, reading in zip(label.prints, reader.read(label, 1, noise=0.0), strict=True):
        assert reading.kind is (ReadingKind.SYMBOL if print_.bars else ReadingKind.TEXT)
        assert len(reading.text) == len(print_.text.strip())
        assert len(reading.characters) in (0, len(reading.text))


def test_noise_makes_mistakes_of_which_the_reader_is_less_sure() -> None:
    wrong: list[object] = []
    right: list[object] = []
    for number in range(80):
        label = invented.label(3, number)
        for print_, reading in zip(label.prints, reader.read(label, 1, noise=0.1), strict=True):
            if not print_.bars and print_.text.isascii() and len(reading.text) == len(print_.text):
                for sign, read, sure in zip(print_.text, reading.text, reading.characters, strict=True):
                    (right if sign == read else wrong).append(sure)

    assert len(wrong) > 100
    assert sum(wrong) / len(wrong) < 0.8 < sum(right) / len(right)


def test_a_serial_is_always_there() -> None:
    assert all(
        any(row.type is CodeType.SERIAL_NUMBER for row in invented.label(9, number).rows) for number in range(40)
    )
