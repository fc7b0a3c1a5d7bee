"""Every run leaves a row, also one that failed; one without an end was killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.world import World

from troostwatch.domain.errors import SourceError
from troostwatch.domain.runs import Outcome, Run, Stage
from troostwatch.services.runs import RunLog
from troostwatch.services.stages import BatchReport


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    yield world
    world.connection.close()


def last(world: World) -> Run:
    (run,) = world.reports().runs(1)
    return run


def test_a_run_leaves_when_it_began_how_it_ended_and_what_it_counted(world: World) -> None:
    started = world.clock()

    def work() -> BatchReport:
        running = last(world)
        assert (running.stage, running.started_at, running.finished_at) == (Stage.BATCH, started, None)
        world.clock.forward(minutes=5)
        return BatchReport(errors=[(Stage.SYNC, SourceError("no such page"))])

    RunLog(world.uow, world.clock).record(Stage.BATCH, work)

    run = last(world)
    assert (run.finished_at, run.outcome, run.message) == (world.clock(), Outcome.FAILED, "sync: no such page")


@pytest.mark.parametrize(
    ("error", "outcome", "message"),
    [
        (OSError("disk full"), Outcome.FAILED, "disk full"),
        (ZeroDivisionError(), Outcome.FAILED, "ZeroDivisionError"),
        (KeyboardInterrupt(), Outcome.STOPPED, "interrupted"),
    ],
)
def test_a_run_that_breaks_off_says_why(world: World, error: BaseException, outcome: Outcome, message: str) -> None:
    def work() -> BatchReport:
        raise error

    with pytest.raises(type(error)):
        RunLog(world.uow, world.clock).record(Stage.SYNC, work)

    assert (last(world).outcome, last(world).message) == (outcome, message)


def test_a_message_that_is_no_text_is_written_down_all_the_same(world: World) -> None:
    def work() -> BatchReport:
        raise SourceError("there is no file caf\udce9.html")

    with pytest.raises(SourceError):
        RunLog(world.uow, world.clock).record(Stage.SYNC, work)

    assert last(world).message == "there is no file caf\\udce9.html"
