"""Words of a line of text, for the token classifier."""

from __future__ import annotations

import re
from collections.abc import Iterator

from troostwatch.domain.readings import Reading, Token

_WORD = re.compile(r"\S+")


def words_of(reading: Reading, line: int, *, block: int = 0) -> Iterator[Token]:
    """Yield the words of a line whose engine gives no places for them: each has its share of the line."""
    length = max(1, len(reading.text))
    for match in _WORD.finditer(reading.text):
        box = reading.quad.part(match.start() / length, match.end() / length).box
        yield Token(match.group(), box, reading.confidence, line, block)
