"""SIGTERM finishes the item in hand; an item that never ends is given up."""

from __future__ import annotations

import subprocess
import sys

import pytest

WAITS = """
import sys, time
from troostwatch.infrastructure.observability.stop import StopFlag
stop = StopFlag(grace_seconds=float(sys.argv[1]))
stop.listen()
print("ready", flush=True)
while not stop.requested:
    time.sleep(0.01)
print("asked", flush=True)
while True:
    time.sleep(0.01)
"""


@pytest.fixture
def waiting():
    started = []

    def start(grace: float) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WAITS, str(grace)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_first_signal_is_a_wish_and_the_second_an_interruption(waiting) -> None:
    process = waiting(1000)
    process.terminate()
    assert process.stdout.readline() == "asked\n"
    process.terminate()
    _, said = process.communicate(timeout=20)
    assert said.endswith("KeyboardInterrupt\n")


def test_what_does_not_end_within_the_grace_is_interrupted(waiting) -> None:
    process = waiting(0.05)
    process.terminate()
    _, said = process.communicate(timeout=20)
    assert said.endswith("KeyboardInterrupt\n")
