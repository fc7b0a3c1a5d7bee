"""Bringing the photographs that wait: one request for each address, one commit for each photograph."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from troostwatch.domain.errors import ImageError
from troostwatch.domain.images import DownloadStatus, Fetched, FetchFailed, LotImage, RetryPolicy, Stored
from troostwatch.domain.runs import Outcome, ended
from troostwatch.services.ports import Clock, PhotographSource, Progress, Stop, UnitOfWork, say_nothing, stopped_by
from troostwatch.services.requests import Selection

# A server that asks for a short rest gets it within the run; for a longer one the next run comes back.
PATIENCE = timedelta(seconds=15)


@dataclass(slots=True)
class DownloadReport:
    downloaded: int = 0  # asked for and arrived
    shared: int = 0  # arrived without a request of their own
    waiting: int = 0  # failed for now; a later run tries again
    gone: int = 0
    parked: list[str] = field(default_factory=list)  # failed for good: what and why
    problems: list[str] = field(default_factory=list)  # of those that wait: what and why
    stopped: Outcome | None = None

    @property
    def failed(self) -> int:
        return self.waiting + len(self.parked)

    @property
    def outcome(self) -> Outcome:
        return ended(self.stopped, failed=bool(self.failed))

    def counts(self) -> dict[str, int]:
        return {
            "downloaded": self.downloaded,
            "shared": self.shared,
            "waiting": self.waiting,
            "gone": self.gone,
            "parked": len(self.parked),
        }

    def summary(self) -> str:
        parts = [f"{self.downloaded} downloaded", f"{self.shared} shared"]
        if self.waiting:
            parts.append(f"{self.waiting} to be tried again")
        if self.gone:
            parts.append(f"{self.gone} gone from the site")
        if self.parked:
            parts.append(f"{len(self.parked)} failed")
        if self.stopped:
            parts.append("stopped early")
        return ", ".join(parts)


class ImageDownloadService:
    def __init__(
        self,
        uow: UnitOfWork,
        source: PhotographSource,
        clock: Clock,
        policy: RetryPolicy,
        *,
        sleep: Callable[[float], None] = time.sleep,
        progress: Progress | None = None,
    ) -> None:
        self._uow = uow
        self._source = source
        self._clock = clock
        self._policy = policy
        self._sleep = sleep
        self._progress = progress or say_nothing

    def download_pending(self, selection: Selection, *, stop: Stop) -> DownloadReport:
        """Fetch photographs that wait, those of lots about to close first; safe to kill and to start again.

        One that several lots show is asked for once.
        """
        report = DownloadReport()
        now = self._clock()
        limit, lots, within = selection.limit, selection.lots, selection.closing_within
        closing_before = now + within if within is not None else None

        def pending(until: datetime) -> list[LotImage]:
            with self._uow() as uow:
                return uow.images.pending_downloads(now=until, limit=limit, lots=lots, closing_before=closing_before)

        images = pending(now)
        self._fetch(images, report, stop)
        if limit is None and not stop.requested:
            tried = {image.id for image in images}
            late = [image for image in pending(self._clock() + PATIENCE) if image.id not in tried]
            self._rest_for(late)
            self._fetch(late, report, stop)
        if stop.requested:
            report.stopped = stopped_by(stop)
        return report

    def _rest_for(self, late: Sequence[LotImage]) -> None:
        """Wait until the server is ready for those that it told a run just before this one to ask later."""
        asked = [image.retry_at for image in late if image.retry_at]
        rest = (max(asked) - self._clock()).total_seconds() if asked else 0.0
        if rest > 0:
            self._sleep(rest)

    def _fetch(self, images: Sequence[LotImage], report: DownloadReport, stop: Stop) -> None:
        groups: dict[str, list[LotImage]] = {}
        for image in images:
            groups.setdefault(image.url, []).append(image)
        leaders = [group[0] for group in groups.values() if not self._shared_from_earlier(group, report, stop)]
        group_of = {leader.id: groups[leader.url] for leader in leaders}
        for number, result in enumerate(self._source.fetch_all(leaders, stop), start=1):
            leader, *others = group_of[result.image_id]
            if isinstance(result, Fetched):
                self._record(result)
                report.downloaded += 1
                self._share(result, others, report)
            else:
                for image in (leader, *others):
                    self._record_failure(image, result, report)
            self._progress(number, len(leaders), leader.lot)

    def _shared_from_earlier(self, group: Sequence[LotImage], report: DownloadReport, stop: Stop) -> bool:
        """Tell whether the whole group could be served from what an earlier run brought."""
        with self._uow() as uow:
            known = uow.images.downloaded_with_url(group[0].url)
            content = uow.images.content(known.sha256) if known else None
        if known is None or content is None or stop.requested:
            return False
        for image in group:
            try:
                fetched = self._source.share(known, image, content)
            except ImageError:
                return False  # the file is lost: ask for it again
            self._record(fetched)
            report.shared += 1
        return True

    def _share(self, arrived: Fetched, others: Sequence[LotImage], report: DownloadReport) -> None:
        known = Stored(arrived.content.sha256, arrived.local_path)
        for image in others:
            try:
                fetched = self._source.share(known, image, arrived.content)
            except ImageError as error:
                self._record_failure(image, FetchFailed(image.id, str(error)), report)
            else:
                self._record(fetched)
                report.shared += 1

    def _record(self, fetched: Fetched) -> None:
        with self._uow() as uow:
            uow.images.record_fetched(fetched, now=self._clock())
            uow.commit()

    def _record_failure(self, image: LotImage, failure: FetchFailed, report: DownloadReport) -> None:
        now = self._clock()
        wait = self._policy.wait(image.download_attempts + 1, asked=failure.retry_after)
        said = f"{image.lot} photograph {image.position}: {failure.message}"
        status, retry_at = DownloadStatus.FAILED, None
        if failure.gone:
            status = DownloadStatus.GONE
            report.gone += 1
        elif failure.permanent or wait is None:
            report.parked.append(said)
        else:
            status = DownloadStatus.PENDING
            # The database keeps whole seconds; rounding down would ask too early.
            retry_at = now + timedelta(seconds=math.ceil(wait) + 1) if wait else None
            report.waiting += 1
            report.problems.append(said)
        with self._uow() as uow:
            uow.images.record_fetch_failure(image.id, status, failure.message, retry_at=retry_at)
            uow.commit()
