"""What a person said about a code, and what becomes of the codes of a photograph when it is heard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from troostwatch.domain.codes import PERSON_CONFIDENCE, Code, CodeStatus, CodeType, DecidedBy, Origin
from troostwatch.domain.geometry import Box


class Verdict(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Decision:
    """A standing answer about (type, value) on one content."""

    type: CodeType
    value: str
    verdict: Verdict
    box: Box | None = None
    corrected_type: CodeType | None = None
    corrected_value: str | None = None

    @property
    def right(self) -> tuple[CodeType, str] | None:
        """Return the (type, value) that the person says is there, or None for a rejection."""
        if self.verdict is Verdict.REJECTED:
            return None
        if self.corrected_type and self.corrected_value:
            return self.corrected_type, self.corrected_value
        return self.type, self.value


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision as it is kept: when, by whom, and whether it was taken back."""

    id: int
    content: str  # SHA-256 of the photograph
    decision: Decision
    decided_at: datetime
    decided_by: str | None
    undone_at: datetime | None


def seen(code: Code) -> str:
    """Return a sign of what a person saw of a code; it changes when anything does that the decision rests on."""
    box = code.box.as_list() if code.box else None
    state = (code.type, code.value, code.status, code.decided_by, round(code.confidence, 4), box)
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def settle(codes: Iterable[Code], decisions: Sequence[Decision], *, auto_approve_threshold: float) -> list[Code]:
    """Return the codes with their statuses: the person's word first, then the rule.

    A decided code keeps its decision, a rejected one stays rejected whatever a reader says, and what a person
    approved or typed is there even when no reader sees it (any more).
    """
    read = {code.key: code for code in codes if code.origin is Origin.READING}
    settled = {key: _by_rule(code, auto_approve_threshold) for key, code in read.items()}
    for decision in decisions:  # oldest first: a later word about the same code wins
        old = (decision.type, decision.value)
        if decision.right != old and old in settled:
            settled[old] = replace(settled[old], status=CodeStatus.REJECTED, decided_by=DecidedBy.PERSON)
        if right := decision.right:
            settled[right] = _by_person(read.get(right), right, decision.box)
    return list(settled.values())


def _by_rule(code: Code, threshold: float) -> Code:
    if code.confidence >= threshold:
        return replace(code, status=CodeStatus.APPROVED, decided_by=DecidedBy.RULE)
    return replace(code, status=CodeStatus.PENDING, decided_by=None)


def _by_person(read: Code | None, key: tuple[CodeType, str], box: Box | None) -> Code:
    if read:
        return replace(read, status=CodeStatus.APPROVED, decided_by=DecidedBy.PERSON)
    return Code(
        type=key[0],
        value=key[1],
        confidence=PERSON_CONFIDENCE,
        box=box,
        context=None,
        evidence=("a person says so",),
        readers=(),
        status=CodeStatus.APPROVED,
        decided_by=DecidedBy.PERSON,
        origin=Origin.PERSON,
    )
