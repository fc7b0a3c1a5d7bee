"""The vectors that other programs may ask for; the model is told what it sees."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes.embedder import FakeEmbedder, seen
from fakes.tiny_clip import DIMENSION, NAME, needs_clip, weights
from PIL import Image

from troostwatch import embeddings
from troostwatch.app.models import Models
from troostwatch.domain.errors import UsageError
from troostwatch.embeddings import combine_embeddings, generate_embedding, generate_image_embedding


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    embeddings._process.cache_clear()
    yield
    embeddings._process.cache_clear()


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeEmbedder:
    (tmp_path / "a.jpg").write_bytes(b"a phone")
    model = FakeEmbedder(pictures={hashlib.sha256(b"a phone").hexdigest(): seen(phone=1.0)})
    monkeypatch.setattr(Models, "embedder", lambda *_: model)
    return model


def test_the_names_are_those_that_programs_use() -> None:
    assert list(inspect.signature(generate_image_embedding).parameters) == ["url_or_path"]
    assert list(inspect.signature(generate_embedding).parameters) == [
        "title", "description", "category", "price", "image_url",
    ]  # fmt: skip
    assert list(inspect.signature(combine_embeddings).parameters) == ["text_emb", "image_emb", "category"]


def test_a_lot_has_vectors_of_text_and_picture_and_of_both(model: FakeEmbedder) -> None:
    lot = generate_embedding("Laptop", "with a bag", "Elektronica > Computers", 350, "a.jpg")

    assert model.asked == ["Laptop\nElektronica > Computers\nprice 350\nwith a bag"]
    np.testing.assert_allclose(lot.image, seen(phone=1.0))
    np.testing.assert_allclose(
        lot.combined, np.concatenate((np.sqrt(0.55) * lot.image, np.sqrt(0.45) * lot.text)), atol=1e-6
    )


def test_what_a_lot_does_not_have_is_not_made_up(model: FakeEmbedder) -> None:
    assert generate_embedding("Laptop").image is generate_embedding("Laptop").combined is None
    assert generate_embedding(image_url="a.jpg").text is None
    with pytest.raises(ValueError, match="has no vector"):
        generate_embedding()
    with pytest.raises(UsageError, match=r"cannot read lost\.jpg"):
        generate_image_embedding("lost.jpg")


@pytest.mark.parametrize(
    ("category", "weight"), [("fashion", 0.75), ("Mode > Textiel", 0.75), ("tech", 0.55), (None, 0.6)]
)
def test_categories_weigh_by_kind_or_by_path(category: str | None, weight: float) -> None:
    both = combine_embeddings([0.0, 2.0], [3.0, 0.0, 0.0], category)

    np.testing.assert_allclose(both, [np.sqrt(weight), 0, 0, 0, np.sqrt(1 - weight)], atol=1e-6)


@needs_clip
def test_with_a_real_model_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROOSTWATCH_EMBEDDING__WEIGHTS", str(weights(tmp_path)))
    monkeypatch.setenv("TROOSTWATCH_EMBEDDING__MODEL", str(tmp_path / f"{NAME}.json"))
    Image.radial_gradient("L").save(tmp_path / "b.png")

    lot = generate_embedding("a wheel", image_url=str(tmp_path / "b.png"))

    assert (lot.text.shape, lot.image.shape, lot.combined.shape) == ((DIMENSION,), (DIMENSION,), (2 * DIMENSION,))
    np.testing.assert_allclose(lot.image, generate_image_embedding(str(tmp_path / "b.png")), atol=1e-6)
