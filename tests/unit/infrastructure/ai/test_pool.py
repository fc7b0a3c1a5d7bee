"""Reading in processes of their own: whatever happens in one costs one photograph."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool

import pytest
from fakes import workers

from troostwatch.domain.errors import GoneError, ImageError
from troostwatch.domain.images import AnalysisStatus, Downloaded, DownloadStatus, LotImage
from troostwatch.domain.readings import Analysis
from troostwatch.infrastructure.ai.pool import AnalysisPool, InProcessExecutor

LONG = 300.0


def photograph(number: int, behaviour: str) -> Downloaded:
    image = LotImage(
        id=number,
        lot="A1-1-1",
        url=behaviour,
        position=number,
        download_status=DownloadStatus.DOWNLOADED,
        download_attempts=1,
        local_path="x",
        sha256="x",
        analysis_status=AnalysisStatus.PENDING,
        analysis_attempts=0,
        review_reason=None,
        error_message=None,
    )
    return Downloaded("x", "x", image)


def pool(*, jobs: int = 2, timeout: float = LONG, executor: Callable[[int], Executor] | None = None) -> AnalysisPool:
    return AnalysisPool(
        lambda one: (workers.read, (one.image.url,)), jobs=jobs, timeout_seconds=timeout, executor=executor
    )


def outcomes(reading: AnalysisPool, behaviours: Iterable[str]) -> dict[int, Analysis | ImageError]:
    """Return what came of each photograph by its number, each exactly once."""
    results = list(reading.analyze_all(photograph(i, behaviour) for i, behaviour in enumerate(behaviours)))
    found = {one.image.id: result for one, result in results}
    assert len(found) == len(results)
    return found


def children_left() -> list[int]:
    """Return the processes that are still there after they had time to end.

    The system is asked, not `multiprocessing`: the pool's own thread may have reaped a child and not noted it yet.
    """
    children = multiprocessing.active_children()
    for child in children:
        child.join(60)
    return [child.pid for child in children if child.pid and is_there(child.pid)]


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def said(results: dict[int, Analysis | ImageError]) -> dict[int, str]:
    return {i: str(result) for i, result in sorted(results.items()) if isinstance(result, ImageError)}


def test_photographs_are_read_in_other_processes_on_one_thread_each() -> None:
    results = outcomes(pool(), ["reads"] * 6)

    readers = {result.readers["pid"] for result in results.values()}
    assert len(results) == 6
    assert str(os.getpid()) not in readers
    assert 1 <= len(readers) <= 2
    assert {result.readers["omp"] for result in results.values()} == {"1"}


def test_one_job_reads_in_this_process() -> None:
    results = outcomes(pool(jobs=1), ["reads", "fails", "reads"])

    assert [results[i].readers["pid"] for i in (0, 2)] == [str(os.getpid())] * 2
    assert said(results) == {1: "no picture"}


@pytest.mark.parametrize("end", ["dies", "leaves"])
def test_a_worker_that_dies_costs_the_photograph_in_its_hands_alone(end: str) -> None:
    results = outcomes(pool(), ["reads", end, "reads", "reads", end, "reads"])

    assert len(results) == 6
    died = "the reading process died on this photograph (out of memory?)"
    assert said(results) == {1: died, 4: died}


def test_a_stuck_worker_is_killed_and_the_others_are_read() -> None:
    results = outcomes(pool(timeout=4), ["reads", "is stuck", "dies", "reads"])

    assert said(results) == {
        1: "reading took longer than 4 s",
        2: "the reading process died on this photograph (out of memory?)",
    }
    assert children_left() == []


def test_a_caller_that_goes_away_leaves_no_process_behind() -> None:
    results = pool().analyze_all(
        photograph(i, behaviour) for i, behaviour in enumerate(["reads", "is stuck", "is stuck"])
    )
    next(results)

    results.close()  # type: ignore[attr-defined]

    assert children_left() == []


def test_no_more_photographs_are_taken_up_than_there_are_jobs() -> None:
    taken: list[int] = []

    def waiting() -> Iterable[Downloaded]:
        for i in range(9):
            taken.append(i)
            yield photograph(i, "reads")

    results = pool(jobs=2, executor=lambda _: InProcessExecutor()).analyze_all(waiting())
    next(results)

    assert taken == [0, 1]


def test_a_worker_that_dies_between_two_photographs_costs_none() -> None:
    refusals = [True]

    class Broken(InProcessExecutor):
        def submit(self, fn: Callable[..., Analysis], /, *args: object, **kwargs: object) -> Future[Analysis]:
            if args == ("reads",) and refusals:
                refusals.pop()
                raise BrokenProcessPool
            return super().submit(fn, *args, **kwargs)

    results = outcomes(pool(executor=lambda _: Broken()), ["fails", "reads", "reads"])

    assert len(results) == 3
    assert said(results) == {0: "no picture"}


def test_an_error_about_a_photograph_comes_home_with_all_it_says() -> None:
    results = outcomes(pool(), ["fails", "is gone"])

    failed, gone = results[0], results[1]
    assert (type(failed), failed.permanent, failed.retry_after) == (ImageError, True, 7.5)
    assert (type(gone), gone.permanent, str(gone)) == (GoneError, True, "404")


def test_an_error_keeps_its_hint_when_it_is_pickled() -> None:
    error = ImageError("no picture", retry_after=3.0)
    error.hint = "look at it"

    again = pickle.loads(pickle.dumps(error))

    assert (str(again), again.hint, again.permanent, again.retry_after) == ("no picture", "look at it", False, 3.0)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bug_costs_its_photograph_and_leaves_a_traceback(jobs: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("ERROR"):
        results = outcomes(pool(jobs=jobs), ["reads", "has a bug", "reads"])

    assert said(results) == {1: "unforeseen ZeroDivisionError: a bug"}
    assert "Traceback" in caplog.text
