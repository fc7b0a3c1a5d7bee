"""The demonstration: an auction whose codes are all known, and what someone who knows them says in review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from troostwatch.domain.codes import Code, CodeType, squeeze
from troostwatch.domain.comparison import TrueCode
from troostwatch.domain.decisions import Verdict
from troostwatch.domain.queue import QueueItem

# Below this share of common characters two strings are different codes, not one code misread.
_MISREAD = 0.7


@dataclass(frozen=True, slots=True)
class DrawnAuction:
    """An auction that never was, while it is served."""

    name: str
    url: str
    site: str  # scheme, host and port
    lots: int
    photographs: int  # as lots show them; one that two lots show counts twice
    codes: tuple[TrueCode, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to say about a doubtful code, and what it is to be corrected to."""

    code_id: int
    verdict: Verdict
    type: CodeType
    value: str


def advise(queue: Iterable[QueueItem], codes: Sequence[TrueCode]) -> list[Advice]:
    """Return what a person with the sticker before them would decide about each doubtful code."""
    advice = []
    for item in queue:
        if item.code_id is None or item.code is None:
            continue  # nothing was read there: there is nothing to decide about
        here = [code for code in codes if code.url == item.url]
        verdict, kind, value = _verdict(item.code, here)
        advice.append(Advice(item.code_id, verdict, kind, value))
    return advice


def _verdict(code: Code, here: Sequence[TrueCode]) -> tuple[Verdict, CodeType, str]:
    mine = (code.type, squeeze(code.value))
    if any(mine in true.keys for true in here):
        return Verdict.APPROVED, code.type, code.value
    likeness = {true: _likeness(code, true) for true in here}
    meant = max(here, key=likeness.__getitem__, default=None)
    if meant is None or likeness[meant] < _MISREAD:
        return Verdict.REJECTED, code.type, code.value
    return Verdict.CORRECTED, meant.type, meant.value


def _likeness(code: Code, true: TrueCode) -> float:
    """Return how much alike the characters are, 0 to 1; under another type only the very same count."""
    matcher = SequenceMatcher(None, squeeze(code.value), squeeze(true.value), autojunk=False)
    share = matcher.ratio()
    return share if code.type is true.type or share == 1.0 else 0.0
