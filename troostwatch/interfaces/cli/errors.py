"""Exit codes, and how an error is told: what happened, to what, and what to do next."""

from __future__ import annotations

from enum import IntEnum

from troostwatch.domain import errors
from troostwatch.domain.runs import Outcome
from troostwatch.domain.secrets import without_secrets
from troostwatch.interfaces.cli import output
from troostwatch.interfaces.cli.remedies import worded


class ExitCode(IntEnum):
    OK = 0
    ERROR = 1
    USAGE = 2
    MISSING_DEPENDENCY = 3
    SOME_FAILED = 4
    LOCKED = 5
    BUDGET = 7
    INTERRUPTED = 130


EPILOG = (
    "Exit codes: 0 done or nothing to do, 1 error, 2 usage, 3 a dependency is missing, 4 done but some items "
    "failed, 5 another run holds the lock, 7 budget or time limit reached, 130 interrupted."
)

_CODES = (
    (errors.UsageError, ExitCode.USAGE),
    (errors.MissingDependencyError, ExitCode.MISSING_DEPENDENCY),
    (errors.LockedError, ExitCode.LOCKED),
    (errors.BudgetReachedError, ExitCode.BUDGET),
)


def exit_code(error: errors.TroostwatchError) -> ExitCode:
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.ERROR)


def tell(error: errors.TroostwatchError) -> None:
    """Write the error and the advice to stderr."""
    from troostwatch import config  # not at import: it reads settings by a library that takes its time

    output.talk(f"troostwatch: {without_secrets(str(error), config.secrets())}", quiet=False)
    if error.hint:
        output.talk(f"  try: {worded(error.hint)}", quiet=False)


def of_outcome(outcome: Outcome) -> ExitCode:
    """Return the exit code of a run that came to its end, early or not."""
    return {
        Outcome.DONE: ExitCode.OK,
        Outcome.SOME_FAILED: ExitCode.SOME_FAILED,
        Outcome.STOPPED: ExitCode.INTERRUPTED,
        Outcome.OUT_OF_TIME: ExitCode.BUDGET,
        Outcome.OVER_BUDGET: ExitCode.BUDGET,
        Outcome.FAILED: ExitCode.ERROR,
    }[outcome]
