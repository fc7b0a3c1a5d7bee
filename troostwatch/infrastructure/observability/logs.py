"""Talk for the operator, on stderr."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from troostwatch.domain.secrets import without_secrets


class _WithoutSecrets(logging.Formatter):
    """Cuts secrets out of messages and tracebacks: a library may put a header into the text of its error."""

    def __init__(self, form: str, secrets: Sequence[str]) -> None:
        super().__init__(form)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record), self._secrets)


def set_up(*, verbosity: int, quiet: bool, secrets: Sequence[str] = ()) -> None:
    """Warnings by default, more with each -v, errors alone with --quiet; `secrets` are shown in none of them."""
    level = logging.ERROR if quiet else (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbosity, 2)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutSecrets("%(levelname)s %(name)s: %(message)s", secrets))
    root = logging.getLogger("troostwatch")
    root.handlers = [handler]
    root.setLevel(level)
    root.propagate = False
