"""Stickers: what is printed on one, and the printing of it with the truth about every code."""

# ruff: noqa: ARG002 (an Item takes what any Item may need)

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image, ImageDraw

from troostwatch.domain.codes import CodeType, canonical
from troostwatch.domain.geometry import Quad
from troostwatch.infrastructure.synthetic import lettering, symbols
from troostwatch.infrastructure.synthetic.lettering import Face
from troostwatch.infrastructure.synthetic.symbols import Symbology
from troostwatch.infrastructure.synthetic.truth import Key, TrueCode, TrueSymbol, TrueText, Truth

Size = tuple[int, int]
_INK = (22, 22, 24)
_LETTER_BOLD = 0.035


class Item(Protocol):
    """A piece of a sticker. Sizes are in pixels of the flat picture."""

    def size(self, face: Face) -> Size: ...

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        """Put ink at `x`, `y`; `room` is the width that the surrounding column offers."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words that are no code, or with `type` a code that stands without a caption."""

    text: str
    points: int = 22
    bold: bool = False
    type: CodeType | None = None
    also: tuple[str, ...] = ()

    def size(self, face: Face) -> Size:
        return (
            lettering.width(self.text, self.points, _weight(face, self.bold)),
            lettering.line_height(self.points),
        )

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        sheet.write(self.text, self.points, x, y, bold=self.bold, kind=self.type)
        if self.type:
            sheet.claim(self.type, self.text, None, self.also)


@dataclass(frozen=True, slots=True)
class Field:
    """A caption and its value, on one line or the value `below`; `boxed` draws a frame round the value."""

    caption: str
    value: str
    type: CodeType | None = None
    points: int = 22
    bold: bool = False
    glue: str = ": "
    below: bool = False
    boxed: bool = False
    also: tuple[str, ...] = ()

    def size(self, face: Face) -> Size:
        face = _weight(face, self.bold)
        caption = lettering.width(self.caption + self.glue, self.points, face)
        value = lettering.width(self.value, self.points, face)
        line = lettering.line_height(self.points)
        return (max(caption, value), 2 * line) if self.below else (caption + value, line)

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        step = sheet.write(self.caption + self.glue, self.points, x, y, bold=self.bold)
        if self.below:
            step, y = 0, y + lettering.line_height(self.points)
        end = x + step + sheet.write(self.value, self.points, x + step, y, bold=self.bold, kind=self.type)
        if self.boxed:
            frame = (x + step - 6, y + 1, end + 6, y + lettering.line_height(self.points) - 1)
            sheet.pen.rectangle(frame, outline=_INK, width=2)
        if self.type:
            sheet.claim(self.type, self.value, self.caption, self.also)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A barcode or matrix code. `codes` says what it means; `digits` prints it as retail goods do."""

    symbology: Symbology
    payload: str
    codes: tuple[tuple[CodeType, str], ...] = ()
    module: int = 3
    height: int = 56
    digits: bool = False

    @property
    def _quiet(self) -> int:
        return self.module * (3 if self.symbology.is_matrix else 9)

    def size(self, face: Face) -> Size:
        picture = self._picture()
        below = lettering.line_height(self._points) - self.module * 3 if self.digits else 0
        above = self._quiet if self.symbology.is_matrix else 2
        return picture.width + 2 * self._quiet, picture.height + 2 * above + below

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        picture = self._picture()
        x, y = x + self._quiet, y + (self._quiet if self.symbology.is_matrix else 2)
        sheet.stamp(picture, x, y)
        bars = picture.height - (self._guards if self.digits else 0)
        quad = Quad.upright(x, y, x + picture.width, y + bars)
        sheet.note(TrueSymbol(self.symbology, self.payload, quad, _keys(self.codes)))
        if self.digits:
            self._write_digits(sheet, x, y + bars)

    @property
    def _points(self) -> int:
        return self.module * 9

    @property
    def _guards(self) -> int:
        return self.module * 5

    def _picture(self) -> Image.Image:
        guards = self._guards if self.digits else 0
        return symbols.picture(self.symbology, self.payload, module=self.module, height=self.height, guards=guards)

    def _write_digits(self, sheet: Sheet, x: int, y: int) -> None:
        number, last = self.payload, ""
        if self.symbology is Symbology.UPC_A:
            number, last = number[:-1], number[-1]
        half = 1 + len(number) // 2
        m, middles = self.module, (-5, 25, 70, 100)
        groups = (number[0], number[1:half], number[half:], last)
        for group, middle in zip(groups, middles, strict=True):
            wide = lettering.width(group, self._points, sheet.face)
            sheet.ink(group, self._points, x + middle * m - wide // 2, y + m)
        right = x + (103 if last else 94) * m
        quad = Quad.upright(x - 8 * m, y + m, right, y + m + lettering.line_height(self._points))
        sheet.texts.append(TrueText(" ".join(filter(None, groups)), quad, CodeType.EAN))
        sheet.claim(CodeType.EAN, self.payload, None, ())


@dataclass(frozen=True, slots=True)
class Banner:
    """White words on a black bar across the column."""

    text: str
    points: int = 30

    def size(self, face: Face) -> Size:
        return lettering.width(self.text, self.points, face) + 40, lettering.line_height(self.points) + 16

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        width, height = self.size(sheet.face)
        room = max(room, width)
        sheet.pen.rectangle((x, y, x + room, y + height), fill=_INK)
        mask = lettering.ink(self.text, self.points, sheet.face)
        left, top = x + (room - mask.width) // 2, y + 8
        sheet.image.paste((250, 250, 250), (left, top), mask)
        quad = Quad.upright(left, top, left + mask.width, top + mask.height)
        sheet.texts.append(TrueText(self.text, quad))


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the column."""

    thickness: int = 2

    def size(self, face: Face) -> Size:
        return 1, self.thickness + 8

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        sheet.pen.rectangle((x, y + 4, x + room, y + 3 + self.thickness), fill=_INK)


