"""Where `uvicorn main:app` finds the service when it is started in this folder."""

from __future__ import annotations


def __getattr__(name: str) -> object:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from app import main

    return main.app
