"""What lies around a sticker: tables, boxes and lids, painted from noise."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Size = tuple[int, int]


class Surface(StrEnum):
    """What a sticker is stuck on."""

    CARDBOARD = "cardboard"
    WHITE_BOX = "white box"
    PRINTED_BOX = "printed box"
    BLACK_PLASTIC = "black plastic"
    METAL = "metal"


def painted(surface: Surface, size: Size, dice: Generator) -> Image.Image:
    """Return a flat piece of the material, seen from above in even light."""
    match surface:
        case Surface.CARDBOARD:
            return _cardboard(size, dice)
        case Surface.WHITE_BOX:
            return _tinted((232, 231, 226), _speckle(size, dice, 3.0, (6, 6)))
        case Surface.PRINTED_BOX:
            return _printed(size, dice)
        case Surface.BLACK_PLASTIC:
            return _tinted((46, 46, 50), _speckle(size, dice, 5.0, (1, 1)))
        case Surface.METAL:
            return _tinted((168, 170, 174), _speckle(size, dice, 9.0, (90, 1)))


def edge_colour(surface: Surface) -> Colour:
    """Return the colour of the side that a box shows beside its front."""
    return {
        Surface.CARDBOARD: (139, 104, 68),
        Surface.WHITE_BOX: (186, 185, 180),
        Surface.PRINTED_BOX: (120, 122, 130),
        Surface.BLACK_PLASTIC: (24, 24, 27),
        Surface.METAL: (118, 120, 124),
    }[surface]


def table(size: Size, dice: Generator) -> Image.Image:
    """Return a wooden table top, planks running across, or now and then a plain grey one."""
    if dice.random() < 0.25:
        grey = int(dice.integers(120, 190))
        return _tinted((grey, grey, grey + 4), _speckle(size, dice, 4.0, (12, 12)))
    grain = _speckle(size, dice, 16.0, (160, 5)) + _speckle(size, dice, 6.0, (40, 2))
    plank = size[1] // int(dice.integers(3, 6))
    shades = np.repeat(dice.normal(0.0, 9.0, size[1] // plank + 1), plank)[: size[1], None]
    seams = np.where(np.arange(size[1]) % plank < 4, -55.0, 0.0)[:, None]
    base = ((176, 132, 86), (150, 104, 64), (196, 160, 118))[int(dice.integers(3))]
    return _tinted(base, grain + shades + seams)


def _cardboard(size: Size, dice: Generator) -> Image.Image:
    tone = _speckle(size, dice, 5.0, (3, 3)) + _speckle(size, dice, 4.0, (60, 60))
    flutes = 2.5 * np.sin(np.arange(size[0]) * 2 * np.pi / 13)[None, :]
    picture = _tinted((184, 143, 99), tone + flutes)
    pen = ImageDraw.Draw(picture)
    for _ in range(size[0] * size[1] // 9000):
        x, y = int(dice.integers(size[0])), int(dice.integers(size[1]))
        pen.line((x, y, x + int(dice.integers(-5, 6)), y + int(dice.integers(-3, 4))), fill=(150, 114, 76))
    return picture


def _printed(size: Size, dice: Generator) -> Image.Image:
    picture = _tinted((238, 237, 234), _speckle(size, dice, 2.0, (8, 8)))
    pen = ImageDraw.Draw(picture)
    colour = tuple(int(c) for c in dice.integers(20, 200, 3))
    width, height = size
    band = int(height * dice.uniform(0.08, 0.2))
    pen.rectangle((0, height - band, width, height), fill=colour)
    pen.polygon(((0, 0), (int(width * dice.uniform(0.1, 0.3)), 0), (0, int(height * 0.25))), fill=colour)
    return picture


def closed_lid(size: Size, dice: Generator) -> Image.Image:
    """Return a photograph without a label: the closed lid of a portable computer on a table."""
    picture = table(size, dice)
    width, height = size
    x0, y0 = int(width * dice.uniform(0.08, 0.16)), int(height * dice.uniform(0.1, 0.2))
    x1, y1 = int(width * dice.uniform(0.84, 0.93)), int(height * dice.uniform(0.8, 0.9))
    shadow = Image.new("L", size)
    ImageDraw.Draw(shadow).rounded_rectangle((x0 + 15, y0 + 22, x1 + 24, y1 + 34), 40, fill=150)
    picture.paste((30, 24, 18), mask=shadow.filter(ImageFilter.GaussianBlur(18)))
    grey = int(dice.choice((44, 62, 150, 176)))
    lid = _tinted((grey, grey, grey + 3), _speckle(size, dice, 3.0, (2, 2)) + slope(size, dice, 22.0))
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle((x0, y0, x1, y1), 36, fill=255)
    picture.paste(lid, mask=mask.filter(ImageFilter.GaussianBlur(1)))
    pen = ImageDraw.Draw(picture)
    cx, cy, r = (x0 + x1) // 2, (y0 + y1) // 2, (x1 - x0) // 16
    shine = min(255, grey + 55)
    pen.ellipse((cx - r, cy - r, cx + r, cy + r), outline=(shine, shine, shine), width=7)
    pen.line((x0 + 60, y1 - 14, x1 - 60, y1 - 14), fill=(grey // 2, grey // 2, grey // 2), width=5)
    return picture


def slope(size: Size, dice: Generator, strength: float) -> NDArray[np.float64]:
    """Return light that falls off in one direction, `strength` levels from the middle to an edge."""
    angle = dice.uniform(0, 2 * np.pi)
    x, y = np.linspace(-1, 1, size[0])[None, :], np.linspace(-1, 1, size[1])[:, None]
    return np.asarray(strength * (np.cos(angle) * x + np.sin(angle) * y))


def _speckle(size: Size, dice: Generator, strength: float, grain: Size) -> NDArray[np.float64]:
    """Return noise of `strength` levels in blobs of `grain` pixels."""
    small = (max(2, size[0] // grain[0]), max(2, size[1] // grain[1]))
    noise = dice.normal(0.0, strength, (small[1], small[0])).astype(np.float32)
    return np.asarray(Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC), dtype=np.float64)


def _tinted(colour: Colour, light: NDArray[np.float64]) -> Image.Image:
    pixels = np.array(colour, dtype=np.float64)[None, None, :] + light[:, :, None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
