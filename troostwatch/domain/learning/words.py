"""A word in its surroundings: the line it stands in, the captions beside it, the makers seen on the photograph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from troostwatch.domain.codes import CodeType, squeeze
from troostwatch.domain.geometry import Box
from troostwatch.domain.judgement import captions
from troostwatch.domain.judgement.vendors import Seen, vendors
from troostwatch.domain.readings import Token

FAR = 20.0  # heights of letters; what is farther is not seen

# How far to the left and above a caption is looked for, in heights of the word.
_FARTHEST_LEFT = 14.0
_FARTHEST_ABOVE = 3.5


@dataclass(frozen=True, slots=True)
class Word:
    """One word and all that its features look at. Distances are in heights of the word."""

    token: Token
    text: str  # what is left of the word when a caption that is glued to it is taken off
    own: frozenset[CodeType]  # captions inside the word itself
    on_line: CodeType | None  # the nearest caption before it on its line
    left: Mapping[CodeType, float]  # captions to the left on other lines' ends, and how far
    above: Mapping[CodeType, float]
    number: int  # place in its line, from 0
    words_in_line: int
    before: str  # the word before it on its line, '' at the beginning
    after: str
    shapes: frozenset[CodeType]  # forms of the makers seen that the word has
    trapped: bool  # it has the form of a number that looks like a code and is none
    makers: frozenset[str]
    letter_height: float  # of the word, as a share of the usual one on the photograph
    width: int  # of the photograph
    height: int


@dataclass(frozen=True, slots=True)
class _Caption:
    type: CodeType
    box: Box
    line: int


def words_in(tokens: Sequence[Token], *, width: int, height: int) -> list[Word]:
    """Return each token of a photograph of `width` x `height` pixels with its surroundings, in their order."""
    lines: dict[int, list[int]] = defaultdict(list)
    for index, token in enumerate(tokens):
        lines[token.line].append(index)
    texts = {line: " ".join(tokens[i].text for i in indices) for line, indices in lines.items()}
    seen = Seen.on(texts.values())
    makers = frozenset(v.name for v in vendors() if v.is_seen_in(texts.values()))
    usual = median(max(1, t.box.y1 - t.box.y0) for t in tokens) if tokens else 1
    announced = {line: _captions_of(line, [tokens[i] for i in indices]) for line, indices in lines.items()}
    everywhere = [caption for found in announced.values() for caption, _ in found]
    words = []
    for index, token in enumerate(tokens):
        neighbours = lines[token.line]
        number = neighbours.index(index)
        text, own = _without_caption(token.text)
        others = [caption for caption in everywhere if caption.line != token.line]
        words.append(
            Word(
                token=token,
                text=text,
                own=own,
                on_line=_nearest_before(number, announced[token.line]),
                left=_nearest(token.box, others, _to_the_left),
                above=_nearest(token.box, others, _above),
                number=number,
                words_in_line=len(neighbours),
                before=tokens[neighbours[number - 1]].text if number else "",
                after=tokens[neighbours[number + 1]].text if number + 1 < len(neighbours) else "",
                shapes=frozenset(shape.type for shape in seen.fitting(text.upper())),
                trapped=seen.trap(text.upper()) is not None,
                makers=makers,
                letter_height=_height(token.box) / usual,
                width=width,
                height=height,
            )
        )
    return words


def _height(box: Box) -> int:
    return max(1, box.y1 - box.y0)


def _without_caption(text: str) -> tuple[str, frozenset[CodeType]]:
    """Return 'PF2XK3M8' for 'S/N:PF2XK3M8', and what the caption says."""
    found = captions.find(text)
    values = [caption.value for caption in found if caption.value]
    return (values[-1] if values else text), frozenset(caption.type for caption in found)


def _captions_of(line: int, tokens: Sequence[Token]) -> list[tuple[_Caption, int]]:
    """Return the captions of a line with their places, each with the number of the word after it."""
    text = " ".join(token.text for token in tokens)
    starts, position = [], 0
    for token in tokens:
        starts.append(position)
        position += len(token.text) + 1
    found = []
    for caption in captions.find(text):
        first = caption.start * len(text)
        last = first + len(caption.caption)
        inside = [i for i, start in enumerate(starts) if start < last - 0.5 and start + len(tokens[i].text) > first]
        if inside:
            boxes = [tokens[i].box for i in inside]
            place = Box(
                min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes)
            )
            found.append((_Caption(caption.type, place, line), inside[-1] + 1))
    return found


def _nearest_before(number: int, announced: Sequence[tuple[_Caption, int]]) -> CodeType | None:
    before = [(after, caption.type) for caption, after in announced if after <= number]
    return max(before, key=lambda pair: pair[0])[1] if before else None


def _nearest(word: Box, announced: Sequence[_Caption], distance: Callable[[Box, Box], float]) -> dict[CodeType, float]:
    found: dict[CodeType, float] = {}
    for caption in announced:
        away = distance(word, caption.box)
        if away < found.get(caption.type, FAR):
            found[caption.type] = away
    return found


def _to_the_left(word: Box, caption: Box) -> float:
    height = _height(word)
    aside = abs((word.y0 + word.y1) - (caption.y0 + caption.y1)) / 2 / height
    gap = (word.x0 - caption.x1) / height
    return max(0.0, gap) if aside <= 0.8 and -0.5 <= gap <= _FARTHEST_LEFT else FAR


def _above(word: Box, caption: Box) -> float:
    height = _height(word)
    gap = (word.y0 - caption.y1) / height
    overlaps = caption.x0 < word.x1 + height and caption.x1 > word.x0 - height
    return max(0.0, gap) if overlaps and -0.5 <= gap <= _FARTHEST_ABOVE else FAR


def without_caption(text: str) -> str:
    """Return the value that a word prints: 'PF2XK3M8' of 'S/N:PF2XK3M8'."""
    return squeeze(text) and _without_caption(text)[0]
