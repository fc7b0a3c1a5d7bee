"""The confusion matrix as a picture: rows are what words are, columns what was said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from troostwatch.domain.errors import TroostwatchError

_CELL = 64
_MARGIN = 190
_PAPER, _INK, _GRID = "white", (30, 30, 30), (205, 205, 205)


def draw_confusion(true: Sequence[str], said: Sequence[str], target: Path) -> Path:
    """Write the picture; a cell is the darker, the larger its share of the words of its row."""
    labels = sorted({*true, *said})
    counts = Counter(zip(true, said, strict=True))
    support = Counter(true)
    side = _MARGIN + _CELL * len(labels)
    picture = Image.new("RGB", (side + 20, side + 40), _PAPER)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=14)
    pen.text((10, 10), "rows: what words are; columns: what was said", fill=_INK, font=font)
    for i, label in enumerate(labels):
        _write_turned(picture, label, (_MARGIN + i * _CELL + _CELL // 2 - 10, _MARGIN - 10), font)
        pen.text((10, _MARGIN + i * _CELL + _CELL // 2 - 8), f"{label} ({support[label]})", fill=_INK, font=font)
        for j, other in enumerate(labels):
            share = counts[label, other] / support[label] if support[label] else 0.0
            x, y = _MARGIN + j * _CELL, _MARGIN + i * _CELL
            shade = round(255 * (1 - share))
            colour = (shade, 255, shade) if i == j else (255, shade, shade)
            pen.rectangle((x, y, x + _CELL, y + _CELL), fill=colour if share else _PAPER, outline=_GRID)
            if counts[label, other]:
                pen.text((x + 6, y + _CELL // 2 - 8), str(counts[label, other]), fill=_INK, font=font)
    try:
        picture.save(target, "PNG")
    except OSError as error:
        raise TroostwatchError(f"cannot write {target}: {error.strerror or error}") from error
    return target


def _write_turned(
    picture: Image.Image, text: str, foot: tuple[int, int], font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> None:
    box = font.getbbox(text)
    strip = Image.new("RGB", (round(box[2]) + 4, round(box[3]) + 6), _PAPER)
    ImageDraw.Draw(strip).text((2, 2), text, fill=_INK, font=font)
    turned = strip.rotate(90, expand=True)
    picture.paste(turned, (foot[0], foot[1] - turned.height))
