"""What people ask of the database: codes, lots, what a lot is, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from troostwatch.domain.calibration import Bin, reliability
from troostwatch.domain.errors import UsageError
from troostwatch.domain.identity import IdentityCode, identity
from troostwatch.domain.images import LotImage
from troostwatch.domain.judgement import naming
from troostwatch.domain.judgement.naming import NameOnLabel
from troostwatch.domain.remedies import Remedy
from troostwatch.domain.reports import CodeRow, LotSummary, Stats
from troostwatch.domain.runs import Run
from troostwatch.services.ports import Clock, Snapshots


@dataclass(frozen=True, slots=True)
class LotView:
    """A lot with all that its photographs told."""

    summary: LotSummary
    codes: tuple[IdentityCode, ...]
    photographs: tuple[LotImage, ...]
    on_label: NameOnLabel | None = None  # what the labels call the product
    contradiction: str | None = None  # in what they contradict the title


class ReportService:
    def __init__(self, snapshot: Snapshots, clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock

    def require(self, *, lots: Sequence[str] = (), auction: str | None = None) -> None:
        """Raise UsageError for lots, or an auction, of which the database knows nothing."""
        now = self._clock()
        with self._snapshot() as uow:
            unknown = [lot for lot in lots if not uow.reports.lots(now=now, lots=[lot])]
            if auction is not None and not uow.reports.lots(now=now, auction=auction, limit=1):
                raise UsageError(f"the database knows no lots of auction {auction}", hint=Remedy.SYNC.about(auction))
        if unknown:
            raise UsageError(
                f"the database knows no lot {', '.join(unknown)}",
                hint=Remedy.SYNC.about(" ".join(unknown)),
            )

    def codes(
        self, *, approved_only: bool = False, include_rejected: bool = False, lots: Sequence[str] = ()
    ) -> Iterator[CodeRow]:
        """Return codes in order of lot and position, as of one moment. Raises UsageError for unknown lots."""
        self.require(lots=lots)
        with self._snapshot() as uow:
            rows = list(uow.reports.codes(approved_only=approved_only, include_rejected=include_rejected, lots=lots))
        return iter(rows)

    def lots(
        self, *, limit: int | None = None, auction: str | None = None, closing_within: timedelta | None = None
    ) -> list[LotSummary]:
        self.require(auction=auction)
        now = self._clock()
        with self._snapshot() as uow:
            return uow.reports.lots(
                now=now,
                limit=limit,
                auction=auction,
                closing_before=now + closing_within if closing_within is not None else None,
            )

    def lot(self, display_id: str) -> LotView:
        """Return one lot. Raises UsageError when the database does not know it."""
        with self._snapshot() as uow:
            found = uow.reports.lots(now=self._clock(), lots=[display_id])
            if not found:
                raise UsageError(f"the database knows no lot {display_id}", hint=Remedy.SYNC.about(display_id))
            codes = identity(uow.reports.codes(lots=[display_id]))
            photographs = uow.images.of_lot(display_id)
            lines = uow.reports.lines(display_id)
        title = found[0].title or ""
        return LotView(
            summary=found[0],
            codes=tuple(codes),
            photographs=tuple(photographs),
            on_label=naming.on_label(title, lines),
            contradiction=naming.contradiction(title, lines),
        )

    def calibration(self) -> list[Bin]:
        """Return how probabilities compare with what people decided. Raises UsageError where nobody decided yet.

        People are asked about the doubtful codes first, so the bins of sure codes fill last.
        """
        with self._snapshot() as uow:
            judged = uow.reports.decided_confidences()
        if not judged:
            raise UsageError(
                "nobody has decided about a code yet, so there is nothing to compare with",
                hint=Remedy.DECIDE,
            )
        return reliability(judged)

    def stats(self) -> Stats:
        with self._snapshot() as uow:
            return uow.reports.stats()

    def runs(self, limit: int) -> list[Run]:
        with self._snapshot() as uow:
            return uow.runs.latest(limit)

    def last_runs(self) -> list[Run]:
        """Return the last run of each stage, however long ago it was."""
        with self._snapshot() as uow:
            return uow.runs.latest_of_stages()
