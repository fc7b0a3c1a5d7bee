"""Small labels in large pictures: a flat label laid into any photograph, turned and askew, with its place known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from troostwatch.domain.geometry import Point, Quad

_NOISE = 2.5  # grey levels
_FINER = 4  # pictures are laid in so much finer and then averaged, so that fine print is as smooth as a lens makes it


@dataclass(frozen=True, slots=True)
class Lying:
    """How a label lies in the picture: its middle in pixels, its size in pixels of the picture for one of its own."""

    middle: Point
    scale: float
    turn: float = 0.0  # radians, clockwise
    askew: tuple[float, float] = (0.0, 0.0)  # how much smaller the right and the lower end are seen, as shares
    light: float = 1.0
    blur: float = 0.5


def corners(size: tuple[int, int], lying: Lying) -> Quad:
    """Return where the corners of a label of this size come to lie."""
    width, height = size
    cos, sin = math.cos(lying.turn), math.sin(lying.turn)
    placed: list[Point] = []
    for across, down in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        near = lying.scale * (1 - lying.askew[0] * across) * (1 - lying.askew[1] * down)
        x, y = across * width * near, down * height * near
        placed.append((lying.middle[0] + x * cos - y * sin, lying.middle[1] + x * sin + y * cos))
    a, b, c, d = placed
    return Quad((a, b, c, d))


def through(point: Point, size: tuple[int, int], place: Quad) -> Point:
    """Return where a point of a label of this size comes to lie whose corners lie in `place`."""
    there = cv2.perspectiveTransform(np.array([[point]], np.float32), _lens(size, place, (0, 0), 1))[0, 0]
    return float(there[0]), float(there[1])


def paste(picture: Image.Image, label: Image.Image, lying: Lying, dice: Generator) -> Quad:
    """Lay the label into the picture and return its corners. What would lie beyond the edge is cut off."""
    place = corners(label.size, lying)
    box = place.box
    x0, y0 = max(0, box.x0 - 4), max(0, box.y0 - 4)
    x1, y1 = min(picture.width, box.x1 + 4), min(picture.height, box.y1 + 4)
    ground = np.asarray(picture.crop((x0, y0, x1, y1)), np.float32)
    ink, cover = _seen(np.asarray(label.convert("RGB")), place, (x0, y0), (x1 - x0, y1 - y0))
    ink = np.clip(ink * lying.light, 0, 255)
    if lying.blur:
        ink, cover = (np.asarray(cv2.GaussianBlur(each, (0, 0), lying.blur), np.float32) for each in (ink, cover))
    noisy = ink + dice.normal(0, _NOISE, ink.shape)
    share = cover[:, :, None]
    laid = np.clip(ground * (1 - share) + noisy * share, 0, 255).astype(np.uint8)
    picture.paste(Image.fromarray(laid), (x0, y0))
    return place


def _seen(
    label: NDArray[np.uint8], place: Quad, origin: tuple[int, int], size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the label as it is seen in a window of the picture, and how much of each pixel it covers."""
    height, width = label.shape[:2]
    lens = _lens((width, height), place, origin, _FINER)
    fine = (size[0] * _FINER, size[1] * _FINER)
    # Mirrored at its edges, so that averaging does not mix paper with the dark beyond it.
    ink = cv2.warpPerspective(label, lens, fine, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT_101)
    cover = cv2.warpPerspective(np.full((height, width), 255, np.uint8), lens, fine)
    seen_ink, seen_cover = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (ink, cover))
    return np.asarray(seen_ink, np.float32), np.asarray(seen_cover, np.float32) / np.float32(255)


def _lens(size: tuple[int, int], place: Quad, origin: tuple[int, int], finer: int) -> NDArray[np.float64]:
    """Return the matrix from a label's own pixels to a window of the picture that begins at `origin`."""
    width, height = size
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    target = (np.array(place.corners, np.float32) - np.array(origin, np.float32)) * finer
    return np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)
