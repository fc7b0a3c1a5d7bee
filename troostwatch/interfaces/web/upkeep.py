"""Keeps the facts of lots as new as the rows they are made from, while the desk is open."""

from __future__ import annotations

import logging
import threading

from troostwatch.domain.errors import TroostwatchError
from troostwatch.interfaces.web.desk import Desk

_BETWEEN_SECONDS = 2.0
_AT_ONCE = 20  # lots: a decision waits no longer than they take

_log = logging.getLogger(__name__)


class Upkeep:
    """A thread of its own, from `start` to `stop`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="upkeep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._over.is_set():
            try:
                with self._desk.workspace() as app:
                    index = app.finding.index(progress=self._heard)
                    index.refresh(at_once=_AT_ONCE)
            except _OverError:
                return
            except TroostwatchError as error:
                _log.warning("the lists of lots are not brought up to date: %s", error)
            self._over.wait(_BETWEEN_SECONDS)

    def _heard(self, _done: int, _total: int | None, _what: str) -> None:
        if self._over.is_set():
            raise _OverError


class _OverError(Exception):
    """The desk is being closed; what is not worked out is worked out next time."""
