"""Labelled words without pixels: small stickers written down line by line, enough of them to learn from."""

from __future__ import annotations

import hashlib
from random import Random

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Box
from troostwatch.domain.readings import Token
from troostwatch.domain.tokens import Label, LabelOrigin, TokenRow
from troostwatch.infrastructure.synthetic import values

WIDTH, HEIGHT = 1600, 1200


def line(text: str, number: int, *, x: int = 100) -> list[Token]:
    """Return the words of one line, its letters 20 pixels wide and 30 high."""
    tokens, start = [], x
    for word in text.split(" "):
        tokens.append(
            Token(word, Box(start, 60 * number + 20, start + 20 * len(word), 60 * number + 50), 0.97, number, 0)
        )
        start += 20 * (len(word) + 1)
    return tokens


def sticker(*lines: tuple[str, str | None], lot: str = "A1-1-1", position: int = 0) -> TokenRow:
    """Return a photograph of lines; the last word of a line has the label beside it."""
    tokens: list[Token] = []
    labels = {}
    for number, (text, label) in enumerate(lines):
        tokens += line(text, number)
        if label:
            labels[len(tokens) - 1] = Label(label, LabelOrigin.DECISION)
    content = hashlib.sha256(repr((lines, lot, position)).encode()).hexdigest()
    return TokenRow(0, (lot,), position, content, None, WIDTH, HEIGHT, tuple(tokens), labels, complete=True)


def stickers(count: int, *, seed: int = 1) -> list[TokenRow]:
    """Return stickers whose serials stand after a caption that the rules do not know, each of a lot of its own."""
    rng = Random(seed)
    serial, ean = values.shaped("{A}{A}{9:6}"), values.gtin("87")
    return [
        sticker(
            ("Acme Pump", None),
            (f"Kenmerk {serial(rng)}", CodeType.SERIAL_NUMBER),
            (f"EAN: {ean(rng)}", CodeType.EAN),
            (f"Bestekpost {serial(rng)}", None),
            (f"Input {rng.randint(100, 240)}V", None),
            lot=f"A1-1-{number}",
        )
        for number in range(count)
    ]
