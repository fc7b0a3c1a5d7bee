"""How a host is asked: few connections at once and a pause between two requests."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

Sleep = Callable[[float], Awaitable[None]]

# More than this a robots.txt or a 429 cannot slow us down within a run.
LONGEST_PAUSE_SECONDS = 60.0


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    delay: float
    free_at: float = 0.0


class Politeness:
    def __init__(
        self,
        *,
        connections: int,
        delay: float = 0.0,
        jitter: float = 0.0,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connections = connections
        self._delay = delay
        self._jitter = jitter
        self._sleep = sleep
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait until the host may be asked; the block is the request."""
        state = self._state(host)
        async with state.slots:
            now = self._clock()
            start = max(now, state.free_at)
            # S311: spreads requests; nothing secret about it
            state.free_at = start + state.delay + random.uniform(0, self._jitter)  # noqa: S311
            if start > now:
                await self._sleep(start - now)
            yield

    def slow_down(self, host: str, delay: float) -> None:
        """Keep at least so many seconds between two requests, as the host wishes in its robots.txt."""
        state = self._state(host)
        state.delay = max(state.delay, min(delay, LONGEST_PAUSE_SECONDS))

    def pause(self, host: str, seconds: float) -> None:
        """Ask this host nothing for a while: it said that we ask too much."""
        state = self._state(host)
        state.free_at = max(state.free_at, self._clock() + min(seconds, LONGEST_PAUSE_SECONDS))

    def _state(self, host: str) -> _Host:
        if host not in self._hosts:
            self._hosts[host] = _Host(asyncio.Semaphore(self._connections), self._delay)
        return self._hosts[host]
