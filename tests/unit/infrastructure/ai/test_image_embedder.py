"""A real, tiny model of open_clip: loading, norms, what is the same and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from fakes.tiny_clip import DIMENSION, NAME, needs_clip, weights
from PIL import Image

from troostwatch.domain.embedding import WaitingPhotograph
from troostwatch.domain.errors import ImageError, MissingDependencyError
from troostwatch.infrastructure.ai.image_embedder import PREPROCESSING_VERSION, ClipEmbedder, ClipOptions
from troostwatch.infrastructure.photographs.store import FolderStore

pytestmark = needs_clip


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with weights of the tiny model and some photographs."""
    folder = tmp_path_factory.mktemp("clip")
    weights(folder)
    weights(folder, name="tiny.safetensors")
    rng = np.random.default_rng(0)
    for number in range(7):
        pixels = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((160, 120)).save(folder / f"{number}.jpg")
    return folder


def options(shelf: Path, **changes: object) -> ClipOptions:
    told = {"model": str(shelf / f"{NAME}.json"), "pretrained": "none", "weights": shelf / "tiny.pt"}
    return ClipOptions(**(told | {"device": "cpu"} | changes))


@pytest.fixture(scope="module")
def embedder(shelf: Path) -> ClipEmbedder:
    return ClipEmbedder(options(shelf))


def waiting(shelf: Path, *names: str) -> list[WaitingPhotograph]:
    return [
        WaitingPhotograph(hashlib.sha256((shelf / name).read_bytes()).hexdigest(), name, "A1-1-1", 0) for name in names
    ]


def embed(embedder: ClipEmbedder, shelf: Path, photographs: list[WaitingPhotograph], batch_size: int) -> list[object]:
    batches = embedder.embed_photographs(photographs, FolderStore(shelf).open, batch_size=batch_size)
    return [result for batch in batches for _, result in batch]


def test_vectors_have_the_dimension_of_the_model_and_length_one(embedder: ClipEmbedder, shelf: Path) -> None:
    vectors = [
        *embed(embedder, shelf, waiting(shelf, "0.jpg", "1.jpg"), 2),
        *embedder.embed_texts(["a laptop", "ein Stuhl"]),
    ]

    for vector in vectors:
        assert (vector.shape, vector.dtype) == ((DIMENSION,), np.float32)
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-6)


def test_the_space_names_the_weights_by_their_digest(embedder: ClipEmbedder, shelf: Path) -> None:
    digest = hashlib.sha256((shelf / "tiny.pt").read_bytes()).hexdigest()

    assert (embedder.space.model, embedder.space.pretrained) == (NAME, f"sha256:{digest}")
    assert (embedder.space.preprocessing, embedder.space.dimension) == (PREPROCESSING_VERSION, DIMENSION)


def test_a_vector_does_not_depend_on_the_batch_nor_on_the_run(embedder: ClipEmbedder, shelf: Path) -> None:
    photographs = waiting(shelf, *(f"{number}.jpg" for number in range(7)))
    alone = embed(embedder, shelf, photographs, 1)

    for batch_size in (2, 3, 50):
        np.testing.assert_allclose(embed(embedder, shelf, photographs, batch_size), alone, atol=1e-5)
    np.testing.assert_array_equal(embed(ClipEmbedder(options(shelf)), shelf, photographs, 1), alone)
    np.testing.assert_allclose(embedder.embed_image((shelf / "3.jpg").read_bytes()), alone[3], atol=1e-6)  # type: ignore[call-overload]


def test_safetensors_hold_the_same_model(embedder: ClipEmbedder, shelf: Path) -> None:
    other = ClipEmbedder(options(shelf, weights=shelf / "tiny.safetensors"))

    np.testing.assert_array_equal(other.embed_texts(["a laptop"]), embedder.embed_texts(["a laptop"]))
    assert other.space != embedder.space


def test_what_exif_turns_is_looked_at_upright(embedder: ClipEmbedder, shelf: Path) -> None:
    picture = Image.open(shelf / "0.jpg")
    picture.save(shelf / "upright.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.transpose(Image.Transpose.ROTATE_90).save(shelf / "turned.png", exif=exif)

    upright, turned, lying = (
        embedder.embed_image(path.read_bytes())
        for path in (
            (shelf / "upright.png"),
            (shelf / "turned.png"),
            _saved(picture.transpose(Image.Transpose.ROTATE_90), shelf / "lying.png"),
        )
    )

    np.testing.assert_allclose(upright, turned, atol=1e-5)
    assert not np.allclose(upright, lying, atol=1e-3)


def _saved(picture: Image.Image, path: Path) -> Path:
    picture.save(path)
    return path


def test_a_bad_photograph_fails_alone(embedder: ClipEmbedder, shelf: Path) -> None:
    (shelf / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    photographs = [*waiting(shelf, "0.jpg", "broken.jpg"), WaitingPhotograph("0" * 64, "1.jpg", "A1-1-1", 0)]
    photographs += [WaitingPhotograph("0" * 64, "lost.jpg", "A1-1-1", 0), *waiting(shelf, "2.jpg")]

    results = embed(embedder, shelf, photographs, 3)

    assert [isinstance(result, ImageError) for result in results] == [False, True, True, True, False]
    assert "changed since it was downloaded" in str(results[2])
    assert "there is no file" in str(results[3])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"weights": Path("lost.pt")}, "cannot read the weights lost.pt"),
        ({"weights_sha256": "0" * 64}, "is not the file that was meant"),
        ({"weights": "0.jpg"}, "holds no weights of"),
        ({"model": "ViT-Z-99"}, "open_clip knows no model 'ViT-Z-99'"),
        ({"weights": None}, "there are no weights 'none'"),
        ({"weights": None, "model": "ViT-B-32-quickgelu", "pretrained": "openai", "download": False},
         "cannot get the weights 'openai'"),
        ({"model": "RN50"}, "holds no weights of RN50"),
    ],
)  # fmt: skip
def test_what_cannot_be_loaded_is_a_missing_dependency(
    shelf: Path, changes: dict[str, object], told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    if changes.get("weights") == "0.jpg":
        changes = {"weights": shelf / "0.jpg"}

    with pytest.raises(MissingDependencyError, match="^" + told if told[0] == "c" else told):
        ClipEmbedder(options(shelf, **changes))


def test_a_pickle_that_would_run_something_is_not_run(shelf: Path, tmp_path: Path) -> None:
    import pickle

    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "ran",)

    (tmp_path / "bomb.pt").write_bytes(pickle.dumps(Bomb()))

    with pytest.raises(MissingDependencyError, match="holds no weights"):
        ClipEmbedder(options(shelf, weights=tmp_path / "bomb.pt"))
    assert not (tmp_path / "ran").exists()


def test_a_batch_too_large_for_the_memory_is_halved(
    embedder: ClipEmbedder, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    whole = embed(embedder, shelf, waiting(shelf, "0.jpg", "1.jpg", "2.jpg"), 3)
    encode = embedder._model.encode_image
    sizes = []

    def small(batch: torch.Tensor) -> torch.Tensor:
        sizes.append(len(batch))
        if len(batch) > 1:
            raise torch.OutOfMemoryError
        return encode(batch)

    monkeypatch.setattr(embedder._model, "encode_image", small)

    np.testing.assert_allclose(embed(embedder, shelf, waiting(shelf, "0.jpg", "1.jpg", "2.jpg"), 3), whole, atol=1e-5)
    assert sizes == [3, 1, 2, 1, 1]
