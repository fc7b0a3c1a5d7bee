"""What has to be here before a piece of work begins: packages of extras, and keys."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from troostwatch.config import keys
from troostwatch.domain.errors import MissingDependencyError
from troostwatch.domain.readings import Backend


def require(backend: Backend) -> None:
    """Raise MissingDependencyError for a backend that cannot work here: OpenAI without its package or a key."""
    if backend is not Backend.OPENAI:
        return
    if importlib.util.find_spec("openai") is None:
        raise MissingDependencyError(
            "the package openai is not installed, so nobody can be asked", hint="pip install 'troostwatch[openai]'"
        )
    if not keys().openai:
        raise MissingDependencyError(
            "there is no OPENAI_API_KEY in the environment, so OpenAI cannot be asked",
            hint="export OPENAI_API_KEY=…; nothing was read",
        )


def require_embedding() -> None:
    """Raise MissingDependencyError when the extra that embeds is not installed."""
    from troostwatch.infrastructure.ai import image_embedder

    image_embedder.check()


def learning(module: str) -> Any:  # noqa: ANN401 (a module)
    """Return a module of the room of learning, which works only where scikit-learn is installed."""
    try:
        return importlib.import_module(f"troostwatch.infrastructure.learning.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("troostwatch"):
            raise
        raise MissingDependencyError(
            f"training needs {error.name}, which is not installed", hint="pip install 'troostwatch[ml]'"
        ) from error
