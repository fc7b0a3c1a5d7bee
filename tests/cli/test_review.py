"""Doubtful codes before a person at a terminal, and what the person answers."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import Run
from click.testing import CliRunner, Result
from fakes.world import World, analysis, code, sha, white_picture
from PIL import Image

from troostwatch.domain.images import AnalysisStatus
from troostwatch.interfaces.cli.main import cli


@pytest.fixture
def doubtful(world: World) -> int:
    return world.code_id("CD123456")


def test_the_queue_is_shown_with_all_that_is_needed_to_decide(world: World, run: Run, doubtful: int) -> None:
    assert run("images review").out == (
        "A1-1-1 photograph 1 [photo 2]: Laptop, closes 2025-11-30 18:00\n"
        f"  [{doubtful}] serial_number CD123456  0.50\n"
        "      evidence: printed after 'Serial No.'\n"
        "      box: 10 20 110 50\n"
        f"      reason: 1 doubtful code, least sure: serial_number CD123456 (0.50)\n"
        f"      data/images/A1-1-1/1-{sha('own')[:16]}.jpg\n"
    )


def test_the_queue_is_there_for_programs_too(world: World, run: Run, doubtful: int) -> None:
    (item,) = map(json.loads, run("images review --json").out.splitlines())

    assert (item["id"], item["photo"], item["type"], item["value"], item["confidence"]) == (
        doubtful, 2, "serial_number", "CD123456", 0.5,
    )  # fmt: skip
    assert (item["lots"], item["position"], item["bbox"]) == (["A1-1-1"], 1, [10, 20, 110, 50])
    assert (item["reason"], item["evidence"]) == (
        "1 doubtful code, least sure: serial_number CD123456 (0.50)",
        ["printed after 'Serial No.'"],
    )
    assert item["path"].startswith("data/images/A1-1-1/1-")
    assert item["closes_at"] == "2025-11-30T18:00:00+00:00"


@pytest.mark.parametrize(
    ("words", "said", "then"),
    [
        ("--approve {id}", "approved serial_number CD123456", {"CD123456": ("approved", "person")}),
        ("--reject {id}", "rejected serial_number CD123456", {"CD123456": ("rejected", "person")}),
        (
            "--correct {id}=CD123458",
            "corrected serial_number CD123456 to serial_number CD123458",
            {"CD123456": ("rejected", "person"), "CD123458": ("approved", "person")},
        ),
        (
            "--correct {id}=part_number:CD-123456",
            "corrected serial_number CD123456 to part_number CD-123456",
            {"CD123456": ("rejected", "person"), "CD-123456": ("approved", "person")},
        ),
        ("--add 2=mac_address:001a2b3c4d5e", "added mac_address 00:1A:2B:3C:4D:5E to photograph 2 as code 4",
         {"CD123456": ("pending", None), "00:1A:2B:3C:4D:5E": ("approved", "person")}),
        ("--dismiss 2", "photograph 2 needs no more review", {"CD123456": ("pending", None)}),
    ],
)  # fmt: skip
def test_each_decision_is_stored_and_told(
    world: World, run: Run, doubtful: int, words: str, said: str, then: dict[str, object]
) -> None:
    answer = run(f"images review {words.format(id=doubtful)}")

    assert (answer.code, answer.out, answer.err) == (0, f"{said}\n", "")
    own = {value: state for (_, value), state in world.codes().items() if value not in ("AB123456", "4006381333931")}
    assert own == then


def test_a_decision_can_be_taken_back_and_given_anew_in_one_line(world: World, run: Run, doubtful: int) -> None:
    run(f"images review --reject {doubtful}")
    assert run("images review").out == "nothing waits for review\n"

    said = run(f"images review --approve {doubtful} --undo {doubtful}")

    assert said.out == "took back the decision about serial_number CD123456\napproved serial_number CD123456\n"
    assert world.codes()["serial_number", "CD123456"] == ("approved", "person")


def test_decisions_before_a_mistake_are_kept_and_the_mistake_is_told(world: World, run: Run, doubtful: int) -> None:
    said = run(f"images review --approve {doubtful} --reject 999")

    assert (said.code, said.out) == (2, "approved serial_number CD123456\n")
    assert world.codes()["serial_number", "CD123456"] == ("approved", "person")


def test_the_queue_can_be_narrowed(world: World, run: Run) -> None:
    assert run("images review --lot A1-1-2").out == "nothing waits for review\n"
    assert len(run("images review --json --limit 1 --lot A1-1-1").out.splitlines()) == 1


def interactively(keys: str) -> Result:
    return CliRunner().invoke(cli, ["images", "review", "--interactive"], input=keys)


@pytest.fixture
def queue_of_three(world: World) -> World:
    for position, value in ((2, "EF123456"), (3, "GH123456")):
        world.photograph("A1-1-1", position, value)
        world.shows(value, analysis(code(value, 0.5)))
    world.analyze()
    return world


def test_one_key_decides_and_the_next_is_shown_at_once(queue_of_three: World) -> None:
    result = interactively("arx" + "s")

    assert result.exit_code == 0
    assert queue_of_three.codes()["serial_number", "CD123456"] == ("approved", "person")
    assert queue_of_three.codes()["serial_number", "EF123456"] == ("rejected", "person")
    assert queue_of_three.codes()["serial_number", "GH123456"] == ("pending", None)
    assert [line for line in result.output.splitlines() if " of 3" in line] == [
        "1 of 3",
        "2 of 3",
        "3 of 3",
        "2 decisions stored; 1 of 3 still wait",
    ]


def test_a_correction_is_typed_with_or_without_its_type(queue_of_three: World) -> None:
    result = interactively("cCD999999\n" + "cpart_number:EF-1\n" + "q")

    assert queue_of_three.codes()["serial_number", "CD999999"] == ("approved", "person")
    assert queue_of_three.codes()["part_number", "EF-1"] == ("approved", "person")
    assert result.output.endswith("2 decisions stored; 1 of 3 still wait\n")


def test_the_last_decision_can_be_taken_back(queue_of_three: World) -> None:
    result = interactively("a" + "u" + "q")

    assert "took back the decision about serial_number CD123456" in result.output
    assert queue_of_three.codes()["serial_number", "CD123456"] == ("pending", None)
    assert result.output.endswith("0 decisions stored; 3 of 3 still wait\n")


def test_nothing_to_read_dismisses_the_photograph(queue_of_three: World) -> None:
    interactively("nq")

    assert queue_of_three.state(2).analysis_status is AnalysisStatus.ANALYZED
    assert len(queue_of_three.review().queue()) == 2


def test_the_piece_of_the_photograph_is_cut_out_for_the_eye(world: World, tmp_path: Path) -> None:
    world.fill(tmp_path / "data" / "images", white_picture)

    result = interactively("q")

    (look,) = (line.split("look: ")[1] for line in result.output.splitlines() if "look: " in line)
    with Image.open(tmp_path / look) as piece:
        assert min(piece.size) >= 400


def test_where_the_photograph_is_lost_one_can_decide_all_the_same(world: World) -> None:
    result = interactively("a")

    assert "no picture: there is no file" in result.output
    assert world.codes()["serial_number", "CD123456"] == ("approved", "person")


def test_keys_are_heard_in_a_real_terminal(world: World, tmp_path: Path) -> None:
    """Without Enter: the program waits for single keys only where a terminal is."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "troostwatch", "images", "review", "--interactive"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path) as process:
        os.close(theirs)
        heard = "".join(conversation(ours, after="[q]uit", key=b"a"))
        process.wait(60)
    os.close(ours)

    assert process.returncode == 0
    assert "approved serial_number CD123456" in heard


