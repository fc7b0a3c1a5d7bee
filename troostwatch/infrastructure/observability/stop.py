"""Being asked to stop: by a signal, or by the time that was allowed."""

from __future__ import annotations

import signal
import time
from types import FrameType

GRACE_SECONDS = 20.0


class StopFlag:
    """Turns true once, on SIGTERM or when the time is over; the item in hand is finished all the same.

    An item that takes longer than the grace is given up, and so it is at a second SIGTERM: as after Ctrl-C.
    """

    def __init__(self, *, max_seconds: float | None = None, grace_seconds: float = GRACE_SECONDS) -> None:
        self._deadline = None if max_seconds is None else time.monotonic() + max_seconds
        self._grace = grace_seconds
        self._signalled = False

    def listen(self) -> None:
        """Take SIGTERM as the wish to stop after the item in hand. SIGINT stays an interruption."""
        signal.signal(signal.SIGTERM, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._signalled:
            raise KeyboardInterrupt
        self._signalled = True
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, _give_up)
            signal.setitimer(signal.ITIMER_REAL, self._grace)

    @property
    def out_of_time(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline

    @property
    def requested(self) -> bool:
        return self._signalled or self.out_of_time


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
