"""One transaction and the repositories that share it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from troostwatch.infrastructure.db.care import CareRepository
from troostwatch.infrastructure.db.codes import ExtractedCodeRepository
from troostwatch.infrastructure.db.connection import as_ours, connect, let_read_while_writing
from troostwatch.infrastructure.db.decisions import DecisionRepository
from troostwatch.infrastructure.db.embeddings import EmbeddingRepository
from troostwatch.infrastructure.db.facts import FactsRepository
from troostwatch.infrastructure.db.likeness import LikenessRepository
from troostwatch.infrastructure.db.lots import AuctionRepository, LotRepository
from troostwatch.infrastructure.db.photographs import LotImageRepository
from troostwatch.infrastructure.db.questions import QuestionRepository
from troostwatch.infrastructure.db.reports import ReportRepository
from troostwatch.infrastructure.db.runs import RunRepository
from troostwatch.infrastructure.db.schema import migrations
from troostwatch.infrastructure.db.search import SearchRepository
from troostwatch.infrastructure.db.tokens import OcrTokenRepository
from troostwatch.infrastructure.db.vectors import VectorRepository


class SqliteSnapshot:
    """`with snapshot:` reads as of one moment and waits for nobody.

    What SQLite complains about inside the block leaves it as DatabaseError.
    """

    _begin = "BEGIN"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection
        self.auctions = AuctionRepository(connection)
        self.lots = LotRepository(connection)
        self.images = LotImageRepository(connection)
        self.codes = ExtractedCodeRepository(connection)
        self.decisions = DecisionRepository(connection)
        self.tokens = OcrTokenRepository(connection)
        self.questions = QuestionRepository(connection)
        self.runs = RunRepository(connection)
        self.search = SearchRepository(connection)
        self.embeddings = EmbeddingRepository(connection)
        self.vectors = VectorRepository(connection)
        self.likeness = LikenessRepository(connection)
        self.care = CareRepository(connection)
        self.reports = ReportRepository(connection)
        self.facts = FactsRepository(connection)

    def __enter__(self) -> Self:
        try:
            self._conn.execute(self._begin)
        except sqlite3.Error as error:
            raise as_ours(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._conn.in_transaction:
            with contextlib.suppress(sqlite3.Error):  # a broken transaction is already over; `error` says why
                self._conn.execute("ROLLBACK")
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
            raise as_ours(error) from error


class SqliteUnitOfWork(SqliteSnapshot):
    """`with uow:` opens a transaction that writes; without `commit()` the end of the block rolls back."""

    # Takes the write lock now: a block that reads first cannot fail later because another wrote.
    _begin = "BEGIN IMMEDIATE"

    def commit(self) -> None:
        self._conn.execute("COMMIT")


def open_database(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """Open the database and bring it to the schema of this program.

    Raises DatabaseError when it is newer than the program or another program's (it stays untouched), or
    cannot be opened.
    """
    connection = connect(path, create=create)
    try:
        migrations.refuse_strange(connection)
        let_read_while_writing(connection)
        migrations.migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection
