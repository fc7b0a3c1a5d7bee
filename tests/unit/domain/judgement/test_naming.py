"""What a product is called on its label, and whether the title of the lot says otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.judgement.naming import contradiction, on_label, product_name


@pytest.mark.parametrize(
    ("text", "family", "variant"),
    [
        ("Lenovo Thinkpad T14 Gen1 Laptop", "ThinkPad", "T14"),
        ("Samsung Galaxxy Watch 5 Smartwatch", "Galaxy Watch", "5"),
        ("Galaxy Watch6", "Galaxy Watch", "6"),
        ("AMD - Radeon RX 7900 XT - Computer part", "Radeon RX", "7900"),
        ("HP Omen gaming laptop", "OMEN", None),
        ("Ideapad C340-14API", "IdeaPad", "C34014API"),
    ],
)
def test_titles_and_labels_name_a_product_line_and_what_stands_behind_it(
    text: str, family: str, variant: str | None
) -> None:
    name = product_name(text)

    assert name is not None
    assert (name.family, name.variant) == (family, variant)


@pytest.mark.parametrize(
    "text",
    [
        "Bandsaw",
        "POWERED by electricity",
        "The ThinkPad is a line of laptops that people in offices all over the world have loved",
        "",
    ],
)
def test_other_words_name_no_product(text: str) -> None:
    assert product_name(text) is None


def test_another_line_of_the_same_maker_contradicts_the_title() -> None:
    said = contradiction("Lenovo Thinkbook X1 Fold", [(0, "Lenovo"), (2, "ThinkPad X1 Fold Gen 1")])

    assert said == "the label on photograph 2 says ThinkPad X1 Fold Gen 1, the title ThinkBook X1 Fold"


def test_another_number_in_the_same_line_contradicts_the_title() -> None:
    assert contradiction("HP ProBook 450 G8", [(1, "HP ProBook 430 G7")]) is not None
    assert contradiction("HP ProBook 430 G7 Laptop", [(1, "HP ProBook 430 G7"), (2, "ProBook 450 G8")]) is None


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Lenovo Ideapad Laptop", "IdeaPad C340"),  # the label names more
        ("Lenovo ThinkPad T14", "ThinkPad"),  # and here less
        ("Lenovo ThinkPad T14", "Ryzen 7 PRO"),  # a part of another maker
        ("Lenovo Thinkbook Plus 20TG", "ThinkBook Plus I5 8G"),  # words first, then different things
        ("Lenovo Ideapad C340", "IdeaPad C340-14API"),  # the same, written out
        ("Bandsaw", "ThinkPad T14"),
    ],
)
def test_more_less_and_other_things_are_no_contradiction(title: str, line: str) -> None:
    assert contradiction(title, [(0, line)]) is None


def test_the_fullest_name_of_the_line_in_the_title_is_the_name_on_the_label() -> None:
    lines = [(0, "GeForce RTX 3070"), (1, "OMEN"), (3, "OMEN 16-b1001nd")]

    found = on_label("HP Omen gaming laptop", lines)

    assert found is not None
    assert (found.name.text, found.position) == ("OMEN 16-b1001nd", 3)
    assert on_label("a lot", []) is None


@given(st.text(), st.lists(st.tuples(st.integers(0, 9), st.text())))
def test_a_label_never_contradicts_a_title_that_says_the_same(title: str, lines: list[tuple[int, str]]) -> None:
    assert contradiction(title, [*lines, (0, title)]) is None or product_name(title) is None
