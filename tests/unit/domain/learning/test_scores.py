"""Precision, recall and F1, and what the mean is taken over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.learning.scores import score, table

LABELS = st.sampled_from(["none", "ean", "serial_number", "other"])


def test_the_example_of_the_books() -> None:
    scores = score(["ean", "ean", "ean", "none", "serial_number"], ["ean", "ean", "none", "ean", "serial_number"])

    assert scores.by_label["ean"].precision == pytest.approx(2 / 3)
    assert scores.by_label["ean"].recall == pytest.approx(2 / 3)
    assert scores.by_label["ean"].support == 3
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1) / 2)


def test_words_of_no_code_do_not_lift_the_mean() -> None:
    assert score(["none"] * 99 + ["ean"], ["none"] * 100).macro_f1 == 0


@given(st.lists(st.tuples(LABELS, LABELS)))
def test_f1_lies_between_precision_and_recall(pairs: list[tuple[str, str]]) -> None:
    scores = score([t for t, _ in pairs], [s for _, s in pairs])

    for one in scores.by_label.values():
        assert min(one.precision, one.recall) - 1e-9 <= one.f1 <= max(one.precision, one.recall) + 1e-9
    assert sum(one.support for one in scores.by_label.values()) == len(pairs)


def test_several_labellers_stand_side_by_side() -> None:
    true = ["ean", "none", "none"]

    assert table({"model": score(true, true), "majority": score(true, ["none"] * 3)}) == (
        "label                  words  model P / R / F1        majority P / R / F1\n"
        "ean                        1  1.00 / 1.00 / 1.00      0.00 / 0.00 / 0.00\n"
        "none                       2  1.00 / 1.00 / 1.00      0.67 / 1.00 / 0.80\n"
        "mean of sought labels         1.000                   0.000"
    )