@dataclass(frozen=True, slots=True)
class Emblem:
    """A disc with letters in the place of a maker's sign, or without letters a crossed-out bin."""

    letters: str = ""
    diameter: int = 72

    def size(self, face: Face) -> Size:
        return self.diameter, self.diameter + 6

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        d = self.diameter
        if not self.letters:
            lines = (
                (x, y, x + d, y + d),
                (x + d, y, x, y + d),
                (x + d // 4, y + d // 4, x + d * 3 // 4, y + d // 4),
            )
            for line in lines:
                sheet.pen.line(line, fill=_INK, width=3)
            sheet.pen.rectangle((x + d // 3, y + d // 4, x + d * 2 // 3, y + d * 3 // 4), outline=_INK, width=3)
            return
        sheet.pen.ellipse((x, y, x + d, y + d), fill=_INK)
        mask = lettering.ink(self.letters, d // 2, lettering.BOLD)
        sheet.image.paste((250, 250, 250), (x + (d - mask.width) // 2, y + d // 6), mask)


@dataclass(frozen=True, slots=True)
class Gap:
    width: int = 1
    height: int = 10

    def size(self, face: Face) -> Size:
        return self.width, self.height

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        """Leave the paper white."""


@dataclass(frozen=True, slots=True)
class Column:
    """Pieces below each other."""

    items: tuple[Item, ...]
    gap: int = 4

    def size(self, face: Face) -> Size:
        sizes = [item.size(face) for item in self.items]
        return max(w for w, _ in sizes), sum(h for _, h in sizes) + self.gap * (len(sizes) - 1)

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        width = max(self.size(sheet.face)[0], room)
        for item in self.items:
            item.draw(sheet, x, y, width)
            y += item.size(sheet.face)[1] + self.gap


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces beside each other, their feet or their heads on one line."""

    items: tuple[Item, ...]
    gap: int = 24
    feet: bool = False

    def size(self, face: Face) -> Size:
        sizes = [item.size(face) for item in self.items]
        return sum(w for w, _ in sizes) + self.gap * (len(sizes) - 1), max(h for _, h in sizes)

    def draw(self, sheet: Sheet, x: int, y: int, room: int) -> None:
        height = self.size(sheet.face)[1]
        for item in self.items:
            w, h = item.size(sheet.face)
            item.draw(sheet, x, y + (height - h if self.feet else 0), w)
            x += w + self.gap


@dataclass(frozen=True, slots=True)
class Sticker:
    body: Item
    face: Face = lettering.PLAIN
    margin: int = 28
    paper: tuple[int, int, int] = (247, 247, 245)


@dataclass(frozen=True, slots=True)
class FlatSticker:
    """A sticker as the printer leaves it: upright, sharp, without surroundings."""

    image: Image.Image
    truth: Truth


def print_sticker(sticker: Sticker) -> FlatSticker:
    width, height = sticker.body.size(sticker.face)
    size = (width + 2 * sticker.margin, height + 2 * sticker.margin)
    sheet = Sheet(Image.new("RGB", size, sticker.paper), sticker.face)
    sticker.body.draw(sheet, sticker.margin, sticker.margin, width)
    return FlatSticker(sheet.image, sheet.truth())


@dataclass(slots=True)
class Sheet:
    """The paper while it is printed on, and the notes taken meanwhile."""

    image: Image.Image
    face: Face
    texts: list[TrueText] = field(default_factory=list)
    symbols: list[TrueSymbol] = field(default_factory=list)
    _claims: dict[Key, tuple[str | None, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def pen(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)

    def ink(self, text: str, points: int, x: int, y: int, *, bold: bool = False) -> int:
        mask = lettering.ink(text, points, _weight(self.face, bold))
        self.image.paste(_INK, (x, y), mask)
        return mask.width

    def write(self, text: str, points: int, x: int, y: int, *, bold: bool = False, kind: CodeType | None = None) -> int:
        """Print, note it, and return how wide it came out."""
        width = self.ink(text, points, x, y, bold=bold) if text else 0
        if text.strip():
            quad = Quad.upright(x, y, x + width, y + lettering.line_height(points))
            self.texts.append(TrueText(text.strip(), quad, kind))
        return width

    def stamp(self, symbol: Image.Image, x: int, y: int) -> None:
        self.image.paste(_INK, (x, y), symbol.point(lambda value: 255 - value))

    def note(self, symbol: TrueSymbol) -> None:
        self.symbols.append(symbol)
        for kind, value in symbol.codes:
            self.claim(kind, value, None, ())

    def claim(self, kind: CodeType, value: str, caption: str | None, also: tuple[str, ...]) -> None:
        """Note that a code stands here; of several mentions the first caption and every spelling count."""
        key = (kind, canonical(kind, value))
        old_caption, old_also = self._claims.get(key, (None, ()))
        self._claims[key] = (old_caption or caption, tuple(dict.fromkeys((*old_also, *also))))

    def truth(self) -> Truth:
        prints = {(t.type, canonical(t.type, t.text)): t.quad for t in reversed(self.texts) if t.type}
        held = {key: symbol.quad for symbol in reversed(self.symbols) for key in symbol.codes}
        codes = (
            TrueCode(
                type=key[0],
                value=key[1],
                caption=caption,
                quad=prints[key] if key in prints else held[key],
                in_print=key in prints,
                in_symbol=key in held,
                also=also,
            )
            for key, (caption, also) in self._claims.items()
        )
        return Truth(tuple(codes), tuple(self.symbols), tuple(self.texts))


def _keys(codes: tuple[tuple[CodeType, str], ...]) -> tuple[Key, ...]:
    return tuple((kind, canonical(kind, value)) for kind, value in codes)


def _weight(face: Face, bold: bool) -> Face:
    return Face(face.file, face.bold + _LETTER_BOLD, face.width) if bold else face
