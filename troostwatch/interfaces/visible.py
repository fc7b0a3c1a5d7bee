"""Texts of strangers, made harmless for whoever looks at them."""

from __future__ import annotations


def visible(text: str) -> str:
    """Return text from a stranger so that it cannot move the cursor, change colours or turn the line around.

    Control characters, which symbols rightly hold, are shown as their pictures (␞), the rest as �.
    """
    return "".join(
        c if c.isprintable() else chr(0x2400 + ord(c)) if ord(c) < 0x20 else "\N{REPLACEMENT CHARACTER}" for c in text
    )
