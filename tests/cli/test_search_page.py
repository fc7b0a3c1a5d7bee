"""An answer as a page that needs nothing beside it, whatever strangers wrote."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from cli.conftest import Run
from fakes.world import World
from PIL import Image


def put_pictures(world: World, folder: Path) -> None:
    file = BytesIO()
    Image.radial_gradient("L").resize((1600, 1200)).save(file, "JPEG")
    world.fill(folder, lambda path: b"broken" if "A1-1-1/1" in path else file.getvalue())


def test_the_page_shows_each_lot_with_reasons_and_small_photographs(world: World, run: Run, tmp_path: Path) -> None:
    put_pictures(world, tmp_path / "data" / "images")

    said = run("search page found.html 4006381333931")

    page = (tmp_path / "found.html").read_text()
    assert (said.code, said.out) == (0, "")
    assert said.err.endswith("2 lots in found.html\n")
    assert re.findall(r"<h2>(\S+) (\S+)</h2>", page) in ([["A1-1-1", "Laptop"], ["A1-1-2", "Phone"]], [
        ("A1-1-2", "Phone"), ("A1-1-1", "Laptop"),
    ])  # fmt: skip
    assert "ean 4006381333931 (approved, 0.99), photograph 0" in page
    assert page.count("data:image/jpeg;base64,") == 2  # the broken one is left out
    assert len(page) < 100_000
    assert not re.search(r"(src|href)=\"(?!data:)", page)


def test_what_strangers_wrote_is_text(world: World, run: Run, tmp_path: Path) -> None:
    world.connection.execute(
        """UPDATE lots SET title = '<script>alert(1)</script> Laptop', site = 'javascript:alert(1)//', slug = 'x'
            WHERE display_id = 'A1-1-1'"""
    )

    run("search page found.html '<b>' laptop")

    page = (tmp_path / "found.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Laptop" in page
    assert "<b>" not in page
    assert "javascript:" not in page
    assert "default-src 'none'" in page


def test_nothing_found_is_a_page_too_and_a_place_that_cannot_be_written_is_told(
    world: World, run: Run, tmp_path: Path
) -> None:
    assert run("search page none.html fridge").code == 0
    assert "0 lots" in (tmp_path / "none.html").read_text()
    (tmp_path / "file").write_text("")
    assert run("search page file/none.html fridge").code == 1
