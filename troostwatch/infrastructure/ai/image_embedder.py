"""OpenCLIP: photographs and texts to vectors of one space. The only module that knows torch."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import socket
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from troostwatch.domain.embedding import EmbeddingSpace, Vector, WaitingPhotograph
from troostwatch.domain.errors import ImageError, MissingDependencyError, TroostwatchError, unforeseen
from troostwatch.domain.images import OpenPhotograph, Stored
from troostwatch.domain.remedies import NextStep, Remedy
from troostwatch.infrastructure.pixels.opening import load_upright

if TYPE_CHECKING:
    import torch

_log = logging.getLogger(__name__)

PREPROCESSING_VERSION = 1  # raise it when the model is shown other pixels or another text

_TEXTS_AT_ONCE = 64
_TALKERS = ("", "huggingface_hub")  # loggers that open_clip and the hub write to; it takes the root itself
_SEEN_AT_ONCE = 16  # photographs by a model on CPU: more take more memory and are no faster

Pixels = NDArray[np.uint8]  # (side, side, 3)


@dataclass(frozen=True, slots=True)
class ClipOptions:
    model: str  # a name that open_clip knows, or a file of its own kind of configuration (.json)
    pretrained: str  # the name of weights on the hub
    weights: Path | None = None  # a file of weights instead
    weights_sha256: str | None = None  # what the file has to be
    device: str = "auto"
    threads: int = 2  # that decode beside the model
    max_pixels: int = 40_000_000
    download: bool = True  # ask the hub for weights that its cache does not hold


class ClipEmbedder:
    """A model in memory. Every vector is float32, of length 1."""

    def __init__(self, options: ClipOptions) -> None:
        """Load the model. Raises MissingDependencyError without the extra or without weights."""
        self._torch, open_clip = _libraries()
        self._options = options
        self._device = self._torch.device(_device(self._torch, options.device))
        name = _model_name(open_clip, options.model)
        identity = options.pretrained
        if options.weights is not None:
            identity = "sha256:" + _checked_digest(options.weights, options.weights_sha256)
            self._model = _from_file(self._torch, open_clip, name, options.weights)
        else:
            self._model = _from_hub(open_clip, name, options.pretrained, download=options.download)
        self._model.eval().requires_grad_(False).to(self._device)
        self._tokenize = open_clip.get_tokenizer(name)
        shown = open_clip.get_model_preprocess_cfg(self._model)
        self._side = _side(self._model.visual.image_size)
        self._mean = self._torch.tensor(shown["mean"], device=self._device).view(1, 3, 1, 1) * 255
        self._deviation = self._torch.tensor(shown["std"], device=self._device).view(1, 3, 1, 1) * 255
        dimension = int(self.embed_texts(["a"]).shape[1])
        self.space = EmbeddingSpace(name, identity, PREPROCESSING_VERSION, dimension)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a vector a text, (texts, d). The model reads the first 77 tokens of each."""
        parts = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            tokens = self._tokenize(list(texts[start : start + _TEXTS_AT_ONCE])).to(self._device)
            with self._torch.inference_mode():
                parts.append(self._of_length_one(self._model.encode_text(tokens)))
        return np.concatenate(parts)

    def embed_image(self, source: bytes) -> Vector:
        """Return the vector of one picture. Raises ImageError."""
        (vector,) = self._embed([self._pixels(source)])
        if isinstance(vector, ImageError):
            raise vector
        return vector

    def embed_photographs(
        self, waiting: Sequence[WaitingPhotograph], open_photograph: OpenPhotograph, *, batch_size: int
    ) -> Generator[list[tuple[WaitingPhotograph, Vector | ImageError]]]:
        """Yield batches in order. Threads open and decode the next photographs while the model works on these."""
        queue: deque[tuple[WaitingPhotograph, Future[Pixels | ImageError]]] = deque()
        coming = iter(waiting)
        pool = ThreadPoolExecutor(self._options.threads)
        try:
            for photograph in coming:
                queue.append((photograph, pool.submit(self._decoded, photograph, open_photograph)))
                if len(queue) >= 2 * batch_size:
                    yield self._batch([queue.popleft() for _ in range(batch_size)])
            while queue:
                yield self._batch([queue.popleft() for _ in range(min(batch_size, len(queue)))])
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _batch(
        self, items: Sequence[tuple[WaitingPhotograph, Future[Pixels | ImageError]]]
    ) -> list[tuple[WaitingPhotograph, Vector | ImageError]]:
        decoded = [(photograph, future.result()) for photograph, future in items]
        pixels = [found for _, found in decoded if not isinstance(found, ImageError)]
        vectors = iter(self._embed(pixels))
        return [(p, found if isinstance(found, ImageError) else next(vectors)) for p, found in decoded]

    def _decoded(self, photograph: Stored, open_photograph: OpenPhotograph) -> Pixels | ImageError:
        try:
            return self._pixels(open_photograph(photograph))
        except ImageError as error:
            return error
        except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
            _log.exception("%s: unforeseen error", photograph.path)
            return ImageError(unforeseen(error))

    def _pixels(self, source: bytes) -> Pixels:
        """Return the middle square of a picture at the size that the model looks at."""
        image = load_upright(source, max_pixels=self._options.max_pixels, least_side=self._side)
        scale = self._side / min(image.size)
        width, height = (max(self._side, round(length * scale)) for length in image.size)
        left, top = (width - self._side) // 2, (height - self._side) // 2
        whole = image.resize((width, height), Image.Resampling.BICUBIC)
        return np.asarray(whole.crop((left, top, left + self._side, top + self._side)))

    def _embed(self, pixels: Sequence[Pixels]) -> list[Vector | ImageError]:
        if not pixels:
            return []
        most = len(pixels) if self._device.type == "cuda" else _SEEN_AT_ONCE
        if len(pixels) > most:
            parts = (pixels[start : start + most] for start in range(0, len(pixels), most))
            return [vector for part in parts for vector in self._embed(part)]
        batch = self._torch.from_numpy(np.stack(pixels)).to(self._device).permute(0, 3, 1, 2).float().contiguous()
        try:
            with self._torch.inference_mode():
                vectors = self._of_length_one(self._model.encode_image((batch - self._mean) / self._deviation))
        except self._torch.OutOfMemoryError as error:
            if len(pixels) == 1:
                raise TroostwatchError(
                    f"the {self._device} has no memory for one photograph", hint=Remedy.USE_CPU
                ) from error
            half = len(pixels) // 2
            return [*self._embed(pixels[:half]), *self._embed(pixels[half:])]
        return [
            vector if np.isfinite(vector).all() else ImageError("the model made no vector of it", permanent=True)
            for vector in vectors
        ]

    def _of_length_one(self, vectors: torch.Tensor) -> NDArray[np.float32]:
        numbers: NDArray[np.float32] = vectors.float().cpu().numpy()
        numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
        return numbers


