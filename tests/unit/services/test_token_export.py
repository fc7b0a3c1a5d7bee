"""Words with labels go out to a file and come back: nothing that a person said is lost, nothing is made up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.world import World, analysis, code, sha

from troostwatch.domain import token_format
from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Box
from troostwatch.domain.readings import Token
from troostwatch.infrastructure.learning.data import known_labels
from troostwatch.interfaces.cli.images import labels
from troostwatch.services.token_export import ImportReport, LabelImportService, TokenExportService

WORDS = ("Serial", "No.:", "AB123456", "P/N", "XY-777", "Made")


def words(*texts: str) -> list[Token]:
    return [Token(text, Box(i * 120, 10, i * 120 + 100, 40), 0.9, 0, 0) for i, text in enumerate(texts)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("AB123456", 0.99, box=None), code("XY-777", 0.5), tokens=words(*WORDS)))
    world.analyze()
    yield world
    world.connection.close()


def export(world: World, *, include_reviewed: bool = True) -> list[dict[str, Any]]:
    """Return the lines of the file, as a person gets them."""
    rows = TokenExportService(world.uow).rows(include_reviewed=include_reviewed)
    return [json.loads(json.dumps(token_format.values_of(row))) for row in rows]


def import_(world: World, tmp_path: Path, *lines: object) -> ImportReport:
    file = tmp_path / "labels.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return LabelImportService(world.uow, world.clock).import_rows(labels.read(file))


def relabelled(line: dict[str, Any], **changes: str) -> dict[str, Any]:
    return line | {"labels": {**line["labels"], **{index[1:]: label for index, label in changes.items()}}}


def test_the_file_holds_the_words_with_labels_and_where_they_come_from(world: World) -> None:
    (line,) = export(world)

    assert [token["text"] for token in line["tokens"]] == list(WORDS)
    assert (line["lots"], line["content"], line["width"]) == (["A1-1-1"], sha("a"), 1600)
    assert line["labels"] == {"2": "serial_number"}
    assert line["label_origins"] == {"2": "rule"}


def test_labels_given_by_hand_come_back_as_the_persons_and_nothing_else_changes(world: World, tmp_path: Path) -> None:
    (before,) = export(world)

    report = import_(world, tmp_path, relabelled(before, _4="part_number", _5="none"))

    (after,) = export(world)
    assert report.summary() == "2 labels on 1 photograph imported, 0 problems"
    assert after["labels"] == {"2": "serial_number", "4": "part_number", "5": "none"}
    assert after["label_origins"] == {"2": "rule", "4": "person", "5": "person"}
    assert (before["undecided"], after["undecided"]) == ([4], [])
    of_labels = {"labels", "label_origins", "undecided"}
    assert {key: after[key] for key in after.keys() - of_labels} == {
        key: before[key] for key in before.keys() - of_labels
    }


def test_what_was_imported_can_be_imported_again_and_changes_nothing(world: World, tmp_path: Path) -> None:
    import_(world, tmp_path, relabelled(export(world)[0], _4="part_number"))
    once = export(world)

    report = import_(world, tmp_path, *once)

    assert (report.labels, report.problems) == (0, [])
    assert export(world) == once


def test_a_label_of_the_rule_that_a_person_changed_is_the_persons(world: World, tmp_path: Path) -> None:
    import_(world, tmp_path, relabelled(export(world)[0], _2="part_number"))

    assert export(world)[0]["labels"] == {"2": "part_number"}
    assert export(world)[0]["label_origins"] == {"2": "person"}


def test_a_person_can_change_their_mind(world: World, tmp_path: Path) -> None:
    import_(world, tmp_path, relabelled(export(world)[0], _4="part_number"))

    import_(world, tmp_path, relabelled(export(world)[0], _4="model_number"))

    assert export(world)[0]["labels"]["4"] == "model_number"


def test_labels_of_a_person_outlive_a_new_reading_that_numbers_the_words_anew(world: World, tmp_path: Path) -> None:
    import_(world, tmp_path, relabelled(export(world)[0], _4="part_number"))
    moved = [Token("new", Box(0, 300, 50, 330), 0.9, 1, 0), *words(*WORDS)]
    world.shows("a", analysis(code("AB123456", 0.99, box=None), tokens=moved))

    world.analyze(since_version=99)

    assert export(world)[0]["labels"] == {"3": "serial_number", "5": "part_number"}


def test_decisions_of_people_are_labels_too(world: World) -> None:
    world.review().approve(world.code_id("XY-777"))
    world.review().reject(world.code_id("AB123456"))

    assert export(world)[0]["labels"] == {"4": "serial_number"}
    assert export(world)[0]["label_origins"] == {"4": "decision"}


def test_words_of_codes_that_still_wait_on_a_dismissed_photograph_are_neither_code_nor_none(
    world: World, tmp_path: Path
) -> None:
    world.review().dismiss(export(world)[0]["image_id"])

    (waiting,) = TokenExportService(world.uow).rows(include_reviewed=True)
    assert waiting.complete
    assert known_labels(waiting) == {0: "none", 1: "none", 2: "serial_number", 3: "none", 5: "none"}
    assert token_format.row_from(token_format.values_of(waiting)) == waiting

    import_(world, tmp_path, relabelled(export(world)[0], _4="part_number"))
    assert export(world)[0]["undecided"] == []
    assert export(world)[0]["labels"]["4"] == "part_number"

    world.review().reject(world.code_id("XY-777"))
    assert export(world)[0]["undecided"] == []


def test_labelled_photographs_alone_are_exported_where_those_that_a_person_worked_on_are_wanted(
    world: World, tmp_path: Path
) -> None:
    world.photograph("A1-1-1", 1, "b")
    world.shows("b", analysis(tokens=words("SKU", "9876")))
    world.photograph("A1-1-1", 2, "c")
    world.shows("c", analysis(code("CD123456", 0.5), tokens=words("CD123456")))
    world.analyze()
    world.review().approve(world.code_id("CD123456"))
    import_(world, tmp_path, relabelled(export(world, include_reviewed=False)[1], _1="part_number"))

    assert [line["content"] for line in export(world, include_reviewed=False)] == [sha("a")]
    assert [line["content"] for line in export(world)] == [sha("a"), sha("b"), sha("c")]
    world.photograph("A1-1-1", 3, "d")
    world.shows("d", analysis(tokens=words("nothing", "here")))
    world.analyze()
    assert sha("d") not in [line["content"] for line in export(world)]
    assert sha("d") in [line["content"] for line in export(world, include_reviewed=False)]


def test_what_cannot_be_placed_is_reported_line_by_line_and_the_rest_goes_in(world: World, tmp_path: Path) -> None:
    (good,) = export(world)

    report = import_(
        world,
        tmp_path,
        relabelled(good, _3="price", _4="part_number"),
        good | {"content": "f" * 64, "labels": {"0": "none"}},
        "no JSON at all",
        good | {"labels": {"17": "ean"}},
        good | {"labels": {"x": "ean"}},
        {"labels": {}, "tokens": []},
        [1, 2],
        good | {"labels": ["ean"]},
    )

    assert (report.photographs, report.labels) == (1, 1)
    assert [problem.partition(":")[0] for problem in report.problems] == [
        "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 8",
    ]  # fmt: skip
    assert report.problems[0] == "line 1: word 3 has the unknown label 'price'"
    assert report.problems[1] == f"line 2: no photograph with content {'f' * 16}… here"
    assert report.problems[3] == "line 4: not as 'export-tokens' writes it (there is no word 17)"
    assert report.problems[5] == "line 6: 'content' is missing"


def test_every_type_of_code_can_be_a_label(world: World, tmp_path: Path) -> None:
    (line,) = export(world)

    for kind in CodeType:
        report = import_(world, tmp_path, relabelled(line, _0=kind))
        assert report.problems == []
        assert export(world)[0]["labels"]["0"] == kind


@pytest.mark.parametrize(
    "box", [["1", "2", "3", "4"], [1, 2, 3], [-5, 0, 10, 10], [10, 0, 5, 10], [0, 0, float("inf"), 9],
            [0, 0, float("nan"), 9], [0, 0, 1e300, 9], [0.5, 0, 1, 1], [True, True, True, True], "1234", None],
)  # fmt: skip
def test_a_box_that_is_none_is_a_problem_of_its_line(world: World, tmp_path: Path, box: object) -> None:
    (line,) = export(world)
    line["tokens"][0]["bbox"] = box

    report = import_(world, tmp_path, relabelled(line, _0="none"))

    assert report.labels == 0
    assert report.problems[0].startswith("line 1: not as 'export-tokens' writes it (bbox ")


@pytest.mark.parametrize("change", [{"content": "\ud800"}, {"labels": {"0": "\ud800"}}])
def test_half_a_character_is_a_problem_of_its_line(world: World, tmp_path: Path, change: dict[str, object]) -> None:
    (line,) = export(world)

    report = import_(world, tmp_path, line | change)

    assert report.problems[0].startswith("line 1: not as 'export-tokens' writes it (")


def test_half_a_character_in_a_word_is_a_problem_of_its_line(world: World, tmp_path: Path) -> None:
    (line,) = export(world)
    line["tokens"][0]["text"] = "\ud800"

    assert len(import_(world, tmp_path, relabelled(line, _0="none")).problems) == 1


def test_an_old_export_imported_again_never_turns_a_persons_label_back(world: World, tmp_path: Path) -> None:
    (old,) = export(world)
    import_(world, tmp_path, relabelled(old, _2="none"))

    report = import_(world, tmp_path, old)

    assert report.labels == 0
    assert export(world)[0]["labels"]["2"] == "none"
