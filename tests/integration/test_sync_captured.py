"""The captured auction through the command line: from the site, from saved pages, and over a site that fails."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from fakes.lot_site import CAPTURED, Answer, captured_site, loopback_site, needs_captured_lots, page_of, stats

from troostwatch.interfaces.cli.main import run
from troostwatch.services.image_download import ImageDownloadService

pytestmark = needs_captured_lots


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TROOSTWATCH_NETWORK__ALLOW_PRIVATE", "1")
    monkeypatch.setenv("TROOSTWATCH_SYNC__DELAY_SECONDS", "0")
    monkeypatch.setenv("TROOSTWATCH_SYNC__JITTER_SECONDS", "0")
    with stamina.set_testing(True, attempts=6):
        yield


def on_site(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    monkeypatch.setenv("TROOSTWATCH_SYNC__SITES", json.dumps({"A1": base}))


def query(database: str, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def rows(database: str) -> dict[str, list[Any]]:
    """Return all rows that a lot page fills, without hosts and without the hour at which we read."""
    tables = {
        "lots": """SELECT display_id, site_id, slug, title, description, additional_information, remarks, category,
                          attributes_json, quantity, condition, city, country_code, followers_count,
                          page_observed_at, photographs_observed_at
                     FROM lots ORDER BY display_id""",
        "photographs": """SELECT l.display_id, i.url, i.position, i.alt, i.first_seen_at, i.vanished_at
                            FROM lot_images AS i JOIN lots AS l ON l.id = i.lot_id ORDER BY 1, 3""",
        "auctions": "SELECT display_id, slug, name, bidding_status, starts_at, ends_at, details_json FROM auctions",
    }
    return {
        name: [tuple(_without_host(value) for value in row) for row in query(database, sql)]
        for name, sql in tables.items()
    }


def _without_host(value: object) -> object:
    return re.sub(r"https?://[^/\"]+", "", value) if isinstance(value, str) else value


def har_of_saved_pages(path: Path) -> Path:
    entries = []
    for number, saved in enumerate(sorted((CAPTURED / "pages").glob("*.html.gz"))):
        packed = saved.read_bytes()
        plain = {"mimeType": "text/html; charset=utf-8", "text": gzip.decompress(packed).decode()}
        encoded = {"mimeType": "text/html", "encoding": "base64", "text": base64.b64encode(packed).decode()}
        url = f"https://www.troostwijkauctions.com/l/{saved.name}"
        content = plain if number % 2 else encoded
        entries.append({"request": {"url": url}, "response": {"status": 200, "content": content}})
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    return path


def test_saved_pages_as_folder_and_as_har_give_the_rows_of_the_site(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with captured_site() as base:
        on_site(monkeypatch, base)
        assert run(["sync", "--db", "site.db", "A1-39499"]) == 0
    assert run(["sync", "--db", "folder.db", str(CAPTURED / "pages")]) == 0
    assert run(["sync", "--db", "har.db", str(har_of_saved_pages(tmp_path / "export.har"))]) == 0

    from_site = rows("site.db")
    assert (len(from_site["lots"]), len(from_site["photographs"])) == (21, 68)
    assert rows("folder.db") == from_site
    assert rows("har.db") == from_site


def test_a_second_run_asks_for_listings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with captured_site() as base:
        on_site(monkeypatch, base)
        run(["sync", "--db", "t.db", f"{base}/nl/a/max-ict-A1-39499"])
        before = stats(base)["requests"]
        run(["sync", "--db", "t.db", "A1-39499"])
        asked = {path: count - before.get(path, 0) for path, count in stats(base)["requests"].items()}

    assert {path for path, count in asked.items() if count} <= {
        "/robots.txt",
        "/a/goederen-opgekocht-uit-faillissement-max-ict-(1-2)-A1-39499",
    }
    assert sum(count for path, count in before.items() if "/l/" in path) == 21


def downloaded(database: str) -> dict[tuple[str, int], tuple[str, str]]:
    found = query(
        database,
        """SELECT l.display_id, i.position, i.local_path, i.content_sha256
             FROM lot_images AS i JOIN lots AS l ON l.id = i.lot_id WHERE i.download_status = 'downloaded'""",
    )
    return {(lot, position): (path, digest) for lot, position, path, digest in found}


def check_files(folder: Path, database: str) -> None:
    """Every row has its file, every file its row, and each is what its digest says."""
    found = downloaded(database)
    assert {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} == {p for p, _ in found.values()}
    for path, digest in found.values():
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest


def test_without_faults_each_photograph_is_asked_for_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with captured_site() as base:
        on_site(monkeypatch, base)
        run(["sync", "--db", "t.db", "A1-39499"])
        run(["images", "download", "--db", "t.db"])
        run(["images", "download", "--db", "t.db"])
        asked = stats(base)["requests"]

    photographs = {path: count for path, count in asked.items() if path.startswith("/image-media/")}
    assert set(photographs.values()) == {1}
    assert len(downloaded("t.db")) == 59
    check_files(tmp_path / "data" / "images", "t.db")


def test_over_a_site_that_fails_three_runs_bring_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The faulty site asks for a second's rest each time; that it is given is tested elsewhere, without waiting.
    monkeypatch.setattr("troostwatch.infrastructure.http.politeness.LONGEST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(ImageDownloadService, "_rest_for", lambda *args: None)
    with captured_site() as base:
        on_site(monkeypatch, base)
        run(["sync", "--db", "calm.db", "A1-39499"])
        run(["images", "download", "--db", "calm.db"])
    monkeypatch.setenv("TROOSTWATCH_PATHS__IMAGES", "stormy")
    faults = ("--fail", "0.3", "--throttle", "0.1", "--truncate", "0.1", "--html-for-image", "0.1")
    with captured_site(*faults) as base:
        on_site(monkeypatch, base)
        for _ in range(3):
            run(["sync", "--db", "stormy.db", "A1-39499"])
            run(["images", "download", "--db", "stormy.db"])
        assert sum(stats(base)["faults"].values()) > 20

    assert downloaded("stormy.db") == downloaded("calm.db")
    check_files(tmp_path / "stormy", "stormy.db")


def test_a_site_that_refuses_is_an_error_with_advice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with loopback_site(lambda path: Answer(status=404 if path == "/robots.txt" else 403)) as site:
        on_site(monkeypatch, site.base)
        code = run(["sync", "--db", "t.db", "A1-39499"])

    said = capsys.readouterr().err
    assert code == 1
    assert "the site refuses programs (403)" in said
    assert "troostwatch sync saved-pages/" in said


def test_a_lot_page_that_fails_is_exit_code_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listing = {"results": [{"displayId": "A1-1-1"}, {"displayId": "A1-1-2"}]}

    def answer(path: str) -> Answer:
        if path.startswith("/a/"):
            return Answer(page_of({"auction": {"displayId": "A1-1"}, "lots": listing}))
        return Answer(page_of({"lot": {"displayId": "A1-1-2"}})) if path == "/l/A1-1-2" else Answer(status=404)

    with loopback_site(answer) as site:
        on_site(monkeypatch, site.base)
        code = run(["sync", "--db", "t.db", "A1-1", "--json"])

    out, err = capsys.readouterr()
    said = json.loads(out)
    assert code == 4
    assert (said["outcome"], said["lots_read"], said["failed"]) == ("some_failed", 1, 1)
    assert said["failures"][0]["item"].endswith("/l/A1-1-1")
    assert "404" in err


def test_a_dry_run_makes_no_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with captured_site() as base:
        on_site(monkeypatch, base)
        code = run(["sync", "A1-39499", "--dry-run", "--limit", "2"])

    out = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.rpartition("-A1")[0].partition(base)[0] for line in out[:2]] == ["would read "] * 2
    assert out[2] == "would read 2 lot pages; 0 unchanged"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["sync"], ["sync", "A7-1"], ["sync", "no-such-thing"]])
def test_a_source_that_makes_no_sense_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert "try:" in capsys.readouterr().err
