"""Talk for the operator, on stderr."""

from __future__ import annotations

import logging
import sys


def set_up(*, verbosity: int, quiet: bool) -> None:
    """Warnings by default, more with each -v, errors alone with --quiet."""
    level = logging.ERROR if quiet else (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbosity, 2)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger("troostwatch")
    root.handlers = [handler]
    root.setLevel(level)
    root.propagate = False
