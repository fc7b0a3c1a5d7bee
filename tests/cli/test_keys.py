"""A key is shown, logged and stored nowhere: however wrong it is, and whatever the server makes of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.openai_server import Asked, FakeOpenai, Reply, completion, served
from fakes.world import World, white_picture

from troostwatch.infrastructure.db.schema import migrations

SECRET = "sk-SECRET-0123456789"
BLANKS = ["\n", "\r\n", " ", "\t", "\x0b", "\x0c", "\x1f", "\x85", "\xa0", "\u2028", "\u3000", "\ufeff", "\u200b"]
SIGNS = [
    "“{}”",
    "\u2018{}\u2019",
    "«{}»",
    "„{}“",
    "'{}'",
    '"{}"',
    "`{}`",
    "<{}>",
    "{}é",
    "é{}",
    "{}\x7f",
    "{}\udcff",
    "{}İ",
    "{}💶",
]
WRONG = [
    *(f"{SECRET}{blank}" for blank in BLANKS),
    *(f"{blank}{SECRET}" for blank in BLANKS),
    *(f"{SECRET[:9]}{blank}{SECRET[9:]}" for blank in BLANKS),
    *(f"{blank}{SECRET}{blank}" for blank in BLANKS),
    *(sign.format(SECRET) for sign in SIGNS),
    *(f"{SECRET}{blank}{blank}" for blank in BLANKS),
    *(f"{name}{SECRET}" for name in ("Bearer ", "bearer:", "OPENAI_API_KEY=", "key: ", "export K=")),
    *(f"{SECRET}{end}" for end in ("\\n", "\\", "%0A", "#", "//", "?a=b", "@host", ":pw", ";", "'", '"', " # mine")),
    SECRET * 30, SECRET + "\n" + SECRET, SECRET + "\nX-Evil: 1", SECRET.lower() + "-SECRET", "x" * 9000 + SECRET,
]  # fmt: skip


def echo(status: int) -> Callable[[int, Asked], Reply]:
    """Say the key back, wherever a server can."""

    def answer(_number: int, asked: Asked) -> Reply:
        error = {"message": f"Incorrect API key provided: {asked.key}", "type": asked.key, "code": asked.key}
        return Reply(json.dumps({"error": error}).encode(), status, {"X-Key": asked.key})

    return answer


def refused(_number: int, asked: Asked) -> Reply:
    return completion(None, refusal=f"I know {asked.key}")


def malformed(_number: int, asked: Asked) -> Reply:
    return completion(asked.key)


def named(_number: int, asked: Asked) -> Reply:
    code = {"type": "serial_number", "value": asked.key, "caption": asked.key, "box": [1, 2, 3, 4]}
    return completion(json.dumps({"codes": [code], "enough": True}))


@pytest.fixture
def openai(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOpenai]:
    world.fill(tmp_path / "data" / "images", white_picture)
    with served(echo(401)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("TROOSTWATCH_OPENAI__ATTEMPTS", "1")
        yield server


def everything(run: Run, folder: Path) -> str:
    """Return all that the program says about itself, and every byte that it left on disk."""
    said = [
        run(line)
        for line in ("images stats", "images stats --json", "config show", "db verify --quick", "images review")
    ]
    run("db backup backup.db")
    words = "".join(answer.out + answer.err for answer in said)
    return words + "".join(p.read_bytes().decode("latin-1") for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("key", WRONG, ids=range(len(WRONG)))
def test_a_key_that_is_wrong_is_told_without_it_and_asked_with_at_most_as_it_is_meant(
    key: str, run: Run, openai: FakeOpenai, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)

    said = run("-vv images review --promote-to-openai")

    assert said.code == 3
    assert "SECRET" not in said.out + said.err + caplog.text
    assert {asked.key for asked in openai.asked} <= {key.strip()}
    run("db backup backup.db")
    for file in (*Path("data").glob("troostwatch.db*"), Path("backup.db")):
        assert b"SECRET" not in file.read_bytes(), file


@pytest.mark.parametrize(
    "answer", [echo(400), echo(401), echo(403), echo(404), echo(429), echo(500), refused, malformed, named]
)
def test_a_server_that_says_the_key_back_gets_it_stored_nowhere(
    answer: Callable[[int, Asked], Reply],
    run: Run,
    openai: FakeOpenai,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    openai.answer = answer
    monkeypatch.setenv("OPENAI_API_KEY", f"{SECRET}\n")

    said = run("-vv images review --promote-to-openai")

    assert openai.asked[0].key == SECRET
    assert "SECRET" not in said.out + said.err + caplog.text
    assert "SECRET" not in everything(run, tmp_path)


def test_a_token_of_the_label_service_that_is_wrong_is_told_without_it(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_API_TOKEN", f"{SECRET}\nmore")

    said = run("-vv images analyze --backend ml")

    assert said.code == 3
    assert "LABEL_API_TOKEN has a blank or control sign at place 21" in said.err
    assert "SECRET" not in said.out + said.err


@pytest.mark.parametrize("name", ["TROOSTWATCH_OPENAI__BASE_URL", "TROOSTWATCH_LABEL_API__URL", "OPENAI_BASE_URL"])
def test_an_address_with_a_password_in_it_is_refused_since_addresses_are_shown(
    name: str, run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    monkeypatch.setenv(name, "https://me:SECRET@example.com/v1")

    said = run("images review --promote-to-openai")

    assert said.code == 1
    assert "password" in said.err
    assert "SECRET" not in said.err


def _of_version(path: Path, version: int) -> sqlite3.Connection:
    """Make a database as the program of that version made it."""
    path.parent.mkdir()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)")
    for step in migrations.available():
        if step.version <= version:
            connection.executescript(step.sql)
            connection.execute("INSERT INTO schema_migrations VALUES (?, ?, '2025')", (step.version, step.name))
    return connection


def test_migrating_cleans_what_an_earlier_version_stored(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "data" / "troostwatch.db"
    told = f"the server was not reached: Illegal header value b'Bearer {SECRET}\\n'"
    connection = _of_version(database, 10)
    connection.execute("INSERT INTO contents VALUES (?, 1, 1, 1, 'JPEG', NULL)", ("a" * 64,))
    connection.execute(
        """INSERT INTO questions (content_sha256, reader, model, prompt_version, view, outcome, message, input_tokens,
               output_tokens, cost_eur, asked_at)
           SELECT sha256, 'openai', 'm', '1', 'label', 'failed', ?, 0, 0, 0, '2025-11-29T12:00:00Z' FROM contents""",
        (told,),
    )
    connection.execute(
        """INSERT INTO runs (stage, program_version, started_at, message)
           VALUES ('promote', '1', '2025-11-29T12:00:00Z', ?)""",
        (told,),
    )
    connection.close()

    migrated = run("db migrate")
    run("db backup backup.db")

    assert migrated.code == 0, migrated.err
    for file in (database, tmp_path / "backup.db"):
        assert b"SECRET" not in file.read_bytes()
    connection = sqlite3.connect(database)
    assert {m for (m,) in connection.execute("SELECT message FROM questions")} == {
        "removed: the message may have held the key"
    }
