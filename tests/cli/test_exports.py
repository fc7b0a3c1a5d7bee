"""Codes and words in files, as other programs read them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.world import World, sha

from troostwatch.interfaces.cli.images.export_codes import CODE_KEYS
from troostwatch.services.reports import ReportService

KEYS = [
    "lot", "position", "type", "value", "confidence", "status", "readers", "bbox", "path", "url",
    "decided_by", "context", "evidence", "shared_with", "about_another_unit", "title", "content", "id",
]  # fmt: skip


def test_a_code_is_one_object_a_line_with_these_keys(world: World, run: Run) -> None:
    said = run("images export-codes")

    rows = [json.loads(line) for line in said.out.splitlines()]
    assert (said.code, said.err) == (0, "")
    assert [list(row) for row in rows] == [KEYS] * 5
    assert rows[2] == {
        "lot": "A1-1-1",
        "position": 1,
        "type": "serial_number",
        "value": "CD123456",
        "confidence": 0.5,
        "status": "pending",
        "readers": ["barcode", "rapidocr"],
        "bbox": [10, 20, 110, 50],
        "path": f"data/images/A1-1-1/1-{sha('own')[:16]}.jpg",
        "url": "https://media.example/A1-1-1/1",
        "decided_by": None,
        "context": "Serial No.",
        "evidence": ["printed after 'Serial No.'"],
        "shared_with": [],
        "about_another_unit": False,
        "title": "Laptop",
        "content": sha("own"),
        "id": world.code_id("CD123456"),
    }


def test_csv_says_the_same_under_the_same_names(world: World, run: Run) -> None:
    world.connection.execute('UPDATE lots SET title = \'Laptop, 15" with "quotes"\nand a second line\'')

    rows = list(csv.DictReader(io.StringIO(run("images export-codes --format csv").out, newline="")))

    assert tuple(rows[0]) == CODE_KEYS
    assert [row["value"] for row in rows] == ["4006381333931", "AB123456", "CD123456", "4006381333931", "AB123456"]
    assert rows[2]["bbox"] == "10 20 110 50"
    assert rows[0]["title"] == 'Laptop, 15" with "quotes"\nand a second line'


def test_codes_can_be_chosen(world: World, run: Run) -> None:
    def values(line: str) -> set[str]:
        return {json.loads(row)["value"] for row in run(f"images export-codes {line}").out.splitlines()}

    run(f"images review --reject {world.code_id('CD123456')}")

    assert values("--approved-only --lot A1-1-1") == {"4006381333931", "AB123456"}
    assert values("--include-rejected --lot A1-1-1") == {"4006381333931", "AB123456", "CD123456"}
    assert values("--lot A1-1-2 --lot A1-1-1") == {"4006381333931", "AB123456"}


def test_an_empty_database_gives_an_empty_file_and_csv_its_head(run: Run) -> None:
    run("db migrate")

    assert run("images export-codes").out == ""
    assert run("images export-codes --format csv").out == ",".join(CODE_KEYS) + "\n"


def test_a_file_appears_whole_with_nothing_beside_it(world: World, run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    said = run("images export-codes -o out/codes.jsonl")

    assert (said.code, said.out) == (0, "")
    assert len((tmp_path / "out" / "codes.jsonl").read_text().splitlines()) == 5
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["codes.jsonl"]


def test_an_export_that_breaks_off_leaves_the_old_file_as_it_was(
    world: World, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("images export-codes -o codes.jsonl")
    before = (tmp_path / "codes.jsonl").read_bytes()
    whole = ReportService.codes

    def breaks_off(self: ReportService, **choice: object) -> Iterator[object]:
        yield next(whole(self, **choice))
        raise KeyboardInterrupt

    monkeypatch.setattr(ReportService, "codes", breaks_off)

    said = run("images export-codes -o codes.jsonl")

    assert said.code == 130
    assert (tmp_path / "codes.jsonl").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "codes" in path.name] == ["codes.jsonl"]


def test_a_place_that_cannot_be_written_is_told(world: World, run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    said = run("images export-codes -o file/codes.jsonl")

    assert said.code == 1
    assert said.err.startswith("troostwatch: cannot write file/codes.jsonl: ")


def test_words_go_out_are_labelled_and_come_back(world: World, run: Run, tmp_path: Path) -> None:
    assert run("images export-tokens -o tokens.jsonl").err == "2 photographs exported\n"
    lines = [json.loads(line) for line in (tmp_path / "tokens.jsonl").read_text().splitlines()]
    (line,) = (line for line in lines if line["tokens"])
    line["labels"]["1"] = "serial_number"
    line["labels"]["0"] = "price"
    (tmp_path / "labelled.jsonl").write_text(json.dumps(line) + "\n")

    said = run("images import-labels labelled.jsonl")

    assert said.code == 4
    assert said.err == ("  line 1: word 0 has the unknown label 'price'\n1 label on 1 photograph imported, 1 problem\n")
    again = json.loads(run("images export-tokens --include-reviewed").out.splitlines()[-1])
    assert (again["labels"], again["label_origins"]) == ({"1": "serial_number"}, {"1": "person"})
    assert len(run("images export-tokens").out.splitlines()) == 1


def test_numbers_for_programs(world: World, run: Run) -> None:
    numbers = json.loads(run("images stats --json").out)

    assert (numbers["lots"], numbers["contents"], numbers["photographs"]) == (2, 2, {"downloaded": 3})
    assert numbers["codes"] == {"ean": {"approved": 1}, "serial_number": {"approved": 1, "pending": 1}}


def test_words_go_into_one_json_array_where_the_name_says_so_and_come_back(run: Run, world: World) -> None:
    world.review().approve(world.code_id("CD123456"))
    run("images export-tokens --include-reviewed -o training.json")
    run("images export-tokens --include-reviewed -o training.jsonl")

    rows = json.loads(Path("training.json").read_text(encoding="utf-8"))
    assert rows == [json.loads(line) for line in Path("training.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows[0]["labels"] == {"1": "serial_number"}
    rows[0]["labels"]["0"] = "none"
    Path("mine.json").write_text(json.dumps(rows), encoding="utf-8-sig")
    assert run("images import-labels mine.json").err == "1 label on 1 photograph imported, 0 problems\n"


def test_failed_ones_are_given_back_at_most_so_many_at_a_time(run: Run, world: World) -> None:
    world.connection.execute(
        """UPDATE lot_images SET analysis_status = 'failed', error_message = 'x', review_reason = NULL,
                  analyzed_at = NULL"""
    )

    assert run("images reprocess-failed --limit 2").err.startswith("2 downloads and 0 analyses wait")
    assert run("images reprocess-failed --limit 100").err.startswith("1 download and 0 analyses wait")
