"""Photographs of stickers: seen askew, unevenly lit, unsharp and noisy, with the truth carried along."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from troostwatch.domain.geometry import Point
from troostwatch.infrastructure.synthetic import scenes
from troostwatch.infrastructure.synthetic.scenes import Size, Surface
from troostwatch.infrastructure.synthetic.stickers import FlatSticker
from troostwatch.infrastructure.synthetic.truth import Truth

SIZE = (1600, 1200)  # what the auction site serves
_FOCAL = 1.3  # distance of the eye, in widths of the photograph
_SHADOW = (34, 27, 20)
_Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a photograph is taken: angles in degrees, lengths in pixels, light in grey levels."""

    surface: Surface = Surface.CARDBOARD
    size: Size = SIZE
    fill: float = 0.62  # share of the picture's width (or height, turned) that the sticker takes
    quarter_turns: int = 0  # clockwise
    tilt: float = 0.0  # in the plane of the picture, clockwise
    yaw: float = 0.0  # away from the viewer at the right
    pitch: float = 0.0  # away from the viewer at the top
    offset: tuple[float, float] = (0.0, 0.0)  # of the sticker's middle, in shares of the picture
    blur: float = 0.0
    motion: int = 0  # of the hand, sideways
    noise: float = 2.0
    shade: float = 12.0  # how much lighter one side is
    glare: float = 0.0  # 0 to 1: how white the brightest spot turns
    quality: int = 85


@dataclass(frozen=True, slots=True)
class Photograph:
    """A JPEG file and what is to be read on it."""

    body: bytes
    truth: Truth


def conditions(rng: Random, *, hardship: float = 0.4) -> Conditions:
    """Throw the dice for one photograph: `hardship` 0 is a careful one, 1 the worst a seller would upload."""

    def within(limit: float) -> float:
        return rng.uniform(-limit, limit) * hardship

    return Conditions(
        surface=rng.choice(tuple(Surface)),
        fill=rng.uniform(0.62, 0.8) - 0.2 * hardship * rng.random(),
        quarter_turns=rng.choices((0, 1, 2, 3), (1.0, 0.3 * hardship, 0.3 * hardship, 0.3 * hardship))[0],
        tilt=within(14),
        yaw=within(45),
        pitch=within(45),
        offset=(within(0.12), within(0.12)),
        blur=0.4 + 1.1 * hardship * rng.random(),
        motion=round(4 * hardship * rng.random()) if rng.random() < 0.3 else 0,
        noise=1.5 + 7 * hardship * rng.random(),
        shade=8 + 50 * hardship * rng.random(),
        glare=rng.uniform(0.3, 0.9) if rng.random() < 0.4 * hardship else 0.0,
        quality=round(90 - 30 * hardship * rng.random()),
    )


def photograph(sticker: FlatSticker, taken: Conditions, *, seed: int) -> Photograph:
    """Stick it on a box on a table, and take the picture. The same arguments give the same bytes."""
    dice = np.random.default_rng(seed)
    front, corner = _front(sticker, taken, dice)
    lens = _lens(front.size, _middle(sticker.image.size, corner), sticker.image.size, taken)
    picture = scenes.table(taken.size, dice)
    _lay(picture, front, lens, taken)
    truth = sticker.truth.moved(lambda point: _project(lens, (point[0] + corner[0], point[1] + corner[1])))
    return Photograph(_expose(picture, taken, dice), truth)


def without_label(*, seed: int, taken: Conditions | None = None) -> Photograph:
    """Take a picture of a closed lid: nothing to read on it."""
    taken = taken or Conditions()
    dice = np.random.default_rng(seed)
    return Photograph(_expose(scenes.closed_lid(taken.size, dice), taken, dice), Truth())


def cut_off(whole: Photograph, *, share: float = 0.3) -> Photograph:
    """Return the file as a broken transfer leaves it: a `share` of its bytes, and nothing to read."""
    return Photograph(whole.body[: int(len(whole.body) * share)], Truth())


def _middle(size: Size, corner: Point) -> Point:
    return corner[0] + size[0] / 2, corner[1] + size[1] / 2


def _front(sticker: FlatSticker, taken: Conditions, dice: Generator) -> tuple[Image.Image, Size]:
    """Return the side of the box that bears the sticker, and where on it the sticker's corner lies."""
    width, height = sticker.image.size
    left, right = (int(width * dice.uniform(0.08, 0.5)) for _ in range(2))
    above, below = (int(max(width * 0.15, height * dice.uniform(0.15, 0.6))) for _ in range(2))
    front = scenes.painted(taken.surface, (width + left + right, height + above + below), dice)
    mask = Image.new("L", sticker.image.size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), int(dice.integers(4, 22)), fill=255)
    shadow = Image.new("L", front.size)
    shadow.paste(110, (left + 3, above + 4), mask)
    front.paste(_SHADOW, mask=shadow.filter(ImageFilter.GaussianBlur(4)))
    front.paste(sticker.image, (left, above), mask)
    return front, (left, above)


