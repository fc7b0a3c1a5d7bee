"""What can go wrong, told apart by who suffers: one item, or the whole run."""

from __future__ import annotations

from troostwatch.domain.remedies import NextStep, Remedy


class TroostwatchError(Exception):
    """Anything a user can cause or mend. `hint` says what to do next: with this program as advice, else in words."""

    def __init__(self, message: str, *, hint: str | Remedy | NextStep | None = None) -> None:
        super().__init__(message)
        self.hint = NextStep(hint) if isinstance(hint, Remedy) else hint


class UsageError(TroostwatchError):
    """The question makes no sense as asked (unknown lot, malformed value)."""


class MissingDependencyError(TroostwatchError):
    """A program, model or key is not there; nothing was started."""


class BudgetReachedError(TroostwatchError):
    """The next request would go beyond what may be spent; it was not asked."""


class PaidForNothingError(TroostwatchError):
    """A paid server answered what cannot be believed, its price included: it is booked as the dearest it can be."""


class ConflictError(TroostwatchError):
    """What was decided about is no longer what the person saw; nothing was stored."""


class LockedError(TroostwatchError):
    """Another run of the same stage holds this database."""


class DatabaseError(TroostwatchError):
    """The database cannot be used: too new, not migrated, damaged, not writable."""


class SourceError(TroostwatchError):
    """A page, file or address given to `sync` could not be read. The other sources go on."""


class SiteRefusedError(SourceError):
    """The site does not serve automated clients (403, or its robots.txt says no)."""


class ImageError(TroostwatchError):
    """This photograph failed; it goes on its row and the batch goes on.

    `permanent` means that asking again brings nothing (404, not an image); otherwise
    `retry_after` may hold the seconds that the server asked us to wait.
    """

    def __init__(self, message: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        # Workers send it home pickled; the default would call __init__ with the message alone.
        return _rebuilt, (type(self), self.args, self.__dict__)


class GoneError(ImageError):
    """The photograph is no longer on the site (404, 410)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


def unforeseen(error: Exception) -> str:
    """Return how one item is told of an error that nobody foresaw; its traceback belongs in the log.

    Whoever works through many items makes such an error the failure of the item in hand: a picture or a page that
    some library stumbles over must not end every night at the same place.
    """
    return f"unforeseen {type(error).__name__}: {error}"[:500]


def _rebuilt(kind: type[ImageError], args: tuple[object, ...], state: dict[str, object]) -> ImageError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
