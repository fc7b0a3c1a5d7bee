"""What several lots share: the same photograph, nearly the same one, the same code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from troostwatch.domain.counting import counted
from troostwatch.domain.duplicates import (
    NEARLY_SAME_BITS,
    PhotographGroup,
    SharedCode,
    near_any,
    nearly_same_photographs,
    same_photographs,
)
from troostwatch.domain.errors import ImageError
from troostwatch.domain.runs import Outcome, ended
from troostwatch.services.ports import Clock, Hasher, Progress, Snapshots, Stop, UnitOfWork, say_nothing, stopped_by

_AT_ONCE = 100  # hashes written in one transaction


@dataclass(slots=True)
class HashReport:
    hashed: int = 0
    failures: list[str] = field(default_factory=list)
    stopped: Outcome | None = None

    @property
    def outcome(self) -> Outcome:
        return ended(self.stopped, failed=bool(self.failures))

    def counts(self) -> dict[str, int]:
        return {"hashed": self.hashed, "failed": len(self.failures)}

    def summary(self) -> str:
        return f"{counted(self.hashed, 'photograph')} hashed, {len(self.failures)} failed"


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Groups of photographs and codes that lots share."""

    photographs: tuple[PhotographGroup, ...]
    codes: tuple[SharedCode, ...]


class DuplicateService:
    def __init__(
        self, uow: UnitOfWork, snapshot: Snapshots, clock: Clock, hasher: Hasher, progress: Progress | None = None
    ) -> None:
        self._uow = uow
        self._snapshot = snapshot
        self._clock = clock
        self._hasher = hasher
        self._progress = progress or say_nothing

    def waiting(self, lots: Sequence[str] = ()) -> int:
        """Return how many photographs have no hash yet."""
        with self._snapshot() as uow:
            return len(uow.likeness.without_hash(version=self._hasher.version, lots=lots))

    def hash_missing(self, *, stop: Stop, lots: Sequence[str] = ()) -> HashReport:
        """Compute the hashes that are missing; what is done is kept when it is stopped."""
        version = self._hasher.version
        with self._snapshot() as uow:
            missing = uow.likeness.without_hash(version=version, lots=lots)
        report = HashReport()
        for start in range(0, len(missing), _AT_ONCE):
            if stop.requested:
                report.stopped = stopped_by(stop)
                break
            part = missing[start : start + _AT_ONCE]
            results = list(self._hasher.hash_all(part))
            hashes: list[tuple[str, bytes | None, str | None]] = []
            for photograph, result in zip(part, results, strict=True):
                if isinstance(result, ImageError):
                    hashes.append((photograph.sha256, None, str(result)))
                    report.failures.append(f"{photograph.path}: {result}")
                else:
                    hashes.append((photograph.sha256, result, None))
                    report.hashed += 1
            with self._uow() as uow:
                uow.likeness.record_hashes(hashes, version=version)
                uow.commit()
            self._progress(start + len(part), len(missing), "")
        return report

    def find(self, *, lots: Sequence[str] = (), most_bits: int = NEARLY_SAME_BITS) -> Duplicates:
        """Return what lots share; with `lots` only what one of these shares."""
        with self._snapshot() as uow:
            places = uow.likeness.places(lots=lots)
            hashes = uow.likeness.hashes(version=self._hasher.version)
            if lots:
                own = {place.content for place in places if place.content}
                near = near_any([hashes[content] for content in own if content in hashes], hashes, most_bits)
                places = uow.likeness.places_of(own | near, {place.url for place in places})
            codes = uow.likeness.shared_codes(now=self._clock(), lots=lots)
        groups = [*same_photographs(places), *nearly_same_photographs(places, hashes, most_bits)]
        chosen = [group for group in groups if not lots or any(place.lot in lots for place in group.places)]
        return Duplicates(tuple(chosen), tuple(codes))
