"""Numbers in sentences: 1 photograph, 2 photographs."""

from __future__ import annotations


def counted(number: int, what: str, many: str | None = None) -> str:
    """Return the number with its noun; `many` where an s does not make the plural."""
    return f"{number} {what if number == 1 else many or what + 's'}"