def check() -> None:
    """Raise MissingDependencyError when the extra is not installed; imports nothing, which takes seconds."""
    missing = [name for name in ("open_clip", "torch") if not _is_installed(name)]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise MissingDependencyError(
            f"embedding needs the extra 'clip', and {' and '.join(missing)} {are} not installed",
            hint="pip install '.[clip]' (several GB: it brings torch)",
        )


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # someone put nothing in its place
        return False


def _libraries() -> tuple[Any, Any]:
    check()
    import open_clip
    import torch

    return torch, open_clip


def _device(torch: Any, wanted: str) -> str:  # noqa: ANN401 (a module)
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise MissingDependencyError("torch finds no CUDA device", hint=Remedy.USE_CPU_OR_AUTO)
    return "cuda" if there and wanted != "cpu" else "cpu"


def _model_name(open_clip: Any, model: str) -> str:  # noqa: ANN401
    if model.endswith(".json"):
        open_clip.add_model_config(Path(model))
        model = Path(model).stem
    if model not in open_clip.list_models():
        raise MissingDependencyError(
            f"open_clip knows no model {model!r}", hint="name one such as ViT-B-32-quickgelu, or a .json of your own"
        )
    return model


def _checked_digest(weights: Path, expected: str | None) -> str:
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MissingDependencyError(
            f"cannot read the weights {weights}: {error.strerror}", hint=Remedy.NAME_WEIGHTS
        ) from error
    if expected and digest != expected.lower():
        raise MissingDependencyError(
            f"{weights} is not the file that was meant: its SHA-256 is {digest}",
            hint="get it again, or correct the sum",
        )
    return digest


