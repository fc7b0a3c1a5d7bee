"""Many people at one desk while photographs are read anew: nothing is lost, nothing doubled, conflicts are told."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import httpx
import pytest
from fakes.desks import Served, served
from fakes.world import World, analysis, code

from troostwatch.domain.images import Thresholds
from troostwatch.infrastructure.db.unit_of_work import open_database
from troostwatch.services.settling import settle_content

CLIENTS = 20
PHOTOGRAPHS, CODES = 20, 2
PATIENCE_S = 60.0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    """Serve a desk before which many doubtful codes wait."""
    world = World.at(tmp_path / "data" / "troostwatch.db")
    for number in range(PHOTOGRAPHS):
        world.lot(f"A1-1-{number}", closes_in=timedelta(days=3650, hours=number))
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", analysis(*codes(number, 0.5)))
    world.analyze()
    world.connection.close()
    with served(tmp_path) as desk:
        yield desk


def codes(number: int, confidence: float) -> list:
    return [code(f"CD{number:03}{each:03}", confidence) for each in range(CODES)]


@dataclass
class Person:
    """Goes through the queue in an order of their own and decides about what they see; asks again where told to."""

    address: str
    rng: Random
    confirmed: dict[str, list[int]] = field(default_factory=dict)  # request -> decisions
    statuses: list[int] = field(default_factory=list)
    broken: bool = False

    def work(self, enough: threading.Event) -> None:
        try:
            with httpx.Client(base_url=self.address, timeout=PATIENCE_S) as client:
                while not enough.is_set():
                    items = client.get("/api/queue?least=50").raise_for_status().json()["items"]
                    asked = [item for item in items if item["id"] is not None]
                    if not asked:
                        return
                    for item in self.rng.sample(asked, min(4, len(asked))):
                        self.decide(client, item)
        except httpx.TransportError:
            self.broken = True

    def decide(self, client: httpx.Client, item: dict) -> None:
        name = str(uuid4())
        verdict = self.rng.choice(["approved", "rejected", "corrected"])
        body = {"code": item["id"], "verdict": verdict, "seen": item["seen"], "request": name}
        if verdict == "corrected":
            body["value"] = f"{item['value']}X"
        answers = [client.post("/api/decisions", json=body)]
        if self.rng.random() < 0.3:  # as when the answer was lost
            answers.append(client.post("/api/decisions", json=body))
        self.statuses += [answer.status_code for answer in answers]
        for answer in answers:
            if answer.status_code == 200:
                numbers = answer.json()["decisions"]
                assert self.confirmed.setdefault(name, numbers) == numbers


class Reader(threading.Thread):
    """Reads photographs anew, again and again, on a connection of its own; how sure it is changes every time."""

    def __init__(self, database: Path, enough: threading.Event) -> None:
        super().__init__()
        self.database, self.enough, self.rounds = database, enough, 0
        self.problem: Exception | None = None

    def run(self) -> None:
        world = World(open_database(self.database))
        try:
            while not self.enough.is_set():
                self.rounds += 1
                for number in range(PHOTOGRAPHS):
                    self.read(world, number)
                self.enough.wait(0.01)  # others want to write too
        except Exception as error:  # noqa: BLE001 (told by the test)
            self.problem = error
        finally:
            world.connection.close()

    def read(self, world: World, number: int) -> None:
        thresholds, now = Thresholds(0.8, 0.95), world.clock()
        seen = analysis(*codes(number, 0.3 + self.rounds % 40 / 100))
        with world.uow() as uow:
            image = uow.images.get(number + 1)
            uow.codes.replace_analysis(image, seen, thresholds=thresholds, reading_version=1, now=now)
            settle_content(uow, image.sha256, image.id, seen.codes, thresholds=thresholds, unread_reason=None, now=now)
            uow.commit()


def standing(desk: Served) -> dict[int, str]:
    return dict(desk.ask("SELECT id, request FROM decisions"))


def test_twenty_decide_at_once_while_photographs_are_read_and_no_decision_is_lost_or_doubled(desk: Served) -> None:
    enough, done = threading.Event(), threading.Event()
    reader = Reader(desk.database, done)
    reader.start()
    people = [Person(desk.address, Random(seed)) for seed in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        for work in [pool.submit(person.work, enough) for person in people]:
            work.result(timeout=PATIENCE_S)
    done.set()
    reader.join(PATIENCE_S)

    assert (reader.problem, reader.rounds > 0) == (None, True)
    statuses = {status for person in people for status in person.statuses}
    assert statuses == {200, 409}
    confirmed = {number: name for person in people for name, (number,) in person.confirmed.items()}
    assert standing(desk) == confirmed
    assert desk.ask("SELECT count(*), count(DISTINCT value) FROM decisions WHERE undone_at IS NULL") == [
        (PHOTOGRAPHS * CODES, PHOTOGRAPHS * CODES)
    ]
    assert desk.ask("SELECT count(*) FROM extracted_codes WHERE status = 'pending'") == [(0,)]
    assert desk.ask("SELECT sum(waiting) FROM lot_facts") == [(0,)]


def test_what_was_confirmed_stands_when_the_desk_is_killed(desk: Served) -> None:
    enough = threading.Event()
    people = [Person(desk.address, Random(seed)) for seed in range(8)]
    with ThreadPoolExecutor(len(people)) as pool:
        works = [pool.submit(person.work, enough) for person in people]
        while sum(len(person.confirmed) for person in people) < 12:
            enough.wait(0.005)
        desk.process.send_signal(signal.SIGKILL)
        for work in works:
            work.result(timeout=PATIENCE_S)

    assert any(person.broken for person in people)
    confirmed = {number: name for person in people for name, (number,) in person.confirmed.items()}
    kept = standing(desk)
    assert confirmed.items() <= kept.items()
    assert len(set(kept.values())) == len(kept)
    with sqlite3.connect(desk.database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
