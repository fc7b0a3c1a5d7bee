"""From the pages of a site to codes in a file, with the lines that a user types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from cli.conftest import Run
from fakes.lot_site import LoopbackSite
from fakes.small_auction import SmallAuction

AUCTION = SmallAuction(lots=3, each=3)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackSite]:
    monkeypatch.setenv("TROOSTWATCH_NETWORK__ALLOW_PRIVATE", "1")
    monkeypatch.setenv("TROOSTWATCH_SYNC__DELAY_SECONDS", "0")
    monkeypatch.setenv("TROOSTWATCH_SYNC__JITTER_SECONDS", "0")
    monkeypatch.setenv("TROOSTWATCH_ANALYSIS__OCR_ENGINE", "tesseract")
    with stamina.set_testing(True, attempts=1), AUCTION.served() as site:
        yield site


def codes(run: Run) -> set[tuple[str, int, str]]:
    rows = [json.loads(line) for line in run("images export-codes").out.splitlines()]
    return {(row["lot"], row["position"], row["value"]) for row in rows}


def test_sync_download_analyze_export_and_nothing_is_asked_for_twice(run: Run, site: LoopbackSite) -> None:
    assert run(f"sync {' '.join(AUCTION.addresses(site.base))}").code == 0
    assert run("images download").err == f"{AUCTION.contents} downloaded, {AUCTION.lots - 1} shared\n"
    assert run("images analyze --jobs 1").code == 0

    assert codes(run) == AUCTION.codes
    assert run("db verify").code == 0
    assert {path: n for path, n in site.requests.items() if path.startswith("/photo/") and n > 1} == {}


def test_batch_does_the_whole_night_in_one_line(run: Run, site: LoopbackSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROOSTWATCH_SYNC__SOURCES", json.dumps(AUCTION.addresses(site.base)))
    monkeypatch.setenv("TROOSTWATCH_ANALYSIS__JOBS", "1")

    said = run("--quiet batch")

    assert (said.code, said.err) == (0, "")
    assert len(said.out.splitlines()) == 1
    assert said.out.startswith("sync: 3 lots in 1 auction, 3 read")
    assert codes(run) == AUCTION.codes


def test_what_failed_is_named_and_can_be_brought_back(
    run: Run, site: LoopbackSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(f"sync {AUCTION.addresses(site.base)[0]}")
    monkeypatch.setenv("TROOSTWATCH_DOWNLOAD__MAX_BYTES", "100")
    refused = run("images download")
    monkeypatch.delenv("TROOSTWATCH_DOWNLOAD__MAX_BYTES")

    assert refused.code == 4
    assert "  A1-1-1 photograph 0: " in refused.err
    assert "is larger than 100 bytes" in refused.err
    assert refused.err.splitlines()[-1] == "0 downloaded, 0 shared, 3 failed"
    assert run("images download").err == "0 downloaded, 0 shared\n"
    assert run("images reprocess-failed").err == "3 downloads and 0 analyses wait again\n"
    assert run("images download").err == "3 downloaded, 0 shared\n"
    assert not list(tmp_path.rglob("*.part"))


def test_a_photograph_that_cannot_be_read_waits_until_it_is_brought_back(
    run: Run, site: LoopbackSite, tmp_path: Path
) -> None:
    run(f"sync {AUCTION.addresses(site.base)[0]}")
    run("images download")
    first = next((tmp_path / "data" / "images" / "A1-1-1").glob("0-*"))
    whole = first.read_bytes()
    first.write_bytes(whole[:1000])

    said = run("images analyze --jobs 1")
    first.write_bytes(whole)

    assert said.code == 4
    assert "  A1-1-1 photograph 0: the file changed since it was downloaded" in said.err
    assert run("images analyze --jobs 1").code == 0
    assert len(codes(run)) == 2
    assert run("images reprocess-failed").err == "0 downloads and 1 analysis wait again\n"
    run("images analyze --jobs 1")
    assert len(codes(run)) == 3


def test_choices_narrow_the_work(run: Run, site: LoopbackSite) -> None:
    run(f"sync {' '.join(AUCTION.addresses(site.base))}")

    assert run("images download --lot A1-1-2 --limit 2").err == "2 downloaded, 0 shared\n"
    assert run("images download --closing-within 24h").err == "0 downloaded, 0 shared\n"
    assert run("images analyze --jobs 1 --limit 1").err.startswith("1 photograph analyzed")
    assert run("images analyze --jobs 1 --lot A1-1-3").err == "no photograph waits to be analyzed\n"
    assert run("images analyze --jobs 1 --no-save-tokens --since-version 999").code == 0
