"""Doubtful codes before a person, and what the person says. No answer is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from troostwatch.domain.codes import Code, CodeStatus, CodeType, canonical
from troostwatch.domain.decisions import Decision, Verdict, seen
from troostwatch.domain.errors import ConflictError, UsageError
from troostwatch.domain.geometry import Box
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
    decision_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """How a decision was asked for: what the person saw of the code, and the asker's own name for the decision.

    Where the code is no longer that, nothing is stored; what was stored under the name before is not stored again.
    """

    seen: str | None = None
    request: str | None = None


_PLAINLY = Asked()


class ReviewService:
    def __init__(
        self, uow: UnitOfWork, clock: Clock, *, snapshot: Snapshots | None = None, by: str | None = None
    ) -> None:
        """`by` is the name under which decisions are kept."""
        self._uow = uow
        self._snapshot = snapshot or uow
        self._clock = clock
        self._by = by

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

    def approve(self, code_id: int, asked: Asked = _PLAINLY) -> Answer:
        return self._about(code_id, asked, lambda code: _decision(code, Verdict.APPROVED))

    def reject(self, code_id: int, asked: Asked = _PLAINLY) -> Answer:
        return self._about(code_id, asked, lambda code: _decision(code, Verdict.REJECTED))

    def correct(self, code_id: int, value: str, kind: CodeType | None = None, asked: Asked = _PLAINLY) -> Answer:
        """Say that the code reads `value` and, with `kind`, that it is of another type."""

        def corrected(code: Code) -> Decision:
            right = (kind or code.type, checked(kind or code.type, value))
            if right == code.key:
                return _decision(code, Verdict.APPROVED)
            return Decision(code.type, code.value, Verdict.CORRECTED, code.box, *right)

        return self._about(code_id, asked, corrected)

    def decide_all(self, verdict: Verdict, chosen: Sequence[tuple[int, str]], *, request: str) -> list[Answer]:
        """Approve or reject several codes as one: all of (id, what was seen of it), or none.

        Raises ConflictError when one of them is no longer what was seen.
        """
        answers = []
        with self._uow() as uow:
            for number, (code_id, as_seen) in enumerate(chosen):
                asked = Asked(as_seen, f"{request}:{number}")
                answers.append(self._stored(uow, code_id, asked, lambda code: _decision(code, verdict)))
            uow.commit()
        return answers

    def add(self, image_id: int, kind: CodeType, value: str, box: Box | None = None, asked: Asked = _PLAINLY) -> Answer:
        """Say that a photograph shows a code that no reader reported, in the box if it is told."""
        with self._uow() as uow:
            sha256 = _content_of(uow, image_id)
            right = checked(kind, value)
            number = uow.decisions.of_request(asked.request) if asked.request else None
            if number is not None:
                return Answer(None, "stored before", number)
            number = self._decide(uow, sha256, Decision(kind, right, Verdict.APPROVED, box), asked.request)
            code_id = next(number for number, code in uow.codes.of_content(sha256) if code.key == (kind, right))
            uow.commit()
        return Answer(code_id, f"added {kind} {right} to photograph {image_id} as code {code_id}", number)

    def dismiss(self, image_id: int) -> Answer:
        """Say that nothing more is to be read on a photograph."""
        return self._mark(image_id, f"photograph {image_id} needs no more review", now=self._clock())

    def reopen(self, image_id: int) -> Answer:
        """Take back that nothing more is to be read on a photograph."""
        return self._mark(image_id, f"photograph {image_id} is looked at again", now=None)

    def _mark(self, image_id: int, text: str, *, now: datetime | None) -> Answer:
        with self._uow() as uow:
            sha256 = _content_of(uow, image_id)
            uow.decisions.mark_reviewed(sha256, now=now)
            self._resettle(uow, sha256)
            uow.commit()
        return Answer(None, text)

    def undo(self, code_id: int) -> Answer:
        """Take back the standing decision about a code; the row of it stays."""
        with self._uow() as uow:
            sha256, code = _found(uow, code_id)
            if not uow.decisions.undo(sha256, code.type, code.value, now=self._clock()):
                raise UsageError(f"nobody decided about code {code_id} ({code.type} {code.value})")
            self._resettle(uow, sha256)
            uow.commit()
        return Answer(code_id, f"took back the decision about {code.type} {code.value}")

    def take_back(self, decision_ids: Sequence[int]) -> list[int]:
        """Take these very decisions back, all at once; return those that still stood."""
        taken = []
        with self._uow() as uow:
            for number in decision_ids:
                if sha256 := uow.decisions.take_back(number, now=self._clock()):
                    self._resettle(uow, sha256)
                    taken.append(number)
            uow.commit()
        return taken

    def _about(self, code_id: int, asked: Asked, decide: Callable[[Code], Decision]) -> Answer:
        with self._uow() as uow:
            answer = self._stored(uow, code_id, asked, decide)
            uow.commit()
        return answer

    def _stored(self, uow: Unit, code_id: int, asked: Asked, decide: Callable[[Code], Decision]) -> Answer:
        """Store a decision about a code that is still what was seen; one that was stored before is stored once."""
        if asked.request and (known := uow.decisions.of_request(asked.request)) is not None:
            return Answer(code_id, "stored before", known)
        if asked.seen is not None and uow.codes.find(code_id) is None:
            raise ConflictError("a new reading does not see this code any more; nothing was stored")
        sha256, code = _found(uow, code_id)
        if asked.seen is not None and asked.seen != seen(code):
            by = f" by {code.decided_by}" if code.decided_by else ""
            raise ConflictError(f"{code.type} {code.value} is {code.status}{by} by now; nothing was stored")
        decision = decide(code)
        number = self._decide(uow, sha256, decision, asked.request)
        became = f" to {decision.corrected_type} {decision.corrected_value}" if decision.corrected_type else ""
        return Answer(code_id, f"{decision.verdict} {code.type} {code.value}{became}", number)

    def _decide(self, uow: Unit, sha256: str, decision: Decision, request: str | None) -> int:
        number = uow.decisions.add(sha256, decision, now=self._clock(), by=self._by, request=request)
        self._resettle(uow, sha256)
        return number

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


def checked(kind: CodeType, value: str) -> str:
    """Return the form in which a value that a person typed is kept. Raises UsageError for what cannot be one."""
    right = canonical(kind, value)
    if not right or not right.isprintable() or len(right) > _LONGEST:
        raise UsageError(f"a code needs a value of 1 to {_LONGEST} printable characters")
    if kind in _CHECKED and not checks.plausible(kind, right):
        raise UsageError(
            f"{value.strip()} is no {kind}: its digits do not check",
            hint="compare it with the label again; what is printed wrong there can be kept as other:VALUE",
        )
    return right
