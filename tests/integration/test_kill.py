"""The program killed at any moment: what was finished stays, nothing is doubled, and the next run carries on."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from fakes.lot_site import LoopbackSite
from fakes.small_auction import SmallAuction
from fakes.victims import Household

from troostwatch.interfaces.cli.errors import ExitCode

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")

AUCTION = SmallAuction(lots=8, each=6)


@pytest.fixture(scope="module")
def site() -> Iterator[LoopbackSite]:
    with AUCTION.served(answers_after_s=0.03) as site:
        yield site


@pytest.fixture
def home(tmp_path: Path, site: LoopbackSite) -> Household:
    home = Household(tmp_path)
    assert home.run("sync", *AUCTION.addresses(site.base)).returncode == ExitCode.OK
    return home


def codes_of(home: Household) -> set[tuple[str, int, str]]:
    rows = [json.loads(line) for line in home.run("images", "export-codes").stdout.splitlines()]
    found = {(row["lot"], row["position"], row["value"]) for row in rows}
    assert len(found) == len(rows), "a code is there twice"
    return found


def test_killing_download_and_analyze_loses_nothing_and_doubles_nothing(home: Household) -> None:
    rng = Random(8)
    killed = 0
    for stage, most_items in (("download", 6), ("analyze", 4)):
        for _ in range(6):
            killed += home.kill_in(stage, rng, most_items=most_items)
            home.check()
        last = home.run("images", stage)
        assert (last.returncode, "Traceback" in last.stderr) == (ExitCode.OK, False)
        home.check()

    assert killed >= 10
    assert len(home.done("download")) == len(home.done("analyze")) == AUCTION.rows
    assert home.unfinished_files == []
    assert home.run("db", "verify").returncode == ExitCode.OK
    assert codes_of(home) == AUCTION.codes


@pytest.mark.parametrize("stage", ["download", "analyze"])
def test_sigterm_finishes_what_is_in_hand_and_a_later_run_the_rest(home: Household, stage: str) -> None:
    if stage == "analyze":
        assert home.run("images", "download").returncode == ExitCode.OK
    with home.running("images", stage) as process:
        assert home.wait_until(process, lambda: bool(home.done(stage)))
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)

    assert process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in said
    assert 0 < len(home.done(stage)) < AUCTION.rows
    assert home.unfinished_files == []
    assert home.ask("SELECT outcome FROM runs ORDER BY id DESC LIMIT 1") == [("stopped",)]
    home.check()
    assert home.run("images", stage).returncode == ExitCode.OK
    assert len(home.done(stage)) == AUCTION.rows


def test_of_two_at_once_the_second_ends_at_once_and_touches_nothing(home: Household) -> None:
    home.run("images", "download", "--limit", "12")
    with home.running("images", "analyze") as first:
        assert home.wait_until(first, lambda: bool(home.ask("SELECT 1 FROM runs WHERE stage = 'analyze'")))
        second = home.run("images", "analyze")
        first.communicate(timeout=60)

    assert second.returncode == ExitCode.LOCKED
    assert second.stderr.startswith("troostwatch: another 'analyze' is running on ")
    assert first.returncode == ExitCode.OK
    assert home.ask("SELECT count(*) FROM runs WHERE stage = 'analyze'") == [(1,)]
    home.check()
