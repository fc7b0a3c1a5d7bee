"""Embedding killed at any moment: no vector is lost, none is doubled, and the next run makes the rest."""

from __future__ import annotations

import struct
import sys
from math import hypot
from pathlib import Path
from random import Random

import pytest
from fakes.small_auction import SmallAuction
from fakes.tiny_clip import DIMENSION, NAME, needs_clip, weights
from fakes.victims import Household

from troostwatch.interfaces.cli.errors import ExitCode

pytestmark = [needs_clip, pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")]

AUCTION = SmallAuction(lots=12, each=10)


@pytest.fixture
def home(tmp_path: Path) -> Household:
    model = {"model": str(tmp_path / f"{NAME}.json"), "weights": str(weights(tmp_path)), "batch_size": 1}
    home = Household(tmp_path, more={"embedding": model})
    with AUCTION.served() as site:
        assert home.run("sync", *AUCTION.addresses(site.base)).returncode == ExitCode.OK
        assert home.run("images", "download").returncode == ExitCode.OK
    home.finished = {"download": set(), "embed": set()}
    return home


def vectors(home: Household) -> dict[str, tuple[float, ...]]:
    rows = home.ask("SELECT content_sha256, vector FROM image_embeddings")
    return {row[0]: struct.unpack(f"<{DIMENSION}f", row[1]) for row in rows}


def test_killing_embed_loses_nothing_and_doubles_nothing(home: Household) -> None:
    rng = Random(4)
    killed = 0
    before: dict[str, tuple[float, ...]] = {}
    for _ in range(4):
        killed += home.kill_in("embed", rng, most_items=25)
        home.check()
        now = vectors(home)
        assert now | before == now, "a vector that was finished is gone or another"
        assert all(abs(hypot(*vector) - 1) < 1e-5 for vector in now.values())
        before = now
    last = home.run("images", "embed")

    assert killed >= 3
    assert (last.returncode, "Traceback" in last.stderr) == (ExitCode.OK, False)
    assert f"{len(before)} skipped" in last.stderr
    assert len(vectors(home)) == AUCTION.contents
    assert home.run("db", "verify").returncode == ExitCode.OK
    assert home.run("search", "--like", "A1-1-1").returncode == ExitCode.OK


def test_of_two_at_once_the_second_ends_at_once(home: Household) -> None:
    with home.running("images", "embed") as first:
        assert home.wait_until(first, lambda: bool(home.ask("SELECT 1 FROM runs WHERE stage = 'embed'")))
        second = home.run("images", "embed")
        first.communicate(timeout=60)

    assert second.returncode == ExitCode.LOCKED
    assert second.stderr.startswith("troostwatch: another 'embed' is running on ")
    assert first.returncode == ExitCode.OK
    assert len(vectors(home)) == AUCTION.contents
