"""Reading a file of labelled words, written by `images export-tokens` and labelled by a person."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from troostwatch import bootstrap
from troostwatch.domain.errors import UsageError
from troostwatch.domain.token_format import box_of, storable
from troostwatch.domain.tokens import HandLabel, LabelOrigin
from troostwatch.services.token_export import LabelledRow


def read(file: Path) -> Iterator[LabelledRow | UsageError]:
    """Yield the labels of each line, or of each object of a JSON array, or what is wrong with it; the others go on."""
    try:
        opened = bootstrap.open_regular(file)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    with io.TextIOWrapper(opened, encoding="utf-8-sig", errors="replace") as lines:  # an editor may have put a mark
        first = lines.readline()
        if first.lstrip().startswith("["):
            yield from _array(first + lines.read())
            return
        for number, line in enumerate(chain([first], lines), 1):
            if line.strip():
                yield _row(line, f"line {number}")


def _array(text: str) -> Iterator[LabelledRow | UsageError]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield UsageError(f"no JSON ({error})")
        return
    for number, row in enumerate(rows, 1):
        yield _row(json.dumps(row), f"photograph {number}")


def _row(line: str, where: str) -> LabelledRow | UsageError:
    try:
        values = json.loads(line)
        words = {
            int(index): _hand_label(values["tokens"], int(index), label)
            for index, label in values.get("labels", {}).items()
        }
        origins = values.get("label_origins", {})
        by_program = frozenset(i for i in words if origins.get(str(i)) in (LabelOrigin.RULE, LabelOrigin.DECISION))
        return LabelledRow(where, storable(values["content"]), words, by_program)
    except json.JSONDecodeError as error:
        return UsageError(f"{where}: no JSON ({error})")
    except (KeyError, IndexError) as error:
        return UsageError(f"{where}: {error.args[0]!r} is missing" if error.args else f"{where}: incomplete")
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        return UsageError(f"{where}: not as 'export-tokens' writes it ({error})")


def _hand_label(tokens: list[dict[str, object]], index: int, label: object) -> HandLabel:
    if not 0 <= index < len(tokens):
        raise ValueError(f"there is no word {index}")
    return HandLabel(storable(tokens[index]["text"]), box_of(tokens[index]["bbox"]), storable(label))