def _lens(front: Size, middle: Point, sticker: Size, taken: Conditions) -> _Matrix:
    """Return the 3x3 matrix from pixels of the box front to pixels of the photograph."""
    width, height = taken.size
    across, down = (width, height) if taken.quarter_turns % 2 == 0 else (height, width)
    scale = taken.fill * min(across / sticker[0], down / sticker[1])
    space = _rotation(taken) * scale
    focal = _FOCAL * width
    cx, cy = width * (0.5 + taken.offset[0]), height * (0.5 + taken.offset[1])
    corners = [(0.0, 0.0), (front[0], 0.0), (float(front[0]), float(front[1])), (0.0, front[1])]
    seen = []
    for x, y in corners:
        dx, dy, dz = space @ np.array([x - middle[0], y - middle[1], 0.0])
        away = focal / (focal + max(dz, -0.6 * focal))
        seen.append((cx + dx * away, cy + dy * away))
    return _homography(corners, seen)


def _rotation(taken: Conditions) -> _Matrix:
    roll = math.radians(taken.tilt + 90 * taken.quarter_turns)
    yaw, pitch = math.radians(taken.yaw), math.radians(taken.pitch)
    about_z = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    about_y = np.array([[math.cos(yaw), 0, 0], [0, 1, 0], [math.sin(yaw), 0, 1]])
    about_x = np.array([[1, 0, 0], [0, math.cos(pitch), 0], [0, -math.sin(pitch), 1]])
    return np.asarray(about_x @ about_y @ about_z)


def _homography(source: list[Point], target: list[Point]) -> _Matrix:
    """Solve the perspective that takes four points to four others."""
    rows, right = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    solved = np.linalg.solve(np.array(rows, dtype=np.float64), np.array(right, dtype=np.float64))
    return np.append(solved, 1.0).reshape(3, 3)


def _project(lens: _Matrix, point: Point) -> Point:
    u, v, w = lens @ np.array([point[0], point[1], 1.0])
    return float(u / w), float(v / w)


def _lay(picture: Image.Image, front: Image.Image, lens: _Matrix, taken: Conditions) -> None:
    """Draw the box into the picture: its shadow, two of its sides, and its front."""
    width, height = front.size
    quad = [_project(lens, point) for point in ((0, 0), (width, 0), (width, height), (0, height))]
    shadow = Image.new("L", picture.size)
    ImageDraw.Draw(shadow).polygon([(x + 26, y + 34) for x, y in quad], fill=130)
    picture.paste(_SHADOW, mask=shadow.filter(ImageFilter.GaussianBlur(22)))
    pen = ImageDraw.Draw(picture)
    depth = picture.width * 0.06
    sideways = -depth if taken.yaw > 0 else depth
    colour = scenes.edge_colour(taken.surface)
    back = [(x + sideways, y - depth) for x, y in quad]
    for i in range(4):
        j = (i + 1) % 4
        pen.polygon([quad[i], quad[j], back[j], back[i]], fill=tuple(c - 14 * (i % 2) for c in colour))
    mask = Image.new("L", (picture.width * 2, picture.height * 2))
    ImageDraw.Draw(mask).polygon([(2 * x, 2 * y) for x, y in quad], fill=255)
    picture.paste(_seen(front, lens, picture.size), mask=mask.reduce(2))


def _seen(flat: Image.Image, lens: _Matrix, size: Size) -> Image.Image:
    """Return the flat picture through the lens; drawn twice as large and halved, fine lines stay smooth."""
    doubled = np.diag([2.0, 2.0, 1.0]) @ lens
    back = np.linalg.inv(doubled)
    back /= back[2, 2]
    large = (size[0] * 2, size[1] * 2)
    seen = flat.transform(large, Image.Transform.PERSPECTIVE, back.flatten()[:8].tolist(), Image.Resampling.BICUBIC)
    return seen.reduce(2)


def _expose(picture: Image.Image, taken: Conditions, dice: Generator) -> bytes:
    """Add light, unsharpness and noise, and return the JPEG file."""
    if taken.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(taken.blur))
    pixels = np.asarray(picture, dtype=np.float32)
    if taken.motion > 1:
        pixels = np.mean([np.roll(pixels, shift, axis=1) for shift in range(taken.motion)], axis=0)
    pixels = pixels + scenes.slope(picture.size, dice, taken.shade)[:, :, None].astype(np.float32)
    if taken.glare:
        spot = _spot(picture.size, dice)[:, :, None] * np.float32(taken.glare)
        pixels = pixels * (1 - spot) + 255 * spot
    pixels += dice.standard_normal(pixels.shape, dtype=np.float32) * np.float32(taken.noise)
    warm = np.array([dice.uniform(0.97, 1.03), 1.0, dice.uniform(0.92, 1.02)], dtype=np.float32)
    file = io.BytesIO()
    finished = Image.fromarray(np.clip(pixels * warm, 0, 255).astype(np.uint8))
    finished.save(file, "JPEG", quality=taken.quality)
    return file.getvalue()


def _spot(size: Size, dice: Generator) -> NDArray[np.float32]:
    """Return a soft bright patch, 1 in its middle, somewhere near the middle of the picture."""
    x0, y0 = (side * dice.uniform(0.3, 0.7) for side in size)
    wide, high = size[0] * dice.uniform(0.08, 0.2), size[1] * dice.uniform(0.06, 0.16)
    x, y = np.arange(size[0])[None, :], np.arange(size[1])[:, None]
    return np.exp(-(((x - x0) / wide) ** 2) - ((y - y0) / high) ** 2).astype(np.float32)
