"""What a paid reader was asked, what it answered, and how much may be spent on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.judgement import captions
from troostwatch.domain.readings import Reading, ReadingKind

# A photograph whose questions failed so often is not asked about again; another model or prompt is.
MOST_FAILURES = 3
MOST_CALLS_EACH = 2  # the label, then the whole photograph

# A label that fills so much of the photograph needs no picture of its own.
_FILLS = 0.7
_MARGIN = 0.06  # around the label, as a share of the photograph's longer side


class View(StrEnum):
    """What of a photograph is shown."""

    LABEL = "label"
    PHOTOGRAPH = "photograph"


class Verdict(StrEnum):
    """What came of a question."""

    ANSWERED = "answered"
    REFUSED = "refused"  # the model will not speak about this picture: as final as an answer
    MALFORMED = "malformed"  # paid, and not what was asked for
    FAILED = "failed"  # no answer at all


@dataclass(frozen=True, slots=True)
class NamedCode:
    """A code that the second reader names, and where: `box` in pixels of the upright photograph."""

    type: CodeType
    value: str  # as printed
    caption: str | None
    box: Box


@dataclass(frozen=True, slots=True)
class Answer:
    codes: tuple[NamedCode, ...]
    enough: bool  # what was shown sufficed to read them all


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one view of one content, with what came of it and what it cost."""

    content: str  # SHA-256
    reader: str
    model: str
    prompt_version: str
    view: View
    verdict: Verdict
    answer: Answer | None
    message: str | None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_eur: float = 0.0


def version_of(model: str, prompt_version: str) -> str:
    """Return what is told as the version of a second reader."""
    return f"{model}, prompt {prompt_version}"


@dataclass(frozen=True, slots=True)
class Spent:
    calls: int = 0
    eur: float = 0.0

    def plus(self, questions: Iterable[Question]) -> Spent:
        questions = list(questions)
        return Spent(self.calls + len(questions), self.eur + sum(q.cost_eur for q in questions))


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one run, and all runs of a day (UTC) together, may spend. None is no limit."""

    calls_per_run: int | None = None
    calls_per_day: int | None = None
    eur_per_run: float | None = None
    eur_per_day: float | None = None

    def calls_left(self, *, run: Spent, day: Spent, under_way: int, price: float) -> int:
        """Return how many more questions may be asked now, `under_way` ones and `price` euros for each reckoned in."""
        left = [
            limit - spent.calls - under_way
            for limit, spent in ((self.calls_per_run, run), (self.calls_per_day, day))
            if limit is not None
        ]
        for money, spent in ((self.eur_per_run, run), (self.eur_per_day, day)):
            if money is not None:
                rest = money - spent.eur - under_way * price
                left.append(math.floor(rest / price + 1e-9) if price > 0 else MOST_CALLS_EACH * (rest > 0))
        return max(0, min(left, default=MOST_CALLS_EACH))


def label_box(readings: Sequence[Reading], *, width: int, height: int) -> Box | None:
    """Return where the label lies: all symbols, captions and print with digits; None where a crop shows no more."""
    boxes = [r.quad.box for r in readings if _belongs_to_label(r)]
    if not boxes:
        return None
    margin = round(_MARGIN * max(width, height))
    box = Box(
        max(0, min(b.x0 for b in boxes) - margin),
        max(0, min(b.y0 for b in boxes) - margin),
        min(width, max(b.x1 for b in boxes) + margin),
        min(height, max(b.y1 for b in boxes) + margin),
    )
    return box if 0 < box.area < _FILLS * width * height else None


def _belongs_to_label(reading: Reading) -> bool:
    match reading.kind:
        case ReadingKind.SYMBOL | ReadingKind.UNDECODED:
            return True
        case ReadingKind.TEXT:
            return any(c.isdigit() for c in reading.text) or bool(captions.find(reading.text))
        case _:
            return False


def opinions(questions: Iterable[Question]) -> list[Reading]:
    """Return what was named as readings for the judgement; what two views both show is said once."""
    found: dict[tuple[CodeType, str], Reading] = {}
    for question in questions:
        for code in question.answer.codes if question.answer else ():
            box = code.box
            found.setdefault(
                (code.type, code.value),
                Reading(
                    reader=question.reader,
                    kind=ReadingKind.OPINION,
                    text=code.value,
                    quad=Quad.upright(box.x0, box.y0, box.x1, box.y1),
                    says=code.type,
                ),
            )
    return list(found.values())


def views_left(known: Mapping[View, Question], box: Box | None) -> list[View]:
    """Return what to show next, the label first; nothing where what was answered suffices."""
    if any(q.verdict is Verdict.REFUSED or (q.answer and q.answer.enough) for q in known.values()):
        return []
    wanted = [View.LABEL, View.PHOTOGRAPH] if box else [View.PHOTOGRAPH]
    return [view for view in wanted if view not in known]
