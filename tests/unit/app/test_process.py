"""What lives as long as the process is made once, and threads share it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from fakes.clock import FakeStop
from fakes.world import World, analysis, code

from troostwatch.app import requests
from troostwatch.app.process import Process
from troostwatch.app.workspace import Workspace
from troostwatch.config import Settings
from troostwatch.domain.errors import LockedError
from troostwatch.domain.runs import Stage
from troostwatch.domain.search import Question
from troostwatch.infrastructure.ai import image_embedder
from troostwatch.infrastructure.persistence.lock import stage_lock


@pytest.fixture
def database(tmp_path: Path) -> Path:
    world = World.at(tmp_path / "t.db")
    for number in range(1, 9):
        world.lot(f"A1-1-{number}", title=f"Laptop {number}")
        world.photograph(f"A1-1-{number}", 0, f"p{number}")
        world.shows(f"p{number}", analysis(code(f"AB12345{number}", 0.5)))
    world.analyze()
    world.connection.close()
    return tmp_path / "t.db"


def test_two_threads_read_review_and_search_at_once_over_one_process(database: Path) -> None:
    process, together = Process(Settings()), Barrier(2)
    with Workspace.open(process, database) as workspace:
        waiting = workspace.review().queue()

    def work(first: int) -> tuple[int, int, int]:
        with Workspace.open(process, database) as workspace:
            together.wait()
            mine = [item.code_id for item in waiting[first::2]]
            for code_id in mine:
                workspace.review().approve(code_id)
            found = workspace.search().find(Question(text="laptop", limit=20)).hits
            return len(mine), len(found), len(workspace.reports().lots())

    with ThreadPoolExecutor(2) as pool:
        results = [job.result() for job in [pool.submit(work, first) for first in (0, 1)]]

    assert [(found, lots) for _, found, lots in results] == [(8, 8)] * 2
    with Workspace.open(process, database) as workspace:
        assert workspace.reports().stats().decisions == sum(decided for decided, _, _ in results) > 0


def test_stages_run_beside_the_main_thread_since_none_listens_to_signals(database: Path) -> None:
    process = Process(Settings())

    def hash_missing() -> int:
        with Workspace.open(process, database) as workspace:
            service = workspace.finding.duplicates()
            return len(workspace.stages.run(Stage.HASH, lambda: service.hash_missing(stop=FakeStop())).failures)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(hash_missing).result() == 8  # the world has no files


def test_a_model_is_loaded_once_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    class Loaded:
        def __init__(self, options: image_embedder.ClipOptions) -> None:
            loaded.append(options.model)

    monkeypatch.setattr(image_embedder, "ClipEmbedder", Loaded)
    process = Process(Settings())

    with ThreadPoolExecutor(4) as pool:
        models = set(pool.map(lambda n: id(process.models.embedder(download=n % 2 == 0)), range(8)))
    other = process.models.embedder(requests.model(Settings(), name="RN50"))

    assert len(models) == 1
    assert id(other) not in models
    assert loaded == ["ViT-B-32-quickgelu", "RN50"]


def test_a_stage_that_another_run_holds_is_refused_at_once(database: Path) -> None:
    with Workspace.open(Process(Settings()), database) as workspace, stage_lock(database, "hash"):
        service = workspace.finding.duplicates()
        with pytest.raises(LockedError):
            workspace.stages.run(Stage.HASH, lambda: service.hash_missing(stop=FakeStop()))
