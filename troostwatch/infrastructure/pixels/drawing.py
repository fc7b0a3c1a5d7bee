"""A photograph with what was read drawn on it: boxes, and beside the picture what each box says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from troostwatch.domain.codes import Code, CodeStatus, shown_probability
from troostwatch.domain.errors import UsageError
from troostwatch.domain.readings import Look, Reading, ReadingKind
from troostwatch.infrastructure.pixels.opening import load_upright

_WIDTH = 880  # of the photograph in the drawing
_PANEL = 380
_MARGIN = 14
_LINE = 20
_ENTRY = 2 * _LINE + 10
_LONGEST = 32  # characters of a value; an EID has so many
_COLOURS = 200  # a photograph in so many colours looks the same and is a third of the size

_PAPER = (250, 249, 246)
_INK = (35, 35, 40)
_GREY = (110, 110, 118)
_APPROVED = (22, 135, 67)
_DOUBTFUL = (214, 110, 0)
_REJECTED = (190, 40, 45)

_READ = {
    ReadingKind.SYMBOL: (30, 110, 220),
    ReadingKind.UNDECODED: (150, 60, 190),
    ReadingKind.TEXT: (150, 150, 158),
    ReadingKind.OPINION: (0, 150, 150),
}

_LOOK = (160, 100, 20)

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class _Entry:
    code: Code
    corners: tuple[float, float, float, float]  # of the box, in the drawing
    top: float  # of the text beside the picture


def draw_codes(
    source: bytes, codes: Sequence[Code], suffix: str, *, max_pixels: int, readings: Sequence[Reading] = ()
) -> bytes:
    """Return a picture of the photograph with a box for each code and, beside it, type, value and probability.

    Green is approved, orange waits for a person, red was rejected. Codes without a box are left out. Thin lines
    are `readings`: blue symbols, grey text, purple bars that were not decoded; brown frames are regions that were
    looked at by themselves, with the reason and how much larger. `suffix`, such as '.png', chooses the
    format. Raises ImageError when `source` cannot be opened, UsageError for a suffix that no picture has.
    """
    photograph = load_upright(source, max_pixels=max_pixels)
    scale = _WIDTH / photograph.width
    photograph = photograph.resize((_WIDTH, max(1, round(photograph.height * scale))), Image.Resampling.LANCZOS)
    entries = _entries(codes, scale)
    bottom = max((entry.top + _ENTRY for entry in entries), default=0.0)
    sheet = Image.new("RGB", (_WIDTH + _PANEL, max(photograph.height, round(bottom))), _PAPER)
    sheet.paste(photograph)
    pen = ImageDraw.Draw(sheet)
    for reading in readings:
        corners = [(x * scale, y * scale) for x, y in reading.quad.corners]
        pen.line([*corners, corners[0]], fill=_READ[reading.kind], width=2)
    for look in dict.fromkeys(reading.look for reading in readings if reading.look):
        _draw_look(pen, look, scale)
    for entry in entries:
        _draw(pen, entry)
    few_colours = suffix.lower() == ".png"
    return _packed(sheet.quantize(_COLOURS, dither=Image.Dither.NONE) if few_colours else sheet, suffix)


def _packed(picture: Image.Image, suffix: str) -> bytes:
    file = BytesIO()
    try:
        picture.save(file, Image.registered_extensions()[suffix.lower()], optimize=True)
    except (KeyError, ValueError, OSError) as error:  # unknown; or a kind that Pillow reads and cannot write
        raise UsageError(f"no kind of picture ends in '{suffix}'", hint="name it .png or .jpg") from error
    return file.getvalue()


def _entries(codes: Sequence[Code], scale: float) -> list[_Entry]:
    """Place the texts beside their boxes, from top to bottom, none over another."""
    placed: list[_Entry] = []
    free = float(_MARGIN)
    for code in sorted(codes, key=lambda c: (c.box.y0 + c.box.y1, c.box.x0) if c.box else (0, 0)):
        if code.box is None:
            continue
        x0, y0, x1, y1 = (side * scale for side in code.box.as_list())
        top = max(free, (y0 + y1) / 2 - _LINE)
        placed.append(_Entry(code, (x0 - 2, y0 - 2, x1 + 2, y1 + 2), top))
        free = top + _ENTRY
    return placed


def _draw(pen: ImageDraw.ImageDraw, entry: _Entry) -> None:
    colour = _colour(entry.code)
    pen.rounded_rectangle(entry.corners, 4, outline=colour, width=3)
    x1, y0, y1 = entry.corners[2], entry.corners[1], entry.corners[3]
    left, middle = _WIDTH + _MARGIN, entry.top + _LINE
    pen.line([(x1, (y0 + y1) / 2), (_WIDTH - 4, middle), (left - 4, middle)], fill=colour, width=1)
    pen.rectangle((left, entry.top + 2, left + 4, entry.top + 2 * _LINE - 2), fill=colour)
    what = f"{entry.code.type.replace('_', ' ')}   {shown_probability(entry.code.confidence)}   {_status(entry.code)}"
    pen.text((left + 12, entry.top), what, fill=_GREY, font=_font(14))
    pen.text((left + 12, entry.top + _LINE - 2), _fitting(entry.code.value), fill=_INK, font=_font(17))


def _draw_look(pen: ImageDraw.ImageDraw, look: Look, scale: float) -> None:
    """Frame a region that was looked at by itself, and say why and at which scale."""
    corners = [(x * scale, y * scale) for x, y in look.quad.corners]
    pen.line([*corners, corners[0]], fill=_LOOK, width=1)
    x, y = min(corners, key=lambda corner: corner[1])
    said = f"{look.reason}, {look.scale:g}x"
    left, top = min(max(0.0, x), _WIDTH - pen.textlength(said, _font(12))), max(0.0, y - 16)
    pen.rectangle(pen.textbbox((left, top), said, font=_font(12)), fill=_PAPER)
    pen.text((left, top), said, fill=_LOOK, font=_font(12))


def _colour(code: Code) -> tuple[int, int, int]:
    if code.status is CodeStatus.PENDING:
        return _DOUBTFUL
    return _APPROVED if code.status is CodeStatus.APPROVED else _REJECTED


def _status(code: Code) -> str:
    by = {"rule": "by rule", "person": "by a person"}.get(code.decided_by or "", "")
    return f"{code.status} {by}".strip()


def _fitting(value: str) -> str:
    """Shorten a value to the width of the panel; a symbol may hold a page of text."""
    return value if len(value) <= _LONGEST else f"{value[: _LONGEST - 3]}..."


def _font(size: int) -> _Font:
    return ImageFont.load_default(size)
