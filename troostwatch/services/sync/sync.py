"""Bringing what the site says into the database: listings first, then the pages that may have changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from troostwatch.domain.errors import SiteRefusedError, SourceError, TroostwatchError, UsageError, unforeseen
from troostwatch.domain.lots import (
    FailedItem,
    ListedLot,
    ListingPage,
    LotDetailData,
    NotUnderstood,
    PageAddress,
    auction_of,
    page_is_due,
)
from troostwatch.domain.sites import EARLIEST
from troostwatch.services.ports import Clock, OpenPages, PageSource, Progress, Stop, UnitOfWork, say_nothing, stopped_by
from troostwatch.services.sync.report import SyncReport

_log = logging.getLogger(__name__)

_A_DAY = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Due:
    """A lot whose page is to be read: the little that is kept of a listing of hundreds."""

    address: PageAddress
    closes_at: datetime
    closed: bool
    digest: str

    @property
    def urgency(self) -> tuple[bool, datetime]:
        return self.closed, self.closes_at


@dataclass(slots=True)
class _Task:
    """One run: what was asked for, and what came of it so far."""

    report: SyncReport
    pages: PageSource
    stop: Stop
    limit: int | None
    closing_before: datetime | None

    @property
    def over(self) -> bool:
        """Tell whether no other page is to be read: asked to stop, or the limit reached."""
        if self.stop.requested and self.report.stopped is None:
            self.report.stopped = stopped_by(self.stop)
        return self.report.stopped is not None or self.full

    @property
    def full(self) -> bool:
        done = len(self.report.planned) if self.report.dry_run else self.report.lots_read
        return self.limit is not None and done >= self.limit


class SyncService:
    def __init__(
        self,
        uow: UnitOfWork,
        pages: OpenPages,
        clock: Clock,
        *,
        refresh_after: timedelta,
        progress: Progress | None = None,
    ) -> None:
        self._uow = uow
        self._pages = pages
        self._clock = clock
        self._refresh_after = refresh_after
        self._progress = progress or say_nothing

    def sync(
        self,
        sources: Sequence[str],
        *,
        dry_run: bool = False,
        limit: int | None = None,
        closing_within: timedelta | None = None,
        stop: Stop,
        unattended: bool = False,
    ) -> SyncReport:
        """Read the sources one after the other and commit lot by lot.

        `limit` is the most lot pages to read. `closing_within` leaves out lots of a listing that close later,
        or that do not say when. Raises UsageError before anything is read when a source makes no sense;
        `unattended`, with nobody to mend it, the other sources go on.
        """
        report = SyncReport(dry_run=dry_run)
        closing_before = self._clock() + closing_within if closing_within is not None else None
        if not dry_run:
            with self._uow() as uow:
                uow.lots.forget_times_ahead(now=self._clock())
                uow.commit()
        with self._pages() as pages:
            task = _Task(report, pages, stop, limit, closing_before)
            if not unattended:
                for source in sources:
                    pages.locate(source)
            for source in sources:
                if task.over:
                    break
                try:
                    self._sync_source(task, source, pages.locate(source))
                except (SourceError, UsageError) as error:
                    # A site that refuses ends its source; the other sources may be elsewhere, or on disk.
                    report.refused.append(FailedItem(source, str(error), error.hint))
                except TroostwatchError:
                    raise
                except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
                    _log.exception("%s: unforeseen error", source)
                    report.refused.append(FailedItem(source, unforeseen(error)))
        return report

    def _sync_source(self, task: _Task, source: str, address: PageAddress | None) -> None:
        if address is None:
            self._sync_saved(task, source)
        elif address.is_lot:
            task.report.lots_seen += 1
            self._read_page(task, self._with_known_slug(address), digest=None)
        else:
            self._sync_auction(task, self._with_known_slug(address))

    def _sync_auction(self, task: _Task, address: PageAddress) -> None:
        due = sorted(self._sync_listing(task, address), key=lambda lot: lot.urgency)
        for number, lot in enumerate(due):
            if task.over:
                return
            self._progress(number, len(due), lot.address.display_id)
            url = lot.address.url
            with _one_of_many(task.report, url):
                self._read_page(task, lot.address, digest=lot.digest)

    def _sync_listing(self, task: _Task, address: PageAddress) -> list[_Due]:
        """Store what the listing says, page by page; return the lots whose own pages are to be read."""
        due: dict[str, _Due] = {}
        shown: set[str] = set()
        promised = 0
        for page in task.pages.listing(address):
            if isinstance(page, FailedItem):
                task.report.failed.append(page)
                continue
            self._progress(task.report.lots_seen, page.total, f"listing of {address.display_id}")
            self._record_listing(task, page)
            shown.update(lot.display_id for lot in page.lots)
            promised = page.total if page.total is not None else promised
            for lot in self._due_lots(task, page.lots, address):
                due.setdefault(lot.address.display_id, lot)
            if task.over:
                break
        if len(shown) < promised and not task.over:
            task.report.failed.append(_missing(address.url, len(shown), promised))
        return list(due.values())

    def _due_lots(self, task: _Task, lots: Sequence[ListedLot], address: PageAddress) -> Iterable[_Due]:
        now = self._clock()
        with self._uow() as uow:
            known = uow.lots.page_states([lot.display_id for lot in lots])
        for lot in lots:
            if not _closes_before(lot, now, task.closing_before):
                continue
            state = known.get(lot.display_id)
            if not page_is_due(lot, state, now=now, refresh_after=self._refresh_after):
                task.report.unchanged += 1
                continue
            closes_at = lot.closes_at or _NEVER
            yield _Due(
                replace(address, display_id=lot.display_id, slug=lot.slug),
                closes_at,
                closed=closes_at <= now,
                digest=lot.page_digest,
            )

    def _read_page(self, task: _Task, address: PageAddress, *, digest: str | None) -> None:
        """Read the page of a lot and store it; `digest` is what the listing tells of it, where there is one."""
        if task.report.dry_run:
            task.report.planned.append(address.url)
            return
        detail = task.pages.lot(address)
        self._record_page(task, detail, read_at=self._clock(), digest=digest or detail.page_digest)

    def _sync_saved(self, task: _Task, source: str) -> None:
        for number, page in enumerate(task.pages.saved(source)):
            if isinstance(page, FailedItem):
                task.report.failed.append(page)
            elif isinstance(page, ListingPage):
                with _one_of_many(task.report, page.auction.display_id):
                    self._record_listing(task, page, saved=True)
                if page.total and not page.lots:
                    task.report.failed.append(_missing(f"listing of {page.auction.display_id}", 0, page.total))
            else:
                task.report.lots_seen += 1
                self._progress(number, None, page.display_id)
                with _one_of_many(task.report, page.display_id):
                    self._record_saved(task, page)
            if task.over:
                return

    def _record_saved(self, task: _Task, detail: LotDetailData) -> None:
        if task.report.dry_run:
            task.report.planned.append(detail.display_id)
            return
        # A saved page was read when the browser read it: an old one is soon due to be read again.
        read_at = self._not_ahead(task, "lot page", detail.observed_at, instead=EARLIEST)
        detail = replace(detail, observed_at=read_at)
        self._record_page(task, detail, read_at=read_at, digest=detail.page_digest)

    def _record_listing(self, task: _Task, page: ListingPage, *, saved: bool = False) -> None:
        task.report.auctions.add(page.auction.display_id)
        task.report.lots_seen += len(page.lots)
        task.report.note("listing page", page.not_understood)
        for lot in page.lots:
            task.report.note("lot", lot.not_understood)
        task.report.note("lot", page.unnamed, seen=len(page.unnamed))
        if task.report.dry_run:
            return
        observed_at = self._not_ahead(task, "listing page", page.observed_at, instead=EARLIEST if saved else None)
        with self._uow() as uow:
            uow.auctions.record(page.auction, observed_at=observed_at)
            for lot in page.lots:
                uow.lots.record_listed(lot, observed_at=observed_at)
            uow.commit()

    def _not_ahead(self, task: _Task, kind: str, time: datetime | None, *, instead: datetime | None = None) -> datetime:
        """Return a time that a page tells, or now: who tells of the future would be believed until then.

        What tells of a day ahead or later has no time. A saved page then counts as older than all that have one.
        """
        now = self._clock()
        if time and time > now + _A_DAY:
            task.report.note(kind, [NotUnderstood("time of the page", time.isoformat())], seen=0)
            return instead or now
        return min(time or now, now)

    def _record_page(self, task: _Task, detail: LotDetailData, *, read_at: datetime, digest: str) -> None:
        task.report.note("lot page", detail.not_understood)
        observed_at = self._not_ahead(task, "lot page", detail.observed_at or read_at)
        with self._uow() as uow:
            changes = uow.lots.record_page(detail, observed_at=observed_at, read_at=read_at, digest=digest)
            uow.commit()
        task.report.auctions.add(auction_of(detail.display_id))
        task.report.lots_read += 1
        task.report.photographs_new += changes.new
        task.report.photographs_vanished += changes.vanished

    def _with_known_slug(self, address: PageAddress) -> PageAddress:
        if address.slug:
            return address
        with self._uow() as uow:
            known = uow.lots if address.is_lot else uow.auctions
            return replace(address, slug=known.slug(address.display_id))


@contextmanager
def _one_of_many(report: SyncReport, name: str) -> Iterator[None]:
    """Make what goes wrong with one page its failure; a site that refuses, or a machine that fails, ends more."""
    try:
        yield
    except SiteRefusedError:
        raise
    except SourceError as error:
        report.failed.append(FailedItem(name, str(error), error.hint))
    except TroostwatchError:
        raise
    except Exception as error:  # noqa: BLE001 (the failure of this one, with its traceback in the log)
        _log.exception("%s: unforeseen error", name)
        report.failed.append(FailedItem(name, unforeseen(error)))


def _missing(listing: str, shown: int, promised: int) -> FailedItem:
    return FailedItem(
        listing, f"the listing promises {promised} lots and showed {shown}: {promised - shown} are missing"
    )


def _closes_before(lot: ListedLot, now: datetime, closing_before: datetime | None) -> bool:
    if closing_before is None:
        return True
    return lot.closes_at is not None and now <= lot.closes_at <= closing_before
