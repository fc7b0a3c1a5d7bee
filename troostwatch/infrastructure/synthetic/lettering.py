"""Words as ink: type faces, narrow and bold forms, and accents where a face has none."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont

_FINE = 3  # letters are drawn so much larger and then reduced, which gives soft edges to accents too
_SAME_LOOK = str.maketrans({"ß": "ss", "º": "°", "–": "-", "’": "'"})  # noqa: RUF001 (what the font lacks)
_SYSTEM_FONTS = (
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSansCondensed.ttf",
    "DejaVuSansMono.ttf",
    "LiberationSans-Regular.ttf",
    "LiberationSans-Bold.ttf",
    "LiberationSansNarrow-Regular.ttf",
    "LiberationMono-Regular.ttf",
    "Arial.ttf",
    "Helvetica.ttc",
)
# Strokes of a mark above (or below) a letter, in parts of the letter size, from the middle of its top.
_Stroke = tuple[tuple[float, float], ...]
_MARKS: dict[str, tuple[_Stroke, ...]] = {
    "\N{COMBINING ACUTE ACCENT}": (((-0.04, -0.06), (0.09, -0.18)),),
    "\N{COMBINING GRAVE ACCENT}": (((0.04, -0.06), (-0.09, -0.18)),),
    "\N{COMBINING CIRCUMFLEX ACCENT}": (((-0.12, -0.06), (0.0, -0.17), (0.12, -0.06)),),
    "\N{COMBINING TILDE}": (((-0.13, -0.08), (-0.06, -0.14), (0.05, -0.09), (0.13, -0.14)),),
    "\N{COMBINING DIAERESIS}": (((-0.10, -0.07), (-0.10, -0.11)), ((0.10, -0.07), (0.10, -0.11))),
    "\N{COMBINING CEDILLA}": (((0.0, 0.72), (0.06, 0.79), (-0.04, 0.84)),),
}


@dataclass(frozen=True, slots=True)
class Face:
    """A way to set letters. Without `file` it is the face inside Pillow, the same on every machine."""

    file: str | None = None
    bold: float = 0.0  # extra thickness of strokes, in parts of the letter size
    width: float = 1.0  # below 1 letters are narrow


PLAIN = Face()
BOLD = Face(bold=0.035)
EMBEDDED = (PLAIN, Face(width=0.86), Face(bold=0.018), Face(width=0.93, bold=0.01))


@cache
def system_faces() -> tuple[Face, ...]:
    """Return the faces found on this machine as well: more variety, but not the same pictures everywhere."""
    return (*EMBEDDED, *(Face(name) for name in _SYSTEM_FONTS if _opens(name)))


def _opens(name: str) -> bool:
    try:
        ImageFont.truetype(name, 12)
    except OSError:
        return False
    return True


@cache
def _font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    if face.file is not None:
        return ImageFont.truetype(face.file, size)
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font


def line_height(size: int) -> int:
    """Return how much room one line takes, accents and descenders included."""
    return round(size * 1.3)


def width(text: str, size: int, face: Face = PLAIN) -> int:
    font = _font(face, size * _FINE)
    return round(sum(font.getlength(piece) for piece, _ in _pieces(text, face)) * face.width / _FINE)


def ink(text: str, size: int, face: Face = PLAIN) -> Image.Image:
    """Return the line as a mask of `width` x `line_height`: 255 where ink goes."""
    big = size * _FINE
    font = _font(face, big)
    sheet = Image.new("L", (round(font.getlength(text)) + 2 * big, line_height(big)))
    pen = ImageDraw.Draw(sheet)
    x, baseline = 0.0, round(big * 0.96)
    for piece, mark in _pieces(text, face):
        pen.text((x, baseline), piece, fill=255, font=font, anchor="ls", stroke_width=face.bold * big / 2)
        if mark:
            _accent(pen, mark, font, piece, (x, baseline), big)
        x += font.getlength(piece)
    wanted = (max(1, width(text, size, face)), line_height(size))
    return sheet.crop((0, 0, max(1, round(x)), sheet.height)).resize(wanted, Image.Resampling.BOX)


def _pieces(text: str, face: Face) -> list[tuple[str, str]]:
    """Split into runs to draw, each with the mark to add by hand to its only letter, if any."""
    if face.file is not None:
        return [(text, "")]
    pieces: list[tuple[str, str]] = []
    run = ""
    for letter in text.translate(_SAME_LOOK):
        decomposed = unicodedata.normalize("NFD", letter)
        if decomposed[1:] in _MARKS:
            pieces += [(run, ""), (decomposed[0], decomposed[1:])]
            run = ""
        else:
            run += letter
    return [piece for piece in (*pieces, (run, "")) if piece[0]]


def _accent(
    pen: ImageDraw.ImageDraw,
    mark: str,
    font: ImageFont.FreeTypeFont,
    letter: str,
    at: tuple[float, float],
    size: int,
) -> None:
    left, top, right, bottom = (at[i % 2] + edge for i, edge in enumerate(font.getbbox(letter, anchor="ls")))
    if letter == "i":  # its mark takes the place of the dot
        top = at[1] + font.getbbox("x", anchor="ls")[1]
        pen.rectangle((left, at[1] - size, right, top - size * 0.02), fill=0)
    start = bottom - size * 0.72 if mark == "\N{COMBINING CEDILLA}" else top
    for stroke in _MARKS[mark]:
        points = [((left + right) / 2 + dx * size, start + dy * size) for dx, dy in stroke]
        pen.line(points, fill=255, width=max(2, round(size * 0.075)), joint="curve")
