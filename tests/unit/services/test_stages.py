"""The whole night: one stage after the other, as far as the time allows and whatever fails on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from fakes.clock import FakeStop

from troostwatch.domain.errors import (
    LockedError,
    MissingDependencyError,
    SiteRefusedError,
    SourceError,
    TroostwatchError,
)
from troostwatch.domain.runs import Outcome, Report, Stage
from troostwatch.services.stages import run_all


@dataclass
class Done:
    outcome: Outcome = Outcome.DONE
    said: str = "all done"

    def counts(self) -> dict[str, int]:
        return {"things": 3}

    def summary(self) -> str:
        return self.said


def failing(error: Exception) -> Callable[[], Report]:
    def work() -> Report:
        raise error

    return work


def test_stages_run_in_order_and_each_has_its_say() -> None:
    order: list[str] = []

    def step(name: str) -> Callable[[], Report]:
        def work() -> Report:
            order.append(name)
            return Done(said=f"{name} done")

        return work

    report = run_all([(Stage.SYNC, step("pages")), (Stage.DOWNLOAD, step("photographs"))], FakeStop())

    assert order == ["pages", "photographs"]
    assert report.summary() == "sync: pages done; download: photographs done"
    assert report.counts() == {"sync_things": 3, "download_things": 3}
    assert report.outcome is Outcome.DONE


@pytest.mark.parametrize(
    "error", [SourceError("no such page"), SiteRefusedError("403"), LockedError("busy"), MissingDependencyError("none")]
)
def test_a_stage_that_fails_does_not_keep_the_next_from_running(error: TroostwatchError) -> None:
    report = run_all([(Stage.SYNC, failing(error)), (Stage.DOWNLOAD, Done)], FakeStop())

    assert report.summary() == f"download: all done; sync: {error}"
    assert report.outcome is Outcome.FAILED


def test_nor_does_one_that_fails_as_nobody_foresaw_and_its_traceback_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    report = run_all([(Stage.SYNC, failing(ZeroDivisionError("by zero"))), (Stage.DOWNLOAD, Done)], FakeStop())

    assert report.summary() == "download: all done; sync: unforeseen ZeroDivisionError: by zero"
    assert report.outcome is Outcome.FAILED
    assert "Traceback" in caplog.text


def test_an_interruption_ends_the_night() -> None:
    def interrupted() -> Report:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all([(Stage.SYNC, interrupted), (Stage.DOWNLOAD, Done)], FakeStop())


@pytest.mark.parametrize(
    ("stop", "outcome"),
    [(FakeStop(after=1), Outcome.STOPPED), (FakeStop(after=1, out_of_time=True), Outcome.OUT_OF_TIME)],
)
def test_when_it_is_asked_to_stop_no_other_stage_begins(stop: FakeStop, outcome: Outcome) -> None:
    report = run_all([(Stage.SYNC, Done), (Stage.DOWNLOAD, Done)], stop)

    assert list(report.stages) == [Stage.SYNC]
    assert report.outcome is outcome
    assert report.summary() == f"sync: all done; stopped: {outcome}"


@pytest.mark.parametrize(
    ("outcomes", "worst"),
    [
        ([Outcome.DONE, Outcome.SOME_FAILED, Outcome.DONE], Outcome.SOME_FAILED),
        ([Outcome.SOME_FAILED, Outcome.OUT_OF_TIME], Outcome.OUT_OF_TIME),
        ([Outcome.STOPPED, Outcome.FAILED], Outcome.STOPPED),
        ([Outcome.SOME_FAILED, Outcome.OVER_BUDGET], Outcome.OVER_BUDGET),
        ([], Outcome.DONE),
    ],
)
def test_the_night_ended_as_its_worst_stage_did(outcomes: list[Outcome], worst: Outcome) -> None:
    steps = [(stage, lambda o=outcome: Done(o)) for stage, outcome in zip(Stage, outcomes, strict=False)]

    assert run_all(steps, FakeStop()).outcome is worst
