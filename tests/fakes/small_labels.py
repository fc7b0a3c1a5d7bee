"""A drawn label laid small into a drawn picture, in any direction."""

from __future__ import annotations

from functools import cache
from random import Random

import numpy as np
from PIL import Image

from troostwatch.infrastructure.synthetic import layouts, pasted, scenes, stickers
from troostwatch.infrastructure.synthetic.pasted import Lying
from troostwatch.infrastructure.synthetic.truth import Truth

SIZE = (2400, 1600)


@cache
def small_label(turn: float = 0.0, *, scale: float = 0.5, size: tuple[int, int] = SIZE) -> tuple[Image.Image, Truth]:
    """Return a picture in which the capitals of a label are about 8 pixels high at half scale, and its truth."""
    dice = np.random.default_rng(4)
    flat = stickers.print_sticker(layouts.fill(layouts.LENOVO, Random(2)).sticker)
    picture = scenes.closed_lid(size, dice)
    lying = Lying(middle=(0.62 * size[0], 0.45 * size[1]), scale=scale, turn=turn, blur=0.4)
    place = pasted.paste(picture, flat.image, lying, dice)
    return picture, flat.truth.moved(lambda point: pasted.through(point, flat.image.size, place))
