"""`troostwatch images read` and `images analyze --verbose`: codes with the evidence for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.sticker_photographs import taken
from PIL import Image


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "sticker.jpg"
    path.write_bytes(taken()[0])
    return path


def test_a_picture_file_is_read_without_a_database(photograph: Path, run: Run) -> None:
    said = run(f"images read {photograph}")

    serial = next(line for line in said.out.splitlines() if "serial_number" in line)
    assert said.code == 0
    assert "approved: " in serial
    assert "Code128 with identifier S" in serial
    assert "Lenovo serial" in serial


def test_everything_that_was_read_can_be_drawn(photograph: Path, run: Run, tmp_path: Path) -> None:
    assert run(f"images read {photograph} --draw {tmp_path / 'seen.png'}").code == 0

    with Image.open(tmp_path / "seen.png") as picture:
        assert picture.format == "PNG"


def test_as_json_it_tells_the_readings_too(photograph: Path, run: Run) -> None:
    (line,) = run(f"images read {photograph} --json").out.splitlines()

    found = json.loads(line)
    assert {reading["kind"] for reading in found["readings"]} == {"symbol", "text"}
    assert found["codes"][0]["evidence"]
    assert found["file"] == str(photograph)


def test_a_file_that_is_no_picture_fails_and_the_others_are_read(photograph: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")

    said = run(f"images read {tmp_path / 'broken.jpg'} {photograph}")

    assert said.code == 4
    assert "broken.jpg" in said.err
    assert "serial_number" in said.out


def test_one_drawing_is_for_one_picture(photograph: Path, run: Run, tmp_path: Path) -> None:
    assert run(f"images read {photograph} {photograph} --draw {tmp_path / 'seen.png'}").code == 2


def test_a_drawing_that_cannot_be_written_is_told_in_a_line(photograph: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    kind = run(f"images read {photograph} --draw {tmp_path / 'seen.txt'}")
    place = run(f"images read {photograph} --draw {tmp_path / 'file' / 'seen.png'}")

    assert (kind.code, place.code) == (2, 1)
    assert "name it .png or .jpg" in kind.err
    assert "cannot write" in place.err
