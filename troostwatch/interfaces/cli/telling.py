"""How a stage that came to its end is told, and what it exits with."""

from __future__ import annotations

from collections.abc import Iterable

from troostwatch import bootstrap
from troostwatch.domain.images import LotImage
from troostwatch.domain.runs import Report
from troostwatch.interfaces.cli import errors, output


def tell_failures(session: bootstrap.Session, failures: Iterable[tuple[LotImage, str]]) -> None:
    for image, message in failures:
        output.talk(f"  {image.lot} photograph {image.position}: {message}", quiet=session.quiet)


def finish(session: bootstrap.Session, report: Report) -> None:
    output.talk(report.summary(), quiet=session.quiet)
    raise SystemExit(errors.of_outcome(report.outcome))
