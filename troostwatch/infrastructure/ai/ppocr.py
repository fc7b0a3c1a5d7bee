"""Text by the PP-OCR models that come inside RapidOCR's wheel: where lines are, which way up, and what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidocr.ch_ppocr_det.utils import DBPostProcess
from rapidocr.utils.process_img import get_rotate_crop_image

from troostwatch.domain.errors import MissingDependencyError
from troostwatch.domain.geometry import Point, Quad
from troostwatch.domain.readings import Look, RunnerUp
from troostwatch.infrastructure.ai import inference
from troostwatch.infrastructure.ai.inference import Tensor

Pixels = NDArray[np.uint8]  # rows x columns x 3, blue green red
Corners = NDArray[np.float32]  # 4 x 2

# Text is looked for at this size and read at the full one: half the time of the full size on photographs of
# 1600 x 1200, and hardly a string of the captured lots lost.
DETECTION_SIDE = 960
_STRIDE = 32  # sides that the detector takes are multiples of this
_LINE_HEIGHT = 48  # that the recogniser takes
_LINE_WIDTHS = 32  # widths are padded to multiples of this, so that the engine meets few different sizes
_LONGEST_LINE = 1000
# Long lines are mostly prose: a glance at half the width tells whether there are numbers in one.
_PROSE_FROM = 12  # heights
_GLANCE = 0.55
_DIRECTION_SIZE = (192, 48)
_SURELY_TURNED = 0.9
# Of lines so clear and long hardly one in a hundred reads as well upside down, so their direction is not asked for.
_CLEAR_SCORE, _CLEAR_LENGTH = 0.95, 5
_RUNNERS_UP = 3
# What stickers are printed with in the languages of Europe, and the signs of Chinese and Japanese captions.
_SIGNS = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    "°ºª®™€²³µ\N{EN DASH}\N{EM DASH}\N{RIGHT SINGLE QUOTATION MARK}“”«»"
    "ÀÁÂÄÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒßàáâäãåæçèéêëìíîïñòóôõöøùúûüœ"
    "ĄĆČĎĘĚĞİŁŃŇŐŘŚŞŠŤŮŰÝŹŻŽąćčďęěğıłńňőřśşšťůűýźżžĂăȘșȚț№φ"
    "型号號序列编編码碼产產品名称稱商条條料物部件机機器种種规規格批次日期生出厂廠製制造年月番式电電压壓流功率额額定输輸入地址"
    "シリアルナンバーモデル形"
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What one strip says; `score` is the mean confidence in its characters, 0 to 1."""

    text: str = ""
    score: float = 0.0
    characters: tuple[float, ...] = ()  # confidence in each character of the text
    runners_up: tuple[RunnerUp, ...] = ()  # second choices for those of which the recogniser is least sure


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and where it stands."""

    said: Recognised
    quad: Quad
    look: Look | None = None  # where it was seen, when not in the whole picture

    @property
    def text(self) -> str:
        return self.said.text

    @property
    def score(self) -> float:
        return self.said.score


@dataclass(frozen=True, slots=True)
class Detected:
    """Where lines stand in a picture."""

    boxes: list[Corners]  # of each line, clockwise from the upper left as it stands in the picture
    heat: NDArray[np.float32]  # how much each place looks like print, 0 to 1
    scale: tuple[float, float]  # pixels of the heat map for one of the picture, across and down


class PpOcr:
    """The three models, loaded once a process."""

    def __init__(self) -> None:
        self._detector = inference.load(_model("det"))
        self._director = inference.load(_model("cls"))
        self._recogniser = inference.load(_model("rec"), classes=_SIGNS)
        self._signs = np.array(["", *self._recogniser.characters, " "], dtype=object)
        self._boxes = DBPostProcess(thresh=0.3, box_thresh=0.5, unclip_ratio=1.6, use_dilation=True, score_mode="fast")

    def detect(self, picture: Pixels, *, most_side: int = DETECTION_SIDE) -> Detected:
        """Find lines, in the picture made as small as `most_side`. Raises ImageError."""
        height, width = picture.shape[:2]
        scale = min(1.0, most_side / max(height, width))
        size = tuple(max(_STRIDE, round(side * scale / _STRIDE) * _STRIDE) for side in (width, height))
        heat = np.array(self._detector(_tensor(cv2.resize(picture, size))))
        corners, _ = self._boxes(heat, (height, width))
        boxes = sorted((np.asarray(c, np.float32) for c in corners), key=lambda c: (c[0][1], c[0][0]))
        return Detected(boxes, heat[0, 0], (size[0] / width, size[1] / height))

    def closer(self, picture: Pixels, quad: Quad) -> str:
        """Read a line again from a wider cut, enlarged and with its contrast evened out. Raises ImageError."""
        return self.recognise(_evened(_upright(picture, quad))).text

    def recognise(self, strip: Pixels, *, squeeze: float = 1.0) -> Recognised:
        """Return the text of one upright line, and how sure the recogniser is of it. Raises ImageError."""
        height, width = strip.shape[:2]
        wide = min(_LONGEST_LINE, max(8, math.ceil(_LINE_HEIGHT * squeeze * width / height)))
        tensor = np.zeros((1, 3, _LINE_HEIGHT, math.ceil(wide / _LINE_WIDTHS) * _LINE_WIDTHS), np.float32)
        tensor[..., :wide] = _tensor(cv2.resize(strip, (wide, _LINE_HEIGHT)))
        return _decoded(self._recogniser(tensor)[0], self._signs)

    def line(self, picture: Pixels, corners: Corners) -> Line:
        """Read the line in these corners, whichever way up it stands. Raises ImageError."""
        strip = np.ascontiguousarray(get_rotate_crop_image(picture, corners.copy()))
        said = self._read(strip)
        turned = False
        if not (len(said.text) >= _CLEAR_LENGTH and said.score >= _CLEAR_SCORE) and self._stands_on_its_head(strip):
            otherwise = self._read(_half_turned(strip))
            turned = otherwise.score >= said.score
            said = otherwise if turned else said
        return Line(said, _quad(corners, turned=turned))

    def _read(self, strip: Pixels) -> Recognised:
        if strip.shape[1] > _PROSE_FROM * strip.shape[0]:
            glance = self.recognise(strip, squeeze=_GLANCE)
            if glance.score >= _CLEAR_SCORE and sum(sign.isdigit() for sign in glance.text) < 2:
                return glance
        return self.recognise(strip)

    def _stands_on_its_head(self, strip: Pixels) -> bool:
        width, height = _DIRECTION_SIZE
        wide = min(width, max(1, math.ceil(height * strip.shape[1] / strip.shape[0])))
        tensor = np.zeros((1, 3, height, width), np.float32)
        tensor[..., :wide] = _tensor(cv2.resize(strip, (wide, height)))
        return bool(self._director(tensor)[0][1] > _SURELY_TURNED)


def _decoded(chances: Tensor, signs: NDArray[np.object_]) -> Recognised:
    """Return the most probable text of one chance per step and class: a class repeated without a blank is one sign."""
    classes = chances.argmax(axis=1)
    starts = np.flatnonzero((np.diff(classes, prepend=-1) != 0) & (classes != 0))
    if not starts.size:
        return Recognised()
    text = "".join(signs[classes[starts]])
    sure = chances.max(axis=1)
    # Of the steps that show one sign the surest speaks for it.
    steps = [start + int(sure[start : start + _run(classes, start)].argmax()) for start in starts]
    first = len(text) - len(text.lstrip())
    steps = steps[first : first + len(text.strip())]
    least = sorted(range(len(steps)), key=lambda i: sure[steps[i]])[:_RUNNERS_UP]
    return Recognised(
        text=text.strip(),
        score=float(sure[starts].mean()),
        characters=tuple(round(float(sure[step]), 4) for step in steps),
        runners_up=tuple(_runner_up(at, chances[steps[at]], signs) for at in sorted(least)),
    )


def _run(classes: NDArray[np.intp], start: np.intp) -> int:
    """Return for how many steps from `start` on the class stays the same."""
    others = np.flatnonzero(classes[start:] != classes[start])
    return int(others[0]) if others.size else len(classes[start:])


def _runner_up(at: int, chances: Tensor, signs: NDArray[np.object_]) -> RunnerUp:
    second = int(np.argsort(chances)[-2])
    return RunnerUp(at, str(signs[second]), round(float(chances[second]), 4))


def _model(kind: str) -> Path:
    found = [Path(str(entry)) for entry in (files("rapidocr") / "models").iterdir() if f"_{kind}_" in entry.name]
    if len(found) != 1:
        raise MissingDependencyError(
            f"RapidOCR's wheel should bring one model '{kind}' and brings {len(found)}",
            hint="install the versions of constraints.txt: pip install -c constraints.txt troostwatch",
        )
    return found[0]


def _tensor(picture: cv2.typing.MatLike) -> Tensor:
    """Return the picture as 1 x 3 x rows x columns, levels from -1 to 1."""
    return np.asarray(cv2.dnn.blobFromImage(picture, 1 / 127.5, mean=(127.5, 127.5, 127.5)), np.float32)


def _half_turned(strip: Pixels) -> Pixels:
    return np.asarray(cv2.rotate(strip, cv2.ROTATE_180), np.uint8)


def _upright(picture: Pixels, quad: Quad) -> Pixels:
    """Cut out a line with a margin, in the direction of reading, twice as high as the recogniser needs."""
    margin = 0.12 * quad.height
    angle = quad.angle
    along = np.array([math.cos(angle), math.sin(angle)]) * margin * 2
    down = np.array([-math.sin(angle), math.cos(angle)]) * margin
    a, b, c, d = (np.array(corner) for corner in quad.corners)
    corners = np.array([a - along - down, b + along - down, c + along + down, d - along + down], np.float32)
    height = 2 * _LINE_HEIGHT
    width = min(2 * _LONGEST_LINE, max(height, round(height * quad.width / max(1.0, quad.height))))
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(
        cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def _evened(strip: Pixels) -> Pixels:
    light = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(1, 4)).apply(cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY))
    return np.asarray(cv2.cvtColor(light, cv2.COLOR_GRAY2BGR), np.uint8)


def _quad(corners: Corners, *, turned: bool) -> Quad:
    """Return the corners in reading order; what is much taller than wide was cut out as if turned to the left."""
    a, b, c, d = (_point(corner) for corner in corners)
    upright = Quad((a, b, c, d))
    if upright.height >= 1.5 * upright.width:
        a, b, c, d = b, c, d, a
    return Quad((c, d, a, b)) if turned else Quad((a, b, c, d))


def _point(corner: Sequence[float]) -> Point:
    return round(float(corner[0]), 1), round(float(corner[1]), 1)
