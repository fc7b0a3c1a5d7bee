"""What an answer of a server means: which failures are worth another try, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from troostwatch.domain.errors import TroostwatchError
from troostwatch.domain.remedies import NextStep

# A longer wish of the server is left to the next run.
LONGEST_WAIT_SECONDS = 60.0

_WORTH_A_RETRY = frozenset({408, 425, 429})


class HttpError(TroostwatchError):
    """A request that brought nothing. `temporary` means that asking again may help."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        temporary: bool = False,
        retry_after: float | None = None,
        hint: str | NextStep | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.temporary = temporary
        self.retry_after = retry_after


class AddressRefusedError(HttpError):
    """We do not go there: not http(s), or not a public address."""


class TooLargeError(HttpError):
    """The answer is larger than we take."""


def is_temporary(status: int) -> bool:
    """Tell whether a status is worth another try; every other 4xx is the server's last word."""
    return status in _WORTH_A_RETRY or status >= 500


def retry_after(header: str | None, *, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header, which holds seconds or a date."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())


def refuse_failure(response: httpx.Response) -> None:
    """Raise HttpError unless the answer is a plain 200."""
    status = response.status_code
    if status == 200:
        return
    raise HttpError(
        f"{response.url} answers {status} {response.reason_phrase}".rstrip(),
        status=status,
        temporary=is_temporary(status),
        retry_after=retry_after(response.headers.get("retry-after"), now=datetime.now(UTC)),
    )


def wait_before_retry(error: Exception) -> bool | float:
    """Tell the retrying loop whether to go on: no, yes after its own backoff, or after so many seconds."""
    if not isinstance(error, HttpError) or not error.temporary:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_WAIT_SECONDS else False
