"""A small world in a real database: lots, photographs that arrived, and an analyzer that says what it is told."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from fakes.clock import FakeClock, FakeStop
from PIL import Image

from troostwatch.domain.codes import Code, CodeType
from troostwatch.domain.errors import ImageError
from troostwatch.domain.geometry import Box, Quad
from troostwatch.domain.images import Content, Downloaded, Fetched, LotImage, Thresholds
from troostwatch.domain.readings import Analysis, Backend, OcrEngine, Reading, ReadingKind, Token
from troostwatch.infrastructure.db.times import stamp
from troostwatch.infrastructure.db.unit_of_work import SqliteUnitOfWork, open_database
from troostwatch.services.analysis import AnalysisReport, AnalysisService, Tell
from troostwatch.services.image_analysis import ImageAnalysisService
from troostwatch.services.reports import ReportService
from troostwatch.services.requests import AnalysisRequest, Selection
from troostwatch.services.review import ReviewService

BOX = Box(10, 20, 110, 50)


def code(value: str, confidence: float, kind: CodeType = CodeType.SERIAL_NUMBER, box: Box | None = BOX) -> Code:
    return Code(kind, value, confidence, box, "Serial No.", ("printed after 'Serial No.'",), ("barcode", "rapidocr"))


def analysis(*codes: Code, tokens: Iterable[Token] = (), unread_reason: str | None = None) -> Analysis:
    return Analysis(
        backend=Backend.LOCAL,
        readers={"barcode": "3.1", "rapidocr": "3.10"},
        readings=(Reading("rapidocr", ReadingKind.TEXT, "Serial No.", Quad.upright(0, 0, 9, 9), 0.9),),
        tokens=tuple(tokens),
        codes=codes,
        unread_reason=unread_reason,
        seconds=0.5,
    )


@dataclass
class FakeAnalyzer:
    """Answers by content; what it was never told about holds nothing."""

    answers: dict[str, Analysis | ImageError] = field(default_factory=dict)
    read: list[LotImage] = field(default_factory=list)
    while_reading: Callable[[LotImage], None] = lambda _: None

    def analyze_all(self, photographs: Iterable[Downloaded]) -> Iterator[tuple[Downloaded, Analysis | ImageError]]:
        for photograph in photographs:
            self.read.append(photograph.image)
            self.while_reading(photograph.image)
            yield photograph, self.answers.get(photograph.sha256, analysis())


@dataclass
class FakeFiles:
    """Every file is there and whole, but for those named here."""

    whole: dict[str, str] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)

    def files(self) -> set[str]:
        return set(self.whole)

    def digest(self, path: str) -> str | None:
        return None if path in self.damaged else self.whole.get(path)


@dataclass
class World:
    connection: sqlite3.Connection
    clock: FakeClock = field(default_factory=FakeClock)
    analyzer: FakeAnalyzer = field(default_factory=FakeAnalyzer)
    files: FakeFiles = field(default_factory=FakeFiles)
    requests: list[AnalysisRequest] = field(default_factory=list)

    @classmethod
    def at(cls, path: Path) -> World:
        return cls(open_database(path))

    def uow(self) -> SqliteUnitOfWork:
        return SqliteUnitOfWork(self.connection)

    def lot(self, display_id: str, *, closes_in: timedelta | None = None, title: str = "a lot") -> None:
        closes = stamp(self.clock() + closes_in) if closes_in is not None else None
        self.connection.execute(
            "INSERT INTO lots (display_id, title, closes_at, page_observed_at) VALUES (?, ?, ?, ?)",
            (display_id, title, closes, stamp(self.clock())),
        )

    def photograph(self, display_id: str, position: int, content: str) -> int:
        """Add a photograph that arrived; equal `content` means equal bytes. Return its id."""
        sha256 = sha(content)
        path = f"{display_id}/{position}-{sha256[:16]}.jpg"
        self.files.whole[path] = sha256
        return self.photograph_at(display_id, position, Fetched(0, path, Content(sha256, 1000, 1600, 1200, "JPEG")))

    def photograph_at(self, display_id: str, position: int, fetched: Fetched) -> int:
        """Add a photograph that arrived as told, but for the id. Return its id."""
        cursor = self.connection.execute(
            """INSERT INTO lot_images (lot_id, url, position, first_seen_at)
               SELECT id, ?, ?, ? FROM lots WHERE display_id = ?""",
            (f"https://media.example/{display_id}/{position}", position, stamp(self.clock()), display_id),
        )
        assert cursor.lastrowid
        with self.uow() as uow:
            uow.images.record_fetched(replace(fetched, image_id=cursor.lastrowid), now=self.clock())
            uow.commit()
        return cursor.lastrowid

    def fill(self, folder: Path, picture: Callable[[str], bytes]) -> None:
        """Write the files of all photographs, one picture for each content, and let the rows know their digests."""
        pictures: dict[str, bytes] = {}
        for path, sha256 in self.files.whole.items():
            data = pictures.setdefault(sha256, picture(path))
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
            self.files.whole[path] = hashlib.sha256(data).hexdigest()
        for sha256, data in pictures.items():
            self._rename_content(sha256, hashlib.sha256(data).hexdigest())

    def _rename_content(self, known: str, real: str) -> None:
        pointing = self.connection.execute(
            """SELECT m.name, k."from" FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS k
                WHERE m.type = 'table' AND k."table" = 'contents'"""
        ).fetchall()
        self.connection.execute("BEGIN")
        self.connection.execute("PRAGMA defer_foreign_keys = ON")
        for table, column in [("contents", "sha256"), *pointing]:
            self.connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (real, known))
        self.connection.execute("COMMIT")

    def shows(self, content: str, answer: Analysis | ImageError) -> None:
        self.analyzer.answers[sha(content)] = answer

    def analysis(self, **options: object) -> AnalysisService:
        def analyzer_for(request: AnalysisRequest) -> FakeAnalyzer:
            self.requests.append(request)
            return self.analyzer

        return AnalysisService(self.uow, self.clock, **({"analyzer_for": analyzer_for, "max_attempts": 2} | options))

    def images(self) -> ImageAnalysisService:
        return ImageAnalysisService(
            self.uow,
            usual=request(),
            downloads=lambda: None,  # type: ignore[return-value]
            analysis=self.analysis,
            second_opinions=lambda: None,  # type: ignore[return-value]
            inventory=self.files,
            write_tokens=lambda *_: 0,
        )

    def analyze(self, *, stop: FakeStop | None = None, tell: Tell | None = None, **asked: object) -> AnalysisReport:
        return self.analysis().analyze(request(**asked), stop=stop or FakeStop(), tell=tell)

    def review(self) -> ReviewService:
        return ReviewService(self.uow, self.clock)

    def reports(self) -> ReportService:
        return ReportService(self.uow, self.clock)

    def state(self, image_id: int) -> LotImage:
        with self.uow() as uow:
            image = uow.images.get(image_id)
        assert image
        return image

    def codes(self) -> dict[tuple[str, str], tuple[str, str | None]]:
        """Return (type, value) -> (status, decided by) of every code in the database."""
        rows = self.connection.execute("SELECT code_type, value, status, decided_by FROM extracted_codes ORDER BY id")
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}

    def code_id(self, value: str) -> int:
        return self.connection.execute("SELECT id FROM extracted_codes WHERE value = ?", (value,)).fetchone()[0]


def request(
    *,
    limit: int | None = None,
    lots: Iterable[str] = (),
    closing_within: timedelta | None = None,
    thresholds: Thresholds = Thresholds(0.8, 0.95),  # noqa: B008 (frozen)
    **asked: object,
) -> AnalysisRequest:
    usual = {"backend": Backend.LOCAL, "engine": OcrEngine.RAPIDOCR, "jobs": 1, "save_tokens": True}
    selection = Selection(limit, tuple(lots), closing_within)
    return AnalysisRequest(**(usual | asked), thresholds=thresholds, selection=selection)


def white_picture(path: str) -> bytes:
    """Return a picture for `World.fill`: white, and of other bytes for every path."""
    file = BytesIO()
    Image.new("RGB", (1600, 1200), "white").save(file, "JPEG", comment=path)
    return file.getvalue()


def sha(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
