"""What leaves the desk as files: lists that no spreadsheet runs, and pictures under addresses that never change."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from fakes.desks import Visitor
from fakes.world import World
from PIL import Image

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "{=1+1}", "\t=1", "http://a.example/", "007", "a\x00b\x0bc", "x" * 40_000)


@pytest.fixture
def titled(world: World) -> list[str]:
    """Give the world lots whose titles a spreadsheet might take for something else."""
    for number, title in enumerate(FORMULAS):
        world.lot(f"A2-1-{number}", title=title)
    return list(FORMULAS)


def test_no_cell_of_the_csv_is_a_formula(visitor: Visitor, titled: list[str]) -> None:
    answer = visitor.http.get("/lots.csv?q=&order=newest")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert len(rows) == 1 + 3 + len(titled)
    titles = [row[1] for row in rows[1:]]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=1+1" in titles
    assert "007" in titles


def test_every_cell_of_the_spreadsheet_is_the_text_that_it_was(visitor: Visitor, titled: list[str]) -> None:
    answer = visitor.http.get("/lots.xlsx?order=newest")

    with zipfile.ZipFile(BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    texts = re.findall(r"<t[^>]*>([^<]*)</t>", strings)
    assert {"=1+1", "{=1+1}", "007", "http://a.example/", "a\ufffdb\ufffdc"} <= set(texts)
    assert max(map(len, texts)) == 32_000


def test_the_files_hold_what_the_list_holds(visitor: Visitor) -> None:
    rows = list(csv.DictReader(io.StringIO(visitor.page("/lots.csv?over=no"))))

    assert [row["lot"] for row in rows] == ["A1-1-2", "A1-1-1"]
    assert rows[1]["ean"] == "4006381333931"
    assert rows[1]["waiting"] == "1"


def test_files_are_as_long_as_the_list(visitor: Visitor, world: World) -> None:
    for number in range(1100):  # more than are asked of the database at once
        world.lot(f"A3-1-{number}")

    assert len(visitor.page("/lots.csv?q=A3-1-").splitlines()) == 1101


def digest(world: World) -> str:
    return world.connection.execute("SELECT content_sha256 FROM lot_images ORDER BY id LIMIT 1").fetchone()[0]


@pytest.mark.parametrize("size", ["thumb", "small", "large", "full"])
def test_a_photograph_comes_in_sizes_and_may_be_kept_for_ever(visitor: Visitor, world: World, size: str) -> None:
    answer = visitor.http.get(f"/pictures/{digest(world)}/{size}.jpg")

    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert Image.open(BytesIO(answer.content)).size == (160, 120)


def test_a_crop_is_turned_as_asked(visitor: Visitor, world: World) -> None:
    def size(turns: int) -> tuple[int, int]:
        answer = visitor.http.get(f"/crops/{digest(world)}/10-20-110-50-{turns}.png")
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        return Image.open(BytesIO(answer.content)).size

    assert size(0) == size(2)
    assert size(1) == size(3) == size(0)[::-1]


def test_a_picture_is_made_once(visitor: Visitor, world: World, tmp_path: Path) -> None:
    path = f"/pictures/{digest(world)}/thumb.jpg"
    first = visitor.http.get(path).content
    for file in (tmp_path / "images").rglob("*.jpg"):
        file.unlink()

    assert visitor.http.get(path).content == first


def test_a_photograph_that_is_not_what_it_was_is_not_shown(visitor: Visitor, world: World, tmp_path: Path) -> None:
    for file in (tmp_path / "images").rglob("*.jpg"):
        file.write_bytes(b"something else")

    answer = visitor.http.get(f"/pictures/{digest(world)}/thumb.jpg")

    assert answer.status_code == 404
    assert "immutable" not in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/{0}/huge.jpg", "/pictures/{0}/thumb.png", "/pictures/A1-1-1/thumb.jpg", "/pictures/{1}/thumb.jpg",
        "/crops/{0}/10-20-10-50-0.png", "/crops/{0}/10-20-110-50-4.png", "/crops/{0}/-1-20-110-50-0.png",
        "/crops/{0}/10-20-999999999999-50-0.png", "/crops/{1}/10-20-110-50-0.png", "/crops/{0}/a-b-c-d-e.png",
        "/crops/{0}/5000-5000-6000-6000-0.png",
    ],
)  # fmt: skip
def test_what_is_no_photograph_is_not_found(visitor: Visitor, world: World, path: str) -> None:
    answer = visitor.http.get(path.format(digest(world), "0" * 64))

    assert answer.status_code in (404, 422)
    assert answer.json()["detail"]
    assert answer.headers["cache-control"] == "no-store"


def test_own_files_may_be_kept_for_ever(visitor: Visitor) -> None:
    address = re.search(r'href="(/static/[^"]+\.css)"', visitor.page("/"))
    assert address

    answer = visitor.http.get(address[1])

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "text/css" in answer.headers["content-type"]


def test_an_upload_that_is_no_picture_is_told_so(visitor: Visitor) -> None:
    csrf = visitor.desk.signed("form")
    for name, data in (
        ("../../x.jpg", b"no picture"),
        ("<script>alert(1)</script>.png", b""),
        ("a\x00b", b"\x89PNG\r\n"),
    ):
        answer = visitor.http.post("/search", data={"csrf": csrf}, files={"picture": (name, data)})

        assert answer.status_code in (400, 422), (name, answer.text)
        assert "alert(1)" not in answer.text
    refused = visitor.http.post("/search", data={"csrf": "x"}, files={"picture": ("a.jpg", b"x")})
    assert refused.status_code == 403
