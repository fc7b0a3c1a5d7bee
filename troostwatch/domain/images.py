"""A photograph of a lot and where it stands on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from troostwatch.domain.codes import Code, CodeStatus, shown_probability
from troostwatch.domain.counting import counted

# What sites serve as photographs, and how a file of each kind is named. Pillow reads fifty formats more, each a
# door that nobody needs open. MPO opens as JPEG and then says what it is.
SUFFIXES = {
    "JPEG": ".jpg",
    "MPO": ".jpg",
    "PNG": ".png",
    "WEBP": ".webp",
    "GIF": ".gif",
    "BMP": ".bmp",
    "AVIF": ".avif",
}


class DownloadStatus(StrEnum):
    PENDING = "pending"
    DOWNLOADED = "downloaded"
    FAILED = "failed"  # parked: too many attempts, or what came was no image
    GONE = "gone"  # the site says it is no longer there


class AnalysisStatus(StrEnum):
    PENDING = "pending"
    ANALYZED = "analyzed"
    NEEDS_REVIEW = "needs_review"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LotImage:
    """One picture of one lot."""

    id: int
    lot: str  # display id
    url: str
    position: int
    download_status: DownloadStatus
    download_attempts: int
    local_path: str | None  # relative to the folder of photographs
    sha256: str | None
    analysis_status: AnalysisStatus
    analysis_attempts: int
    review_reason: str | None
    error_message: str | None
    retry_at: datetime | None = None  # a pending download waits until then
    vanished_at: datetime | None = None  # since then the page of the lot does not show it

    @property
    def downloaded(self) -> Downloaded | None:
        """Return it as a photograph that lies in the store, or None where it does not."""
        if self.sha256 is None or self.local_path is None:
            return None
        return Downloaded(self.sha256, self.local_path, self)


@dataclass(frozen=True, slots=True)
class Stored:
    """Which bytes a photograph has, and where they lie."""

    sha256: str
    path: str  # relative to the store


# Returns the bytes of a photograph, compared with its SHA-256. Raises ImageError when they are lost or others.
OpenPhotograph = Callable[[Stored], bytes]


@dataclass(frozen=True, slots=True)
class Downloaded(Stored):
    """A photograph of a lot that lies in the store."""

    image: LotImage


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a photograph, whoever shows them."""

    sha256: str
    byte_size: int
    width: int
    height: int
    format: str


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a temporary failure is tried again by later runs, and how long each waits.

    Who starts the program again expects it to try again, so the first failures wait for nothing but the
    server's own wish; a photograph that keeps failing is then left alone ever longer.
    """

    max_attempts: int
    immediate: int = 2  # failures that wait for nothing
    first_wait_seconds: float = 60.0
    longest_wait_seconds: float = 6 * 3600.0

    def wait(self, attempts: int, *, asked: float | None = None) -> float | None:
        """Return the seconds to wait after `attempts` failures, or None when it is enough.

        `asked` is what the server wants (Retry-After); it is obeyed up to a day.
        """
        if attempts >= self.max_attempts:
            return None
        steps = attempts - self.immediate - 1
        grown = min(self.first_wait_seconds * 2.0**steps, self.longest_wait_seconds) if steps >= 0 else 0.0
        return min(max(asked or 0.0, grown), 86_400.0)


def review_reason(
    codes: Iterable[Code],
    *,
    threshold: float,
    unread_reason: str | None,
    answered: bool = False,
    dismissed: bool = False,
) -> str | None:
    """Return why a person should look at the photograph, or None when nobody need to.

    Where a person `answered` about any code of it, what could not be read has been seen too; a photograph that a
    person `dismissed` asks nothing more.
    """
    if dismissed:
        return None
    doubtful = [c for c in codes if c.status is CodeStatus.PENDING and c.confidence < threshold]
    if doubtful:
        least = min(doubtful, key=lambda c: c.confidence)
        sure = shown_probability(least.confidence)
        return f"{counted(len(doubtful), 'doubtful code')}, least sure: {least.type} {least.value} ({sure})"
    return None if answered else unread_reason


@dataclass(frozen=True, slots=True)
class Fetched:
    """A photograph that arrived: where it lies and what it is."""

    image_id: int
    local_path: str
    content: Content


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """A photograph that did not arrive."""

    image_id: int
    message: str
    gone: bool = False
    permanent: bool = False
    retry_after: float | None = None  # seconds that the server asked for


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below `review` a person is asked; from `approve` on the rule approves."""

    review: float
    approve: float
