"""Codes and what speaks for them, in words."""

from __future__ import annotations

from collections.abc import Iterable

from troostwatch.domain.codes import Code, shown_probability
from troostwatch.domain.images import LotImage
from troostwatch.interfaces.cli import output
from troostwatch.services.settling import Settled


def of_photograph(image: LotImage, settled: Settled) -> None:
    """Say on stderr what was read on one photograph, and why a person should look."""
    output.talk(f"{image.lot} photograph {image.position}", quiet=False)
    for line in lines(settled.codes):
        output.talk(f"  {line}", quiet=False)
    if settled.reason:
        output.talk(f"  needs review: {settled.reason}", quiet=False)


def lines(codes: Iterable[Code]) -> Iterable[str]:
    """Yield one line a code, the surest first: 'serial_number PF3K7M2W 0.99 approved: printed after ...'."""
    for code in sorted(codes, key=lambda code: -code.confidence):
        sure = shown_probability(code.confidence)
        yield f"{code.type} {code.value} {sure} {code.status}: {'; '.join(code.evidence)}"
