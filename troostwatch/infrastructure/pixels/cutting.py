"""Pieces of a picture, turned upright and enlarged, that know where they come from."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from troostwatch.domain.geometry import Quad

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]  # n x 2


_AT_EDGE = 2.0  # pixels of the piece


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece and the matrix (3 x 3) that takes its points to those of the picture."""

    pixels: Pixels
    back: NDArray[np.float64]

    def in_picture(self, points: Points) -> Points:
        return np.asarray(cv2.perspectiveTransform(points.reshape(1, -1, 2), self.back)[0], np.float32)

    def touches_edge(self, points: Points) -> bool:
        """Tell whether points of the piece reach its edge, so that what they enclose may go on beyond it."""
        height, width = self.pixels.shape[:2]
        near = bool((points < _AT_EDGE).any())
        return near or bool((points > np.array([width, height], np.float32) - _AT_EDGE).any())


def cut(picture: Pixels, quad: Quad, *, scale: float) -> Piece:
    """Cut a quad out so that its corners become those of an upright rectangle, `scale` times as large."""
    size = (max(1, round(quad.width * scale)), max(1, round(quad.height * scale)))
    corners = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    there = cv2.getPerspectiveTransform(np.array(quad.corners, np.float32), corners)
    pixels = cv2.warpPerspective(
        picture, there, size, flags=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return Piece(np.asarray(pixels, np.uint8), np.asarray(np.linalg.inv(there), np.float64))
