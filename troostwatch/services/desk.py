"""What a person at a screen needs at once: items of the queue with all that decides on them, lists of lots, the day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from troostwatch.domain.alternatives import Alternative, alternatives
from troostwatch.domain.codes import Code, CodeStatus
from troostwatch.domain.decisions import DecisionRow, seen
from troostwatch.domain.images import LotImage, Stored
from troostwatch.domain.lot_list import Cursor, LotFacts, LotFilters, Order
from troostwatch.domain.queue import QueueItem
from troostwatch.domain.readings import Reading, ReadingKind
from troostwatch.domain.reports import LotDescription, QuestionTotals
from troostwatch.domain.runs import Run
from troostwatch.services.ports import Clock, Snapshots

if TYPE_CHECKING:
    from troostwatch.services.ports import Snapshot

_A_DAY = timedelta(hours=24)
_CONTRADICTIONS = 10
_RUNS = 12


@dataclass(frozen=True, slots=True)
class DeskItem:
    """One thing to decide about, with the photograph and everything that was read on it."""

    item: QueueItem
    size: tuple[int, int]  # of the upright photograph
    codes: tuple[tuple[int, Code], ...]  # all codes of the photograph
    readings: tuple[Reading, ...]
    rivals: tuple[Alternative, ...]
    strip: tuple[LotImage, ...]  # the photographs of the lot
    seen: str | None  # goes with the decision

    @property
    def turns(self) -> int:
        """Return by how many quarters to the left the code has to be turned to be read."""
        box = self.item.code.box if self.item.code else None
        if box is None:
            return 0
        there = [r for r in self.readings if r.kind is not ReadingKind.OPINION and r.quad.box.overlap(box)]
        nearest = max(there, key=lambda r: (r.kind is ReadingKind.TEXT, r.quad.box.overlap(box)), default=None)
        return round(nearest.quad.angle / (math.pi / 2)) % 4 if nearest else 0


@dataclass(frozen=True, slots=True)
class Page:
    items: tuple[DeskItem, ...]
    after: Cursor | None  # where the next page begins; None at the end


@dataclass(frozen=True, slots=True)
class Day:
    """What a person wants to know first."""

    left: int
    closing: tuple[LotFacts, ...]  # within a day
    closing_count: int
    contradicting: tuple[LotFacts, ...]
    contradicting_count: int
    runs: tuple[Run, ...]
    questions: QuestionTotals
    has_decisions: bool


class DeskService:
    """Reads only; what a person decides goes to the review."""

    def __init__(self, snapshot: Snapshots, clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock

    def page(self, *, after: Cursor | None = None, least: int = 8) -> Page:
        """Return items of the queue, those of whole lots, behind a place in it: at least so many, where they are."""
        now = self._clock()
        items: dict[tuple[str, int | None], DeskItem] = {}
        with self._snapshot() as uow:
            while len(items) < least:
                lots = uow.facts.waiting_lots(now=now, after=after, limit=least)
                for lot in lots:
                    after = lot
                    for item in uow.reports.queue(now=now, lots=[lot.display_id]):
                        items.setdefault((item.content, item.code_id), _full(uow, item))
                    if len(items) >= least:
                        break
                if len(lots) < least:
                    exhausted = not lots or after == lots[-1]
                    return Page(tuple(items.values()), None if exhausted else after)
        return Page(tuple(items.values()), after)

    def left(self) -> int:
        """Return how many items wait."""
        with self._snapshot() as uow:
            return uow.reports.waiting()

    def pending_of_lot(self, lot: str) -> list[tuple[int, Code, str]]:
        """Return (id, code, what is seen of it) of the codes of a lot that nobody decided about."""
        with self._snapshot() as uow:
            rows = {row.code_id: row.code for row in uow.reports.codes(lots=[lot])}
        return _asked(rows)

    def pending_like(self, code_id: int) -> list[tuple[int, Code, str]]:
        """Return the undecided codes of the same type and value on all photographs, this one among them."""
        with self._snapshot() as uow:
            found = uow.codes.find(code_id)
            rows = dict(uow.codes.with_value(found[1].type, found[1].value)) if found else {}
        return _asked(rows)

    def lots(
        self, filters: LotFilters, order: Order, *, after: Cursor | None = None, limit: int = 50
    ) -> list[LotFacts]:
        with self._snapshot() as uow:
            return uow.facts.page(filters, order, now=self._clock(), after=after, limit=limit)

    def facts(self, lots: Sequence[str]) -> list[LotFacts]:
        """Return the facts of some lots."""
        with self._snapshot() as uow:
            return uow.facts.of(lots)

    def count(self, filters: LotFilters) -> int:
        with self._snapshot() as uow:
            return uow.facts.count(filters, now=self._clock())

    def description(self, lot: str) -> LotDescription:
        with self._snapshot() as uow:
            return uow.reports.description(lot)

    def history(self, contents: Sequence[str]) -> list[DecisionRow]:
        """Return all decisions on some photographs, the latest first."""
        with self._snapshot() as uow:
            return uow.decisions.history(contents)

    def photograph(self, sha256: str) -> Stored | None:
        """Return a photograph by its content, or None where none is here."""
        with self._snapshot() as uow:
            return uow.reports.photograph(sha256)

    def codes_of(self, sha256: str) -> list[tuple[int, Code]]:
        with self._snapshot() as uow:
            return uow.codes.of_content(sha256)

    def size_of(self, sha256: str) -> tuple[int, int]:
        """Return width and height of an upright photograph."""
        with self._snapshot() as uow:
            content = uow.images.content(sha256)
        return content.width, content.height

    def stale(self) -> int:
        """Return of how many lots the facts are not worked out yet, since they changed."""
        with self._snapshot() as uow:
            return uow.search.stale()

    def day(self) -> Day:
        soon, odd = LotFilters(closing_within=_A_DAY), LotFilters(contradicting=True, over=False)
        now = self._clock()
        with self._snapshot() as uow:
            return Day(
                left=uow.reports.waiting(),
                closing=tuple(uow.facts.page(soon, Order.CLOSING, now=now, after=None, limit=_CONTRADICTIONS)),
                closing_count=uow.facts.count(soon, now=now),
                contradicting=tuple(uow.facts.page(odd, Order.CLOSING, now=now, after=None, limit=_CONTRADICTIONS)),
                contradicting_count=uow.facts.count(odd, now=now),
                runs=tuple(uow.runs.latest(_RUNS)),
                questions=uow.reports.questions(),
                has_decisions=uow.reports.has_decisions(),
            )


def _full(uow: Snapshot, item: QueueItem) -> DeskItem:
    content = uow.images.content(item.content)
    codes, readings = uow.codes.of_content(item.content), uow.codes.readings_of(item.content)
    others = [code for code_id, code in codes if code_id != item.code_id and code.status is not CodeStatus.REJECTED]
    return DeskItem(
        item=item,
        size=(content.width, content.height),
        codes=tuple(codes),
        readings=tuple(readings),
        rivals=tuple(alternatives(item.code, others, readings)) if item.code else (),
        strip=tuple(image for image in uow.images.of_lot(item.lots[0]) if image.sha256 and not image.vanished_at),
        seen=seen(item.code) if item.code else None,
    )


def _asked(rows: dict[int, Code]) -> list[tuple[int, Code, str]]:
    return [(number, code, seen(code)) for number, code in rows.items() if code.status is CodeStatus.PENDING]
