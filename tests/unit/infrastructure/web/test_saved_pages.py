"""Pages saved from a browser: files, folders, HAR exports, and what is broken among them."""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.lot_site import page_of

from troostwatch.domain.errors import SourceError
from troostwatch.domain.lots import FailedItem, ListingPage
from troostwatch.infrastructure.web.saved_pages import read_saved


def lot(number: int, **props: object) -> bytes:
    return page_of({"lot": {"displayId": f"A1-1-{number}"}} | props)


AUCTION = page_of({"auction": {"displayId": "A1-1"}, "lots": {"results": [{"displayId": "A1-1-1"}]}})


def read(path: Path, most_bytes: int = 100_000) -> list[str]:
    """Return display ids of lots and auctions, and '!name' for what failed."""
    names = []
    for item in read_saved(path, most_bytes=most_bytes):
        if isinstance(item, FailedItem):
            names.append(f"!{item.name.replace(str(path), '')}")
        else:
            names.append(item.auction.display_id if isinstance(item, ListingPage) else item.display_id)
    return names


def har(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return path


def entry(body: bytes, *, kind: str = "text/html", url: str = "https://x/l/y", **content: str) -> dict[str, Any]:
    shown = {"text": body.decode("latin-1")} | content
    return {
        "startedDateTime": "2025-11-20T10:00:00.5+01:00",
        "request": {"url": url},
        "response": {"status": 200, "content": {"mimeType": kind} | shown},
    }


def test_a_folder_is_read_in_order_with_its_subfolders(tmp_path: Path) -> None:
    (tmp_path / "c.html").write_bytes(lot(3))
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(lot(1)))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "z.HTM").write_bytes(AUCTION)
    (tmp_path / "notes.txt").write_text("not a page")

    assert read(tmp_path) == ["A1-1-1", "A1-1", "A1-1-3"]


def test_what_a_browser_saves_beside_a_page_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "Lot 1.html").write_bytes(lot(1))
    (tmp_path / "Lot 1_bestanden").mkdir()
    (tmp_path / "Lot 1_bestanden" / "saved_resource.html").write_text("<html>advertisement</html>")

    assert read(tmp_path) == ["A1-1-1"]


def test_a_broken_file_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_text("<html>Access denied</html>")
    (tmp_path / "2.html.gz").write_bytes(gzip.compress(lot(2))[:-20])
    (tmp_path / "3.html.gz").write_bytes(b"\x1f\x8bnonsense")
    (tmp_path / "4.har").write_text("{")
    (tmp_path / "5.html").write_bytes(page_of({"home": True}))
    (tmp_path / "6.html").write_bytes(lot(6))

    assert read(tmp_path) == ["!/1.html", "!/2.html.gz", "!/3.html.gz", "!/4.har", "!/5.html", "A1-1-6"]


@pytest.mark.parametrize("name", ["large.html", "bomb.html.gz"])
def test_a_page_larger_than_we_take_is_a_failed_item(tmp_path: Path, name: str) -> None:
    body = b" " * 1_000_000
    (tmp_path / name).write_bytes(gzip.compress(body) if name.endswith("gz") else body)

    assert read(tmp_path) == [f"!/{name}"]


def test_a_har_gives_its_lot_and_auction_pages_and_no_others(tmp_path: Path) -> None:
    encoded = base64.b64encode(gzip.compress(lot(2))).decode()
    export = har(
        tmp_path / "x.har",
        entry(lot(1)),
        entry(b"", text=encoded, encoding="base64"),
        entry(AUCTION),
        entry(b'{"pageProps": {"lot": {"displayId": "A1-1-4"}}}', kind="application/json", url="/_next/data/b/l.json"),
        entry(b"\x89PNG", kind="image/png"),
        entry(page_of({"home": True})),
        entry(b"<html>no data</html>"),
        entry(b'{"pageProps": 1}', kind="application/json", url="https://x/api"),
        {"response": {"status": 403, "content": {"mimeType": "text/html", "text": lot(9).decode()}}},
        {},
        None,
    )

    assert read(export) == ["A1-1-1", "A1-1-2", "A1-1", "A1-1-4"]


def test_a_broken_entry_of_a_har_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    broken = entry(b"", text="abc", encoding="base64", url="https://x/l/1")
    cut = entry(b'<script id="__NEXT_DATA__">{</script>', url="https://x/l/2")

    found = read(har(tmp_path / "x.har", broken, cut, entry(lot(3))))

    assert found == ["!: https://x/l/1", "!: https://x/l/2", "A1-1-3"]


def test_a_har_without_any_page_says_so(tmp_path: Path) -> None:
    (item,) = read_saved(har(tmp_path / "x.har", entry(b"<html></html>")), most_bytes=1000)

    assert isinstance(item, FailedItem)
    assert "no lot or auction page" in item.reason


def test_a_page_was_seen_when_the_site_says_or_else_when_it_was_recorded_or_saved(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(lot(1, serverTime=1764378562164))
    (tmp_path / "b.html").write_bytes(lot(2))
    os.utime(tmp_path / "b.html", (1_700_000_000, 1_700_000_000))
    har(tmp_path / "c.har", entry(lot(3)))

    assert [item.observed_at for item in read_saved(tmp_path, most_bytes=100_000)] == [
        datetime(2025, 11, 29, 1, 9, 22, 164000, tzinfo=UTC),
        datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        datetime.fromisoformat("2025-11-20T10:00:00.5+01:00"),
    ]


def test_a_folder_without_any_page_says_so_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a page")

    with pytest.raises(SourceError, match=f"the folder {tmp_path} holds no saved page") as caught:
        read(tmp_path)

    assert ".html.gz" in str(caught.value.hint)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "content": {"mimeType": "text/html"}},
        {"status": 200, "content": {"mimeType": "text/x-component", "text": '5:["$","$L10"]'}},
        {"status": 404, "content": {"mimeType": "text/html", "text": "<html>gone</html>"}},
    ],
)
def test_every_answer_at_the_address_of_a_lot_is_read_or_named(tmp_path: Path, answer: dict[str, Any]) -> None:
    url = "https://x/nl/l/bench-A1-1-2?_rsc=1"

    found = read(har(tmp_path / "x.har", entry(lot(1)), {"request": {"url": url}, "response": answer}))

    assert found == ["A1-1-1", f"!: {url}"]


def test_a_recorded_body_is_taken_for_what_it_is_whatever_the_recording_calls_it(tmp_path: Path) -> None:
    plain = entry(lot(1), kind="x-unknown", encoding="base64", url="https://x/l/A1-1-1")
    packed = base64.b64encode(zlib.compress(lot(2))).decode()
    export = har(tmp_path / "x.har", plain, entry(b"", text=packed, kind="", url="https://x/l/A1-1-2"))
    export.write_bytes(b"\xef\xbb\xbf" + export.read_bytes())

    assert read(export) == ["A1-1-1", "A1-1-2"]


def test_files_that_people_save_for_pages_and_we_cannot_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "1.html").write_bytes(lot(1))
    for name in ("2.mhtml", "3.html.txt", "4.har.zip"):
        (tmp_path / name).write_bytes(lot(2))

    assert read(tmp_path) == ["A1-1-1", "!/2.mhtml", "!/3.html.txt", "!/4.har.zip"]
