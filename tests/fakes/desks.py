"""The desk over a small world: asked in this process, or served by one of its own."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from starlette.testclient import TestClient

from troostwatch import bootstrap
from troostwatch.config import Settings
from troostwatch.interfaces.web.app import create_app
from troostwatch.interfaces.web.desk import Desk

_PATIENCE_S = 60.0


@dataclass
class Visitor:
    """Somebody with a browser in this process."""

    desk: Desk
    http: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.http = TestClient(create_app(self.desk), base_url="http://localhost", raise_server_exceptions=False)

    def page(self, path: str, status: int = 200) -> str:
        answer = self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def json(self, path: str, status: int = 200) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    def say(self, path: str, status: int = 200, /, **body: object) -> dict:
        answer = self.http.post(f"/api/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def item(self, value: str) -> dict:
        """Return the item of the queue that asks about a value."""
        return next(item for item in self.json("/api/queue?least=50")["items"] if item["value"] == value)

    def decide(self, shown: str, /, verdict: str = "approved", status: int = 200, **more: object) -> dict:
        item = self.item(shown)
        asked = {"code": item["id"], "verdict": verdict, "seen": item["seen"], "request": str(uuid4())} | more
        return self.say("decisions", status, **asked)

    def form(self, path: str, status: int = 200, /, **fields: str) -> str:
        """Fill the form of the review page, as a browser without JavaScript sends it."""
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.page("/review"))
        assert csrf
        answer = self.http.post(path, data={"csrf": csrf[1]} | fields)
        assert answer.status_code == status, answer.text
        return answer.text


def desk_at(database: Path, images: Path, *, host: str = "127.0.0.1", **web: object) -> Desk:
    settings = Settings(paths={"database": database, "images": images}, web=web)
    return Desk.of(bootstrap.Process(settings), database, host=host)


@dataclass
class Served:
    """A desk in a process of its own, and the database behind it."""

    address: str
    database: Path
    process: subprocess.Popen[str]

    def ask(self, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(self.database, timeout=_PATIENCE_S)) as connection:
            return connection.execute(sql).fetchall()


@contextmanager
def served(folder: Path, *options: str, **environment: str) -> Iterator[Served]:
    """Serve the database that commands use by default in a folder."""
    process = subprocess.Popen(
        [sys.executable, "-m", "troostwatch", "serve", "--port", "0", *options],
        cwd=folder, stdout=subprocess.PIPE, text=True, env=os.environ | environment,
    )  # fmt: skip
    assert process.stdout
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://"), address
        yield Served(address, folder / "data" / "troostwatch.db", process)
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_S)
        process.stdout.close()
