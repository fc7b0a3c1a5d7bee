"""What reading processes are sent in tests: functions that read, fail, die or never come back."""

from __future__ import annotations

import os
import signal
import threading

from troostwatch.domain.errors import GoneError, ImageError
from troostwatch.domain.readings import Analysis, Backend


def read(behaviour: str) -> Analysis:
    """Behave as told; the process that read is named among the readers."""
    if behaviour == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == "leaves":
        os._exit(3)
    if behaviour == "is stuck":
        threading.Event().wait()
    if behaviour == "fails":
        raise ImageError("no picture", permanent=True, retry_after=7.5)
    if behaviour == "is gone":
        raise GoneError("404")
    if behaviour == "has a bug":
        raise ZeroDivisionError("a bug")
    return Analysis(Backend.LOCAL, {"pid": str(os.getpid()), "omp": os.environ.get("OMP_NUM_THREADS", "")}, (), (), ())
