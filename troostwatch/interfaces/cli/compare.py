"""Hashing what was not hashed yet, for commands that compare photographs and otherwise only read."""

from __future__ import annotations

from collections.abc import Sequence

from troostwatch import bootstrap
from troostwatch.domain.errors import LockedError
from troostwatch.domain.runs import Stage
from troostwatch.interfaces.cli import output
from troostwatch.services.duplicates import DuplicateService, HashReport


def hash_missing(
    app: bootstrap.Workspace, service: DuplicateService, *, quiet: bool, lots: Sequence[str] = ()
) -> HashReport:
    """Hash as a run of its stage; nothing waiting leaves no row, and while another run hashes none is waited for."""
    if not service.waiting(lots):
        return HashReport()
    stop = bootstrap.listening()
    try:
        return app.stages.run(Stage.HASH, lambda: service.hash_missing(stop=stop, lots=lots))
    except LockedError:
        output.talk("  photographs are being compared by another run; what it did not reach is left out", quiet=quiet)
        return HashReport()
