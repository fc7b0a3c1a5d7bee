"""Troostwatch: know what an auction lot really is. `read` and `open` are those of `troostwatch.api`."""

from __future__ import annotations

import importlib

__version__ = "0.1.0"
__all__ = ["__version__", "open", "read"]


def __getattr__(name: str) -> object:
    # Not at import: whoever imports a part of the package waits for no other. Types stand in __init__.pyi.
    if name in ("open", "read"):
        return getattr(importlib.import_module("troostwatch.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
