"""The schema grows one whole step at a time, and a database that is not ours to change is not changed."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType

import pytest
from fakes.opening import open_and_count
from hypothesis import given
from hypothesis import strategies as st

from troostwatch import bootstrap
from troostwatch.domain.errors import DatabaseError
from troostwatch.infrastructure.db.connection import connect
from troostwatch.infrastructure.db.schema import migrations
from troostwatch.infrastructure.db.schema.migrations import CURRENT_SCHEMA_VERSION, Migration, statements
from troostwatch.infrastructure.db.unit_of_work import open_database

ROOT = Path(__file__).parents[4]
GOOD = Migration(1, "good", "CREATE TABLE one (id INTEGER) STRICT;\nINSERT INTO one VALUES (7);\n")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "t.db")) as connection:
        yield connection


def use(monkeypatch: pytest.MonkeyPatch, *steps: Migration) -> None:
    monkeypatch.setattr(migrations, "available", lambda: list(steps))
    monkeypatch.setattr(migrations, "CURRENT_SCHEMA_VERSION", len(steps))


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}


@pytest.fixture
def dump_schema() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dump_schema", ROOT / "scripts" / "dump_schema.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_written_schema_is_what_the_migrations_build(dump_schema: ModuleType) -> None:
    assert (ROOT / "schema" / "schema.sql").read_text(encoding="utf-8") == dump_schema.schema()


def test_the_written_schema_builds_the_same_database_by_itself(dump_schema: ModuleType) -> None:
    with closing(sqlite3.connect(":memory:")) as built, closing(open_database(Path(":memory:"))) as migrated:
        built.executescript((ROOT / "schema" / "schema.sql").read_text(encoding="utf-8"))

        assert tables(built) == tables(migrated)


def test_a_new_database_gets_every_step_and_a_record_of_each(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "new" / "t.db")) as connection:
        applied = connection.execute("SELECT version, name FROM schema_migrations ORDER BY version").fetchall()

    assert [row["version"] for row in applied] == list(range(1, CURRENT_SCHEMA_VERSION + 1))
    assert [row["name"] for row in applied] == [migration.name for migration in migrations.available()]


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    open_database(tmp_path / "t.db").close()
    before = (tmp_path / "t.db").read_bytes()

    open_database(tmp_path / "t.db").close()

    assert (tmp_path / "t.db").read_bytes() == before


@pytest.mark.parametrize(
    "broken",
    [
        "CREATE TABLE two (id INTEGER) STRICT;\nINSERT INTO nowhere VALUES (1);\n",
        "CREATE TABLE two (id INTEGER) STRICT;\nCREATE TABLE one (id INTEGER);\n",
        "CREATE TABLE two (id INTEGER) STRICT;\nDELETE FROM one;\nthis is no SQL;\n",
    ],
)
def test_a_step_that_fails_leaves_nothing_of_itself(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    use(monkeypatch, GOOD, Migration(2, "broken", broken))

    with pytest.raises(DatabaseError, match="migration 0002_broken failed"):
        migrations.migrate(connection)

    assert tables(connection) == {"schema_migrations", "one"}
    assert connection.execute("SELECT id FROM one").fetchone()[0] == 7
    assert migrations.version(connection) == 1
    assert not connection.in_transaction


def test_a_step_that_ends_inside_a_statement_leaves_nothing_of_itself(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, GOOD, Migration(2, "cut", "CREATE TABLE two (id INTEGER);\nCREATE TABLE three (id"))

    with pytest.raises(DatabaseError, match="ends inside a statement"):
        migrations.migrate(connection)

    assert tables(connection) == {"schema_migrations", "one"}
    assert not connection.in_transaction


def test_a_step_that_was_mended_carries_on_where_the_last_good_one_ended(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, GOOD, Migration(2, "two", "no SQL;\n"))
    with pytest.raises(DatabaseError):
        migrations.migrate(connection)
    mended = Migration(2, "two", "CREATE TABLE two (id INTEGER) STRICT;\n")
    use(monkeypatch, GOOD, mended)

    assert migrations.migrate(connection) == [mended]

    assert connection.execute("SELECT count(*) FROM one").fetchone()[0] == 1


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_a_newer_database_is_refused_and_not_a_byte_of_it_is_changed(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "t.db"
    with closing(open_database(path)) as connection:
        connection.execute(
            "INSERT INTO schema_migrations VALUES (?, 'from the future', '')", (CURRENT_SCHEMA_VERSION + 1,)
        )
        connection.execute(f"PRAGMA journal_mode = {journal}")
    before = path.read_bytes()

    with pytest.raises(DatabaseError, match=f"has schema version {CURRENT_SCHEMA_VERSION + 1}, this program") as caught:
        open_database(path)

    assert caught.value.hint == "install the newer Troostwatch, or restore a backup made by this one"
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["t.db"]


def test_the_database_of_another_program_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "recipes.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()

    with pytest.raises(DatabaseError, match="belongs to another program"):
        open_database(path)

    assert path.read_bytes() == before


def test_asking_for_the_status_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as old:
        old.execute("CREATE TABLE schema_migrations (version INTEGER, name TEXT, applied_at TEXT)")
        old.execute("INSERT INTO schema_migrations VALUES (1, 'auctions_and_lots', '')")
        old.commit()
    before = path.read_bytes()

    status = bootstrap.schema_status(path)

    assert status["version"] == 1
    assert str(status["missing"]).startswith("0002_photographs, 0003_")
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database, only text\n" * 100, b"SQLite format 3\0" + bytes(5000)])
def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.db").write_bytes(content)

    with pytest.raises(DatabaseError):
        open_database(tmp_path / "t.db")

    assert (tmp_path / "t.db").read_bytes() == content


def test_a_database_that_has_to_be_there_and_is_not_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no database at"):
        open_database(tmp_path / "t.db", create=False)

    assert not (tmp_path / "t.db").exists()


def test_programs_that_start_at_once_all_find_one_whole_database(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as programs:
        found = list(programs.map(open_and_count, [tmp_path / f"{i // 4}.db" for i in range(24)]))

    assert found == [CURRENT_SCHEMA_VERSION] * 24


def test_a_program_without_its_migrations_says_that_it_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "CURRENT_SCHEMA_VERSION", CURRENT_SCHEMA_VERSION + 1)

    with pytest.raises(DatabaseError, match="the program needs migrations 1 to") as caught:
        migrations.available()

    assert caught.value.hint == "the installation is damaged: install Troostwatch again"


def test_a_trigger_with_statements_in_it_is_one_statement() -> None:
    trigger = "CREATE TRIGGER t BEFORE DELETE ON one\nBEGIN\n    SELECT 1;\n    SELECT ';';\nEND;"

    assert list(statements(f"CREATE TABLE one (id);\n{trigger}\nSELECT 'a;b';\n-- the end\n")) == [
        "CREATE TABLE one (id);",
        trigger,
        "SELECT 'a;b';",
    ]


@given(st.lists(st.sampled_from(["SELECT 1;", "SELECT 'x;y',\n 2;", "-- a; comment\nSELECT 3;", "SELECT 4; -- four"])))
def test_no_statement_is_lost_or_cut(written: list[str]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        results = [connection.execute(statement).fetchone() for statement in statements("\n".join(written) + "\n")]

    assert len(results) == len(written)
