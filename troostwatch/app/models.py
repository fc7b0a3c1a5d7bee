"""The models that embed, loaded once a process and kept. Threads may share them."""

from __future__ import annotations

import importlib.util
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from troostwatch.app import clients, requests
from troostwatch.app.requests import ModelChoice
from troostwatch.config import Settings, keys
from troostwatch.domain.embedding import EmbeddingSpace, image_weight
from troostwatch.domain.errors import MissingDependencyError
from troostwatch.domain.remedies import Remedy

if TYPE_CHECKING:
    from troostwatch.infrastructure.ai.image_embedder import ClipEmbedder
    from troostwatch.infrastructure.ai.openai_embedder import OpenaiTexts


class Models:
    def __init__(self, settings: Settings, *, threads: int) -> None:
        """`threads` is how many decode photographs beside the model."""
        self._settings = settings
        self._threads = threads
        self._kept: dict[object, ClipEmbedder] = {}
        self._loading = threading.Lock()

    def embedder(self, chosen: ModelChoice | None = None, *, download: bool = True) -> ClipEmbedder:
        """Return the model of the settings, or the chosen one. Raises MissingDependencyError.

        Without `download` the weights have to be here: a search asks no hub.
        """
        from troostwatch.infrastructure.ai.image_embedder import ClipEmbedder, ClipOptions

        chosen = chosen or requests.model(self._settings)
        options = ClipOptions(
            model=chosen.model,
            pretrained=chosen.pretrained,
            weights=chosen.weights,
            weights_sha256=chosen.weights_sha256,
            device=chosen.device,
            threads=self._threads,
            max_pixels=self._settings.download.max_pixels,
            download=download,
        )
        with self._loading:
            same = replace(options, download=True)  # once it is here, nobody need ask where it came from
            if same not in self._kept:
                self._kept[same] = ClipEmbedder(options)
            return self._kept[same]

    def of_space(self, space: EmbeddingSpace) -> ClipEmbedder:
        """Return the model that made the vectors of a space. Raises MissingDependencyError when it is not to be had."""
        of_a_file = space.pretrained.startswith("sha256:")
        if of_a_file and self._settings.embedding.weights is None:
            raise MissingDependencyError(
                f"the vectors were made by weights in a file ({space.pretrained[:20]}…)",
                hint="set embedding.weights (and embedding.model) to it",
            )
        name, tag = (None, None) if of_a_file else (space.model, space.pretrained)
        made = self.embedder(requests.model(self._settings, name=name, pretrained=tag), download=False)
        if made.space != space:
            raise MissingDependencyError(
                f"the vectors are of {space.model} {space.pretrained[:20]}, the settings name {made.space.model} "
                f"{made.space.pretrained[:20]}",
                hint=Remedy.EMBED_AGAIN.about("set embedding.model and embedding.weights to what made them"),
            )
        return made

    def paid_texts(self) -> OpenaiTexts | None:
        """Return OpenAI's model of texts, or None where it is not wanted, not installed, or there is no key."""
        if not (self._settings.embedding.openai_texts and keys().openai and importlib.util.find_spec("openai")):
            return None
        from troostwatch.infrastructure.ai.openai_api import Prices
        from troostwatch.infrastructure.ai.openai_embedder import OpenaiTexts

        settings = self._settings.openai
        return OpenaiTexts(
            clients.openai(self._settings, settings.embedding_model),
            Prices(settings.eur_per_million_embedding_tokens, 0.0),
            dimension=settings.embedding_dimension,
        )

    def image_weight(self, category: str | None) -> float:
        """Return how much a photograph counts beside the text, for an auction's category path or a kind of thing."""
        own = self._settings.embedding
        return image_weight(own.image_weights, own.categories, category)
