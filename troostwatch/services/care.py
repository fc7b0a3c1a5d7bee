"""Looking after the data: is every file there and unchanged, does every row keep its promise?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from troostwatch.services.ports import FileInventory, Snapshots


@dataclass(slots=True)
class VerifyReport:
    files: int = 0
    problems: list[str] = field(default_factory=list)

    def summary(self) -> str:
        if not self.problems:
            return f"{self.files} files and all rows are as they should be"
        return f"{len(self.problems)} problems in {self.files} files and the database"


class CareService:
    def __init__(self, snapshot: Snapshots, inventory: FileInventory) -> None:
        self._snapshot = snapshot
        self._inventory = inventory

    def verify(self) -> VerifyReport:
        """Compare the files with the rows, and the rows with what they promise."""
        with self._snapshot() as uow:
            if damage := uow.care.damage():
                return VerifyReport(problems=[*damage, "restore a backup; nothing else was looked at"])
            expected = uow.care.expected_files()
            problems = list(uow.care.broken_promises())
        report = VerifyReport(files=len(expected), problems=problems)
        for path, sha256 in sorted(expected.items()):
            report.problems += self._check(path, sha256)
        for path in sorted(self._inventory.files() - expected.keys()):
            report.problems.append(f"file {path} belongs to no photograph")
        return report

    def _check(self, path: str, sha256: str) -> Iterator[str]:
        found = self._inventory.digest(path)
        if found is None:
            yield f"file {path} is missing"
        elif found != sha256:
            yield f"file {path} changed: its SHA-256 is {found[:16]}…, not {sha256[:16]}…"
