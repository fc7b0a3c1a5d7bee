"""Two spaces make one score without being added or padded, and a category decides how much each counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from troostwatch.config import Embedding
from troostwatch.domain.embedding import combine, combined_score, kind_of_category, normalised

NUMBERS = st.floats(-100, 100, width=32)


def vectors(size: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float32, size, elements=NUMBERS).filter(lambda v: np.linalg.norm(v) > 1e-3)


@given(vectors(5), vectors(5), vectors(8), vectors(8), st.floats(0, 1))
def test_the_cosine_of_combined_vectors_is_the_weighted_sum_of_the_cosines(
    image: np.ndarray, other_image: np.ndarray, text: np.ndarray, other_text: np.ndarray, weight: float
) -> None:
    first = combine(text, image, image_weight=weight)
    second = combine(other_text, other_image, image_weight=weight)

    cos_image = float(normalised(image) @ normalised(other_image))
    cos_text = float(normalised(text) @ normalised(other_text))
    assert first.shape == (13,)
    assert np.linalg.norm(first) == pytest.approx(1.0, abs=1e-5)
    assert float(first @ second) == pytest.approx(combined_score(cos_image, cos_text, image_weight=weight), abs=1e-5)


@given(vectors(6))
def test_a_normalised_vector_has_length_one_and_the_same_direction(vector: np.ndarray) -> None:
    unit = normalised(vector)

    assert unit.dtype == np.float32
    assert np.linalg.norm(unit) == pytest.approx(1.0, abs=1e-6)
    assume(np.abs(vector).max() > 1e-2)
    assert np.sign(unit[np.abs(vector).argmax()]) == np.sign(vector[np.abs(vector).argmax()])


@pytest.mark.parametrize("vector", [[0.0, 0.0], [float("nan"), 1.0], [float("inf"), 1.0]])
def test_what_has_no_direction_is_refused(vector: list[float]) -> None:
    with pytest.raises(ValueError, match="no direction"):
        normalised(vector)


@pytest.mark.parametrize("weight", [-0.1, 1.1])
def test_weights_are_shares(weight: float) -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        combine([1.0], [1.0], image_weight=weight)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Elektronica > Computers & tablets", "tech"),
        ("Consumer goods > Wearables", "tech"),
        ("Huis & tuin > Meubelen", "interior"),
        ("Mode > Textiel", "fashion"),
        ("Elektronica > Sieraden", "jewellery"),  # the last part says most
        ("Machines > Draaibanken", "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_the_auctions_own_categories_are_kinds_of_things(path: str | None, kind: str) -> None:
    assert kind_of_category(path, Embedding().categories) == kind


def test_the_weights_are_those_of_the_design() -> None:
    assert Embedding().image_weights == {
        "fashion": 0.75, "interior": 0.75, "jewellery": 0.55, "tech": 0.55, "other": 0.60,
    }  # fmt: skip
