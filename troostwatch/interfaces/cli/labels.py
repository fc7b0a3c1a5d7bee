"""Reading a file of labelled words, written by `images export-tokens` and labelled by a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from troostwatch.domain.errors import UsageError
from troostwatch.domain.geometry import Box
from troostwatch.domain.tokens import HandLabel
from troostwatch.services.token_export import LabelledRow

_FARTHEST = 1_000_000  # pixels; no photograph is as wide


def read(file: Path) -> Iterator[LabelledRow | UsageError]:
    """Yield the labels of each line, or what is wrong with it; the other lines go on."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _row(line, f"line {number}")


def _row(line: str, where: str) -> LabelledRow | UsageError:
    try:
        values = json.loads(line)
        words = {
            int(index): _hand_label(values["tokens"], int(index), label)
            for index, label in values.get("labels", {}).items()
        }
        return LabelledRow(where, _storable(values["content"]), words)
    except json.JSONDecodeError as error:
        return UsageError(f"{where}: no JSON ({error})")
    except (KeyError, IndexError) as error:
        return UsageError(f"{where}: {error.args[0]!r} is missing" if error.args else f"{where}: incomplete")
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        return UsageError(f"{where}: not as 'export-tokens' writes it ({error})")


def _hand_label(tokens: list[dict[str, object]], index: int, label: object) -> HandLabel:
    if not 0 <= index < len(tokens):
        raise ValueError(f"there is no word {index}")
    return HandLabel(_storable(tokens[index]["text"]), _box(tokens[index]["bbox"]), _storable(label))


def _storable(value: object) -> str:
    text = str(value)
    text.encode()  # JSON may hold halves of a character (\\ud800), which no file and no database takes
    return text


def _box(value: object) -> Box:
    """Return the place of a word. Raises ValueError for all that is none, Infinity included: JSON of Python has it."""
    numbers = value if isinstance(value, list) else []
    if len(numbers) != 4 or not all(type(n) is int or (type(n) is float and n.is_integer()) for n in numbers):
        raise ValueError(f"bbox {value!r} is not four whole numbers")
    x0, y0, x1, y1 = map(int, numbers)
    if not (0 <= x0 <= x1 <= _FARTHEST and 0 <= y0 <= y1 <= _FARTHEST):
        raise ValueError(f"bbox {value!r} lies on no photograph")
    return Box(x0, y0, x1, y1)
