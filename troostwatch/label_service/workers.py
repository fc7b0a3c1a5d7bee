"""Reading processes behind an event loop: so many at work, so many waiting, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from troostwatch.infrastructure.ai.pool import end

P = ParamSpec("P")
T = TypeVar("T")


class OverloadedError(Exception):
    """As many photographs as may wait are waiting. `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many photographs wait to be read")
        self.retry_after = retry_after


class TooSlowError(Exception):
    """Reading took longer than the time allowed; the process was ended."""


class DiedError(Exception):
    """The reading process died on this photograph, twice."""


@dataclass(slots=True)
class Load:
    working: int = 0
    waiting: int = 0
    waiting_bytes: int = 0


class Workers:
    """Processes of one reader each, so that a stuck or dying one harms no other photograph."""

    def __init__(
        self,
        count: int,
        *,
        most_waiting: int,
        most_waiting_bytes: int,
        timeout_seconds: float,
        new_executor: Callable[[], Executor],
    ) -> None:
        self._count = count
        self._most_waiting = most_waiting
        self._most_waiting_bytes = most_waiting_bytes
        self._timeout = timeout_seconds
        self._new_executor = new_executor
        self._free: asyncio.Queue[Executor] = asyncio.Queue()
        self._all: set[Executor] = set()
        self.load = Load()

    def start(self) -> None:
        for _ in range(self._count):
            self._free.put_nowait(self._another())

    def stop(self) -> None:
        for executor in self._all:
            end(executor)
        self._all.clear()

    async def everywhere(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> list[T]:
        """Run a function once in every process."""
        loop = asyncio.get_running_loop()
        return await asyncio.gather(
            *(asyncio.wrap_future(e.submit(function, *args, **kwargs), loop=loop) for e in list(self._all))
        )

    async def run(self, size: int, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function in the next free process; `size` is how many bytes wait with it.

        Raises OverloadedError at once when too much waits, TooSlowError, DiedError, and what the function raises.
        """
        executor = await self._turn(size)
        self.load.working += 1
        try:
            for _ in range(2):  # it may have died of what was read before
                try:
                    async with asyncio.timeout(self._timeout):
                        return await asyncio.wrap_future(executor.submit(function, *args, **kwargs))
                except TimeoutError as error:
                    executor = self._replace(executor)
                    raise TooSlowError(f"reading took longer than {self._timeout:g} s") from error
                except asyncio.CancelledError:  # the client has gone: nobody waits for the answer
                    executor = self._replace(executor)
                    raise
                except BrokenProcessPool:
                    executor = self._replace(executor)
            raise DiedError("the reading process died on this photograph")
        finally:
            self.load.working -= 1
            self._free.put_nowait(executor)

    async def _turn(self, size: int) -> Executor:
        """Wait for a free process, unless too much waits already."""
        full = self.load.waiting >= self._most_waiting or self.load.waiting_bytes + size > self._most_waiting_bytes
        if self._free.empty() and full:
            raise OverloadedError(max(1, round(self.load.waiting / self._count)))
        self.load.waiting += 1
        self.load.waiting_bytes += size
        try:
            return await self._free.get()
        finally:
            self.load.waiting -= 1
            self.load.waiting_bytes -= size

    def _another(self) -> Executor:
        executor = self._new_executor()
        self._all.add(executor)
        return executor

    def _replace(self, executor: Executor) -> Executor:
        end(executor)
        self._all.discard(executor)
        return self._another()
