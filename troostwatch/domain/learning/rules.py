"""The rules as a labeller of words: the judgement without symbols, on what the words alone show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from troostwatch.domain.codes import CodeStatus, DecidedBy
from troostwatch.domain.geometry import Quad
from troostwatch.domain.judgement.fusion import judge
from troostwatch.domain.readings import Reading, ReadingKind, Token
from troostwatch.domain.tokens import NONE_LABEL, labels_for

_LEAST = 0.5  # what is less probable than this is not reported


def lines_of(tokens: Sequence[Token], *, reader: str = "rapidocr") -> list[Reading]:
    """Return the lines that the words stand in."""
    lines: dict[int, list[Token]] = defaultdict(list)
    for token in tokens:
        lines[token.line].append(token)
    return [
        Reading(
            reader=reader,
            kind=ReadingKind.TEXT,
            text=" ".join(token.text for token in words),
            quad=Quad.upright(
                min(t.box.x0 for t in words),
                min(t.box.y0 for t in words),
                max(t.box.x1 for t in words),
                max(t.box.y1 for t in words),
            ),
            confidence=min((t.confidence for t in words if t.confidence is not None), default=None),
        )
        for words in lines.values()
    ]


def labels_by_rule(tokens: Sequence[Token], *, width: int, height: int) -> list[str]:
    """Return what the rules say that each word is a piece of."""
    codes = [
        replace(code, status=CodeStatus.APPROVED, decided_by=DecidedBy.RULE)
        for code in judge(lines_of(tokens), width=width, height=height).codes
        if code.confidence >= _LEAST
    ]
    labels = labels_for(tokens, codes, ())
    return [labels[i].label if i in labels else NONE_LABEL for i in range(len(tokens))]
