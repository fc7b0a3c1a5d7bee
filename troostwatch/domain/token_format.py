"""The words of a photograph as plain values: the lines of the files that are exported, labelled and learned from.

`schema/tokens.schema.json` says the same to other programs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from troostwatch.domain.geometry import Box
from troostwatch.domain.readings import Token
from troostwatch.domain.tokens import LABELS, Label, LabelOrigin, TokenRow

_FARTHEST = 1_000_000  # pixels; no photograph is as wide
_SHA256 = re.compile(r"[0-9a-f]{64}")


def values_of(row: TokenRow) -> dict[str, object]:
    """Return what is written as one line of JSON."""
    return {
        "image_id": row.image_id,
        "lots": list(row.lots),
        "position": row.position,
        "content": row.content,
        "path": row.path,
        "width": row.width,
        "height": row.height,
        "tokens": [token_values(token) for token in row.tokens],
        "labels": {str(index): str(label.label) for index, label in row.labels.items()},
        "label_origins": {str(index): str(label.origin) for index, label in row.labels.items()},
        "complete": row.complete,
        "undecided": sorted(row.undecided),
    }


def is_array(file: Path | None) -> bool:
    """Tell whether a file is to hold one JSON array: what ends in .json is read by programs that expect it."""
    return file is not None and file.suffix.lower() == ".json"


def text_of(rows: Iterable[TokenRow], *, array: bool) -> Iterator[str]:
    """Yield the text of a file photograph by photograph: JSON lines, or with `array` one JSON array of them."""
    before = "[" if array else ""
    for row in rows:
        line = json.dumps(values_of(row), ensure_ascii=False)
        yield f"{before}\n{line}" if array else f"{line}\n"
        before = ","
    if array:
        yield "[]\n" if before == "[" else "\n]\n"


def token_values(token: Token) -> dict[str, object]:
    return {
        "text": token.text,
        "bbox": token.box.as_list(),
        "confidence": token.confidence,
        "line": token.line,
        "block": token.block,
    }


def token_from(values: Mapping[str, Any]) -> Token:
    """Raises KeyError, TypeError or ValueError for what is no token."""
    confidence = values["confidence"]
    if confidence is not None and not 0 <= float(confidence) <= 1:
        raise ValueError(f"confidence {confidence!r} is not between 0 and 1")
    return Token(
        text=storable(values["text"]),
        box=box_of(values["bbox"]),
        confidence=None if confidence is None else float(confidence),
        line=int(values["line"]),
        block=int(values["block"]),
    )


def row_from(values: Mapping[str, Any]) -> TokenRow:
    """Return the words and labels of one line. Raises KeyError, TypeError or ValueError for what is none."""
    tokens = tuple(token_from(item) for item in values["tokens"])
    content = storable(values["content"])
    if not _SHA256.fullmatch(content):
        raise ValueError(f"content {content[:80]!r} is no SHA-256")
    width, height = int(values["width"]), int(values["height"])
    if width < 1 or height < 1:
        raise ValueError(f"{width} x {height} is the size of no photograph")
    origins = values.get("label_origins", {})
    labels = {int(index): _label(label, origins.get(index)) for index, label in values["labels"].items()}
    undecided = frozenset(map(int, values.get("undecided", ())))
    if strays := [index for index in (*labels, *undecided) if not 0 <= index < len(tokens)]:
        raise ValueError(f"there is no word {strays[0]}")
    return TokenRow(
        image_id=int(values.get("image_id") or 0),
        lots=tuple(storable(lot) for lot in values.get("lots", ())),
        position=int(values.get("position") or 0),
        content=content,
        path=values.get("path"),
        width=width,
        height=height,
        tokens=tokens,
        labels=labels,
        complete=bool(values.get("complete", False)),
        undecided=undecided,
    )


def _label(label: object, origin: object) -> Label:
    if label not in LABELS:
        raise ValueError(f"unknown label {label!r}")
    # A label that somebody wrote into the file by hand has no origin there.
    return Label(str(label), LabelOrigin(str(origin)) if origin else LabelOrigin.PERSON)


def storable(value: object) -> str:
    """Return the text. Raises ValueError for half of a character (\\ud800 in JSON), which no file takes."""
    text = str(value)
    text.encode()
    return text


def box_of(value: object) -> Box:
    """Return the place of a word. Raises ValueError for all that is none, Infinity included: JSON of Python has it."""
    numbers = value if isinstance(value, list) else []
    if len(numbers) != 4 or not all(type(n) is int or (type(n) is float and n.is_integer()) for n in numbers):
        raise ValueError(f"bbox {value!r} is not four whole numbers")
    x0, y0, x1, y1 = map(int, numbers)
    if not (0 <= x0 <= x1 <= _FARTHEST and 0 <= y0 <= y1 <= _FARTHEST):
        raise ValueError(f"bbox {value!r} lies on no photograph")
    return Box(x0, y0, x1, y1)
