"""What a lot is: the codes of its photographs, agreed over all of them, with "which photograph says so"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from troostwatch.domain.codes import CodeStatus, CodeType, squeeze
from troostwatch.domain.reports import CodeRow

# Photographs of one sticker share its light and its printer's faults: they never add up to certainty.
_MOST = 0.999


@dataclass(frozen=True, slots=True)
class IdentityCode:
    """One code of a lot and the photographs that show it."""

    type: CodeType
    value: str
    confidence: float
    status: CodeStatus
    positions: tuple[int, ...]
    evidence: tuple[str, ...]
    shared_with: tuple[str, ...]  # lots that show the same photographs
    about_another_unit: bool  # names one unit, and only photographs shared with other lots show it


def identity(rows: Iterable[CodeRow]) -> list[IdentityCode]:
    """Return the codes of one lot, agreed over its photographs (noisy-or): approved first, then the most probable.

    `rows` are the codes of a single lot, without the rejected ones.
    """
    groups: dict[tuple[CodeType, str], list[CodeRow]] = defaultdict(list)
    for row in rows:
        groups[row.code.type, squeeze(row.code.value)].append(row)
    agreed = [_agreed(group) for group in groups.values()]
    order = list(CodeType)
    return sorted(agreed, key=lambda c: (order.index(c.type), c.status != "approved", -c.confidence, c.value))


def _agreed(group: list[CodeRow]) -> IdentityCode:
    best = max(group, key=lambda row: (row.code.status is CodeStatus.APPROVED, row.code.confidence))
    per_content = {row.content: row.code.confidence for row in group}
    confidence = 1 - prod(1 - c for c in per_content.values())
    return IdentityCode(
        type=best.code.type,
        value=best.code.value,
        confidence=round(min(max(confidence, best.code.confidence), max(_MOST, best.code.confidence)), 4),
        status=best.code.status,
        positions=tuple(sorted({row.position for row in group})),
        evidence=best.code.evidence,
        shared_with=tuple(sorted({lot for row in group for lot in row.shared_with})),
        about_another_unit=all(row.about_another_unit for row in group),
    )