def _from_file(torch: Any, open_clip: Any, name: str, weights: Path) -> Any:  # noqa: ANN401
    """Return the model with the weights of a file, whose pages stand in for memory of our own."""
    try:
        if weights.suffix == ".safetensors":
            from safetensors.torch import load_file

            state = load_file(weights)
        else:
            # Only tensors: a pickle may run anything.
            state = torch.load(weights, map_location="cpu", weights_only=True, mmap=True)
        state = state.get("state_dict", state)
        state = {key.removeprefix("module."): tensor for key, tensor in state.items()}
        model = _with_weights(torch, open_clip, name, state, empty=True)
        if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
            model = _with_weights(torch, open_clip, name, state, empty=False)
    # A pickle of something else, a cut file, tensors of another model: torch has an exception for each.
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise MissingDependencyError(
            f"{weights} holds no weights of {name}: {reason}",
            hint="give a checkpoint of tensors (.pt, .safetensors) of this model",
        ) from error
    return model


def _with_weights(torch: Any, open_clip: Any, name: str, state: Any, *, empty: bool) -> Any:  # noqa: ANN401
    """Return a model of these tensors; an empty one needs no memory and no random numbers before it has them."""
    device = "meta" if empty else "cpu"
    with _quiet(), torch.device(device):  # it warns of having no weights
        model = open_clip.create_model(name, pretrained=None, device=device)
    model.load_state_dict(state, assign=True)
    for part in model.modules():  # what is no weight, but made when the model is
        mask = getattr(part, "attn_mask", None)
        if isinstance(mask, torch.Tensor) and mask.is_meta:
            part.attn_mask = torch.full(mask.shape, float("-inf")).triu(1)
    return model


def _from_hub(open_clip: Any, name: str, pretrained: str, *, download: bool) -> Any:  # noqa: ANN401
    if pretrained not in open_clip.list_pretrained_tags_by_model(name):
        raise MissingDependencyError(
            f"there are no weights {pretrained!r} of {name}",
            hint=_of_other_weights(open_clip.list_pretrained_tags_by_model(name)),
        )
    try:
        with _quiet(), _cache_alone(unless=download and _hub_has_an_address()):
            return open_clip.create_model(name, pretrained=pretrained)
    # The hub, its cache and the network fail in many ways; to the operator they are one.
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise MissingDependencyError(
            f"cannot get the weights {pretrained!r} of {name}: {reason}",
            hint=Remedy.EMBED_TO_FETCH,
        ) from error


def _of_other_weights(tags: Sequence[str]) -> Remedy | NextStep:
    return Remedy.NAME_PRETRAINED.about(", ".join(tags)) if tags else Remedy.NAME_WEIGHTS


@contextmanager
def _cache_alone(*, unless: bool) -> Iterator[None]:
    """Let the hub's client look into its cache and ask nobody while the block runs."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or not unless
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def _hub_has_an_address() -> bool:
    """Tell whether the hub can be found at all: without a network its client tries for most of a minute."""
    from huggingface_hub import constants

    try:
        socket.getaddrinfo(urlsplit(constants.ENDPOINT).hostname, 443)
    except OSError:
        return False
    return True


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries from logging what the exception says as well; what others log meanwhile stays."""
    mine = threading.get_ident()

    def is_heard(record: logging.LogRecord) -> bool:
        return record.thread != mine or record.levelno > logging.ERROR

    loggers = [logging.getLogger(name) for name in _TALKERS]
    for logger in loggers:
        logger.addFilter(is_heard)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(is_heard)


def _side(size: int | Sequence[int]) -> int:
    return size if isinstance(size, int) else size[0]
