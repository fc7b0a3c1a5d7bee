"""Doubtful codes before a person, and what the person says. No answer is ever lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from troostwatch.domain.codes import Code, CodeStatus, CodeType, canonical
from troostwatch.domain.decisions import Decision, Verdict
from troostwatch.domain.errors import UsageError
from troostwatch.domain.judgement import checks
from troostwatch.domain.queue import QueueItem
from troostwatch.domain.remedies import Remedy
from troostwatch.services.ports import Clock, Snapshots, UnitOfWork
from troostwatch.services.settling import settle_content

if TYPE_CHECKING:
    from troostwatch.services.ports import Snapshot, Unit

_LONGEST = 200
# Types whose values check themselves: what fails here is a typing error.
_CHECKED = frozenset({CodeType.EAN, CodeType.IMEI, CodeType.EID, CodeType.MAC_ADDRESS, CodeType.UUID})


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a decision, for the person who made it."""

    code_id: int | None
    text: str


class ReviewService:
    def __init__(self, uow: UnitOfWork, clock: Clock, *, snapshot: Snapshots | None = None) -> None:
        self._uow = uow
        self._snapshot = snapshot or uow
        self._clock = clock

    def queue(
        self, *, limit: int | None = None, lots: Sequence[str] = (), all_pending: bool = False
    ) -> list[QueueItem]:
        """Return what a person should look at: lots closing soonest first, then the most doubtful code first.

        With `all_pending` also codes that are sure enough not to ask, and that nobody approved.
        """
        with self._snapshot() as uow:
            return uow.reports.queue(now=self._clock(), limit=limit, lots=lots, all_pending=all_pending)

    def waits(self, image_id: int, code_id: int | None) -> bool:
        """Tell whether an item of the queue still asks: nobody decided about its code or dismissed its photograph."""
        with self._snapshot() as uow:
            if uow.decisions.is_reviewed(_content_of(uow, image_id)):
                return False
            found = uow.codes.find(code_id) if code_id is not None else None
        return code_id is None or (found is not None and found[1].status is CodeStatus.PENDING)

    def approve(self, code_id: int) -> Answer:
        with self._uow() as uow:
            sha256, code = _found(uow, code_id)
            self._decide(uow, sha256, _decision(code, Verdict.APPROVED))
            uow.commit()
        return Answer(code_id, f"approved {code.type} {code.value}")

    def reject(self, code_id: int) -> Answer:
        with self._uow() as uow:
            sha256, code = _found(uow, code_id)
            self._decide(uow, sha256, _decision(code, Verdict.REJECTED))
            uow.commit()
        return Answer(code_id, f"rejected {code.type} {code.value}")

    def correct(self, code_id: int, value: str, kind: CodeType | None = None) -> Answer:
        """Say that the code reads `value` and, with `kind`, that it is of another type."""
        with self._uow() as uow:
            sha256, code = _found(uow, code_id)
            right_type = kind or code.type
            right_value = _checked(right_type, value)
            if (right_type, right_value) == code.key:
                decision = _decision(code, Verdict.APPROVED)
            else:
                decision = Decision(code.type, code.value, Verdict.CORRECTED, code.box, right_type, right_value)
            self._decide(uow, sha256, decision)
            uow.commit()
        return Answer(code_id, f"corrected {code.type} {code.value} to {right_type} {right_value}")

    def add(self, image_id: int, kind: CodeType, value: str) -> Answer:
        """Say that a photograph shows a code that no reader reported."""
        with self._uow() as uow:
            sha256 = _content_of(uow, image_id)
            right = _checked(kind, value)
            self._decide(uow, sha256, Decision(kind, right, Verdict.APPROVED))
            code_id = next(number for number, code in uow.codes.of_content(sha256) if code.key == (kind, right))
            uow.commit()
        return Answer(code_id, f"added {kind} {right} to photograph {image_id} as code {code_id}")

    def dismiss(self, image_id: int) -> Answer:
        """Say that nothing more is to be read on a photograph."""
        with self._uow() as uow:
            sha256 = _content_of(uow, image_id)
            uow.decisions.mark_reviewed(sha256, now=self._clock())
            self._resettle(uow, sha256)
            uow.commit()
        return Answer(None, f"photograph {image_id} needs no more review")

    def reopen(self, image_id: int) -> Answer:
        """Take back that nothing more is to be read on a photograph."""
        with self._uow() as uow:
            sha256 = _content_of(uow, image_id)
            uow.decisions.mark_reviewed(sha256, now=None)
            self._resettle(uow, sha256)
            uow.commit()
        return Answer(None, f"photograph {image_id} is looked at again")

    def undo(self, code_id: int) -> Answer:
        """Take back the standing decision about a code; the row of it stays."""
        with self._uow() as uow:
            sha256, code = _found(uow, code_id)
            if not uow.decisions.undo(sha256, code.type, code.value, now=self._clock()):
                raise UsageError(f"nobody decided about code {code_id} ({code.type} {code.value})")
            self._resettle(uow, sha256)
            uow.commit()
        return Answer(code_id, f"took back the decision about {code.type} {code.value}")

    def _decide(self, uow: Unit, sha256: str, decision: Decision) -> None:
        uow.decisions.add(sha256, decision, now=self._clock())
        self._resettle(uow, sha256)

    @staticmethod
    def _resettle(uow: Unit, sha256: str) -> None:
        """Work out anew what stands on a content, from what was read and what was decided."""
        analysis = uow.codes.analysis_of(sha256)
        assert analysis is not None
        settle_content(
            uow,
            sha256,
            analysis.image_id,
            [code for _, code in uow.codes.of_content(sha256)],
            thresholds=analysis.thresholds,
            unread_reason=analysis.unread_reason,
            now=None,
        )


def _found(uow: Snapshot, code_id: int) -> tuple[str, Code]:
    found = uow.codes.find(code_id)
    if found is None:
        raise UsageError(f"there is no code {code_id}", hint=Remedy.LIST_CODES)
    return found


def _content_of(uow: Snapshot, image_id: int) -> str:
    image = uow.images.get(image_id)
    if image is None or image.sha256 is None or uow.codes.analysis_of(image.sha256) is None:
        raise UsageError(f"there is no analyzed photograph {image_id}", hint=Remedy.ANALYZE)
    return image.sha256


def _decision(code: Code, verdict: Verdict) -> Decision:
    return Decision(code.type, code.value, verdict, code.box)


def _checked(kind: CodeType, value: str) -> str:
    right = canonical(kind, value)
    if not right or not right.isprintable() or len(right) > _LONGEST:
        raise UsageError(f"a code needs a value of 1 to {_LONGEST} printable characters")
    if kind in _CHECKED and not checks.plausible(kind, right):
        raise UsageError(
            f"{value.strip()} is no {kind}: its digits do not check",
            hint="compare it with the label again; what is printed wrong there can be kept as other:VALUE",
        )
    return right