def conversation(terminal: int, *, after: str, key: bytes) -> Iterator[str]:
    """Yield what the program writes until it ends, pressing a key once it has asked for one, until it hears."""
    asked, silences = "", 0
    while silences < 600:
        if not select.select([terminal], [], [], 0.1)[0]:
            silences += 1
            if after in asked:
                os.write(terminal, key)
            continue
        try:
            written = os.read(terminal, 4096).decode()
        except OSError:  # the other side is gone
            return
        asked += written
        yield written


def test_a_value_that_cannot_be_is_asked_for_again(queue_of_three: World) -> None:
    result = interactively("cean:123\n" + "a" + "q")

    assert "123 is no ean" in result.output
    assert queue_of_three.codes()["serial_number", "CD123456"] == ("approved", "person")


def test_two_decisions_about_one_code_are_refused_and_nothing_is_stored(world: World, run: Run) -> None:
    code = world.code_id("CD123456")

    said = run(f"images review --approve {code} --reject {code}")

    assert said.code == 2
    assert "more than one decision" in said.err
    assert world.codes()["serial_number", "CD123456"] == ("pending", None)


def test_a_dismissed_photograph_is_not_listed_with_all(world: World, run: Run) -> None:
    assert "CD123456" in run("images review --all").out

    run("images review --dismiss 2")

    assert "CD123456" not in run("images review --all").out
