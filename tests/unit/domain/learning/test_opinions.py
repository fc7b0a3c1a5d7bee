"""From what a model says of words to what the judgement hears."""

from __future__ import annotations

from fakes.stickers import text
from fakes.words import HEIGHT, WIDTH, line

from troostwatch.domain.codes import Code, CodeType
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.learning.opinions import Guess, opinions
from troostwatch.domain.learning.rules import labels_by_rule
from troostwatch.domain.readings import Reading, ReadingKind


def test_a_word_taken_for_a_code_is_an_opinion_about_the_value_it_prints() -> None:
    tokens = line("S/N:PF206B5L Made", 0)

    (opinion,) = opinions(tokens, [Guess("serial_number", 0.9), Guess("none", 0.99)])

    assert (opinion.kind, opinion.reader, opinion.says) == (ReadingKind.OPINION, "classifier", CodeType.SERIAL_NUMBER)
    assert (opinion.text, opinion.confidence, opinion.quad.box) == ("PF206B5L", 0.9, tokens[0].box)


def test_an_undecided_model_a_piece_of_a_code_and_an_impossible_value_say_nothing() -> None:
    tokens = line("PF206B5L 710886 4006381333932", 0)

    assert opinions(tokens, [Guess("serial_number", 0.4), Guess("ean", 0.9), Guess("ean", 0.9)]) == []


def test_the_rules_label_words_by_what_the_judgement_makes_of_their_lines() -> None:
    tokens = [*line("Serial No.: PF206B5L", 0), *line("Made in China", 1)]

    assert labels_by_rule(tokens, width=WIDTH, height=HEIGHT) == [
        "none",
        "none",
        "serial_number",
        "none",
        "none",
        "none",
    ]


def sticker_code(*more: Reading) -> Code:
    (code,) = judge([text("Serial No."), text("QX99AB12", 100, 140), *more], width=WIDTH, height=HEIGHT).codes
    return code


def test_the_classifier_is_a_witness_of_the_type_and_not_of_the_characters() -> None:
    (opinion,) = opinions(line("QX99AB12", 0), [Guess("serial_number", 0.9)])

    without, with_it = sticker_code(), sticker_code(opinion)

    assert without.confidence < with_it.confidence < without.confidence + 0.1
    assert "the classifier takes it for one" in with_it.evidence
    assert with_it.readers == ("classifier", "rapidocr")


def test_what_only_the_classifier_takes_for_a_code_is_not_approved() -> None:
    (opinion,) = opinions(line("QX99AB12", 0), [Guess("serial_number", 0.99)])

    (code,) = judge([text("QX99AB12"), opinion], width=WIDTH, height=HEIGHT).codes

    assert code.confidence < 0.9
