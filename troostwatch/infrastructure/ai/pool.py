"""Reading many photographs at once, so that a killed or stuck worker costs one photograph and not the run."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from troostwatch.domain.errors import ImageError, TroostwatchError, unforeseen
from troostwatch.domain.images import Downloaded
from troostwatch.domain.readings import Analysis

_log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

Outcome = tuple[Downloaded, Analysis | ImageError]


class InProcessExecutor(Executor):
    """Runs what is submitted at once and here: for one job, and for a debugger."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        # An executor hands every error over to whoever asks for the result; that is its contract.
        except Exception as error:  # noqa: BLE001
            future.set_exception(error)
        return future


def process_executor(jobs: int) -> Executor:
    """Return a pool of fresh processes. Spawned, not forked: OCR engines hold threads and locks."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare_worker)


def _prepare_worker() -> None:
    # Ctrl-C and a stopping service reach all processes at once: the parent decides what becomes of the work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = os.environ["OMP_THREAD_LIMIT"] = "1"
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this worker when the program that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


@dataclass(slots=True)
class _Job:
    photograph: Downloaded
    started: float


class AnalysisPool:
    """Feeds photographs to an executor, a few ahead of what is being read."""

    def __init__(
        self,
        read: Callable[[Downloaded], tuple[Callable[..., Analysis], tuple[object, ...]]],
        *,
        jobs: int,
        timeout_seconds: float,
        executor: Callable[[int], Executor] | None = None,
    ) -> None:
        """`read` tells the function and arguments to send to a worker for a photograph."""
        self._read = read
        self._jobs = jobs
        self._timeout = timeout_seconds
        self._new_executor = executor or (process_executor if jobs > 1 else lambda _: InProcessExecutor())

    def analyze_all(self, photographs: Iterable[Downloaded]) -> Iterator[Outcome]:
        """Yield what came of each photograph, as it comes. Closing the iterator stops the workers.

        A photograph whose worker died is read again alone, once; one that takes longer than the time allowed
        has its worker killed and fails.
        """
        executor = self._new_executor(self._jobs)
        waiting = iter(photographs)
        alone: deque[Downloaded] = deque()
        running: dict[Future[Analysis], _Job] = {}
        try:
            while True:
                broken = self._fill(executor, running, waiting)
                if not (running or broken):
                    break
                done, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
                broken += [running.pop(f).photograph for f in done if _crashed(f)]
                for future in done & running.keys():
                    yield _outcome(running.pop(future).photograph, future)
                stuck = self._overdue(running)
                if broken or stuck:
                    end(executor)
                    alone += broken + [job.photograph for job in running.values() if job.photograph not in stuck]
                    running.clear()
                    for photograph in stuck:
                        yield photograph, ImageError(f"reading took longer than {self._timeout:.0f} s")
                    while alone:
                        yield self._read_alone(alone.popleft())
                    executor = self._new_executor(self._jobs)
        finally:
            end(executor)

    def _fill(
        self, executor: Executor, running: dict[Future[Analysis], _Job], waiting: Iterator[Downloaded]
    ) -> list[Downloaded]:
        """Give every worker something to do; return what could not be given because a worker has just died."""
        while len(running) < self._jobs and (photograph := next(waiting, None)):
            function, arguments = self._read(photograph)
            started = time.monotonic()
            try:
                running[executor.submit(function, *arguments)] = _Job(photograph, started)
            except BrokenProcessPool:
                return [photograph]
        return []

    def _overdue(self, running: dict[Future[Analysis], _Job]) -> list[Downloaded]:
        now = time.monotonic()
        return [j.photograph for f, j in running.items() if not f.done() and now - j.started > self._timeout]

    def _read_alone(self, photograph: Downloaded) -> Outcome:
        """Read one photograph in a process of its own, so that what dies is known."""
        executor = self._new_executor(1)
        function, arguments = self._read(photograph)
        future = executor.submit(function, *arguments)
        try:
            wait([future], timeout=self._timeout)
            if not future.done():
                return photograph, ImageError(f"reading took longer than {self._timeout:.0f} s")
            if _crashed(future):
                return photograph, ImageError("the reading process died on this photograph (out of memory?)")
            return _outcome(photograph, future)
        finally:
            end(executor)


def _crashed(future: Future[Analysis]) -> bool:
    return isinstance(future.exception(), BrokenProcessPool)


def _outcome(photograph: Downloaded, future: Future[Analysis]) -> Outcome:
    """Return what the worker said. An error that would befall every photograph is raised here.

    One that nobody foresaw keeps its traceback in the log and costs its photograph.
    """
    error = future.exception()
    if error is None:
        return photograph, future.result()
    if isinstance(error, ImageError):
        return photograph, error
    if isinstance(error, TroostwatchError) or not isinstance(error, Exception):
        raise error
    image = photograph.image
    _log.error("photograph %s of %s: unforeseen error", image.position, image.lot, exc_info=error)
    return photograph, ImageError(unforeseen(error))


def end(executor: Executor) -> None:
    """End the processes of a pool at once; `shutdown` alone would wait for a stuck one when the program ends."""
    # Asked for before the shutdown: afterwards the pool does not know its processes any more.
    processes = list((executor._processes or {}).values()) if isinstance(executor, ProcessPoolExecutor) else []
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
